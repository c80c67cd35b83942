"""Locks that a killed git command left behind, and when one may be removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kb.settings import Settings
from kb.storage.git.repository import git_folder

OLD = 600.0  # seconds: no command of git on a few thousand files holds one for so long
_PROCESSES = Path("/proc")


def left_behind(settings: Settings) -> list[Path]:
    """Locks of the history's repository that are old."""
    folder = git_folder(settings.content, settings.var / "history.git")
    return [lock for lock in _locks(folder) if _age(lock) > OLD]


def remove(lock: Path, processes: Path = _PROCESSES) -> bool:
    """Remove it, unless a git command is at work, or nobody can tell."""
    if git_at_work(processes) is not False or _age(lock) <= OLD:
        return False
    with suppress(OSError):
        lock.unlink()
        return True
    return False


def git_at_work(processes: Path = _PROCESSES) -> bool | None:
    """Does any git command run on this machine? One may hold a lock that it does not have open.

    None where the system does not tell (macOS).
    """
    names = [_name(one) for one in processes.glob("[0-9]*")]
    return any(name == "git" or name.startswith("git-") for name in names) if names else None


def _locks(folder: Path) -> Iterator[Path]:
    yield from folder.glob("*.lock")
    yield from folder.glob("refs/**/*.lock")


def _age(lock: Path) -> float:
    try:
        return time.time() - lock.stat().st_mtime
    except OSError:
        return 0.0


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # it has ended
        return ""
