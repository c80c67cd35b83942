"""What the tests of publishing share: authors, and the history as git itself tells it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kb.parts import Parts
from kb.publishing.edits import Author, Edit

EDDY = Author("Eddy Editor", "editor@kb.example")
OTTO = Author("Otto Outsider", "outsider@kb.example")
LATE_PATH = "shipping/late-shipment.md"


def edit(path: str, base: bytes, text: bytes, note: str = "Mended", by: Author = EDDY) -> Edit:
    return Edit(path, base, text, note, False, by)


def git(folder: Path, *words: str) -> str:
    """What the git of the command line says."""
    command = ["git", "-c", "user.name=Hand", "-c", "user.email=hand@kb.example", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def history(parts: Parts) -> Path:
    """The folder of kb's own repository."""
    return parts.settings.var / "history.git"


def read(parts: Parts, path: str = LATE_PATH) -> bytes:
    return (parts.settings.content / path).read_bytes()
