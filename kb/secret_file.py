"""A secret in a file of its own, made on first use. Standard library only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from kb.durable import write_new

SHORTEST = 32  # characters


class DamagedKey(ValueError):
    """The file is too short to be a key. Its text is the path."""


def key_in(path: Path) -> str:
    """The key in that file; two first uses at once agree on one. Raises DamagedKey."""
    if not path.exists():
        _create(path, secrets.token_hex(SHORTEST))
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if len(key) < SHORTEST:
        raise DamagedKey(str(path))
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
