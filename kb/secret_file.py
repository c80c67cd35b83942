"""A secret in a file of its own, made on first use. Standard library only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from kb.durable import write_new

SHORTEST = 32  # characters


class DamagedKey(ValueError):
    """The file has no key, or cannot be read. Its text is a sentence that says what to do."""


def key_in(path: Path, without: str) -> str:
    """The key in that file; two first uses at once agree on one. Raises DamagedKey.

    `without` says what another key costs.
    """
    try:
        if not path.exists():
            _create(path, secrets.token_hex(SHORTEST))
        key = path.read_bytes().decode("ascii", "replace").strip()
    except OSError as error:
        why = f"{path} cannot be read or made: {error.strerror}"
        raise DamagedKey(f"{why}; see to the rights of that file and its folder.") from error
    if len(key) < SHORTEST or not (key.isascii() and key.isprintable()):
        remedy = f"put it back from a backup, or delete it: then {without}"
        raise DamagedKey(f"{path} is damaged; {remedy}.")
    return key


def _create(path: Path, key: str) -> None:
    """Write it whole and only then give it its name: nobody ever reads half a key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    write_new(draft, key.encode("ascii"), 0o600)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was faster; its key is everybody's
    finally:
        draft.unlink()
