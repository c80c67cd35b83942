"""A git repository made with the `git` command, as people make one."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

DANA = ("Dana Reyes", "dana@kb.example")


@dataclass(frozen=True, slots=True)
class Clone:
    """A working tree. Times are UTC, "2026-03-03 10:00"."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Clone:
        """Begin one in that folder, with nothing committed."""
        root.mkdir(parents=True, exist_ok=True)
        made = cls(root)
        made.git("init", "-q", "-b", "main")
        return made

    def git(self, *arguments: str, at: str = "2026-01-01 09:00", by: tuple[str, str] = DANA) -> str:
        """Run git there, as that person at that time."""
        moment = f"{datetime.fromisoformat(at).strftime('%Y-%m-%dT%H:%M:%S')}+0000"
        own = {
            "GIT_AUTHOR_NAME": by[0],
            "GIT_AUTHOR_EMAIL": by[1],
            "GIT_COMMITTER_NAME": by[0],
            "GIT_COMMITTER_EMAIL": by[1],
            "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_DATE": moment,
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
        }
        run = subprocess.run(
            ["git", "-C", str(self.root), *arguments],
            env={**os.environ, **own},
            capture_output=True,
            check=False,
        )
        assert run.returncode == 0, f"git {arguments}: {run.stderr.decode()}"
        return run.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, path: str, text: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def commit(self, note: str, at: str = "2026-01-01 09:00", by: tuple[str, str] = DANA) -> str:
        """Commit all there is, and return the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", note, at=at, by=by)
        return self.git("rev-parse", "HEAD")

    def save(
        self,
        path: str,
        text: str | bytes,
        note: str = "Changed",
        at: str = "2026-01-01 09:00",
        by: tuple[str, str] = DANA,
    ) -> str:
        """Write one file and commit it."""
        self.write(path, text)
        return self.commit(note, at, by)
