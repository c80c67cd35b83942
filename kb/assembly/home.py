"""What kb makes in its home: nobody else's to read, and not made anew where it was lost."""

from __future__ import annotations

import stat
from pathlib import Path

from kb.settings import Settings, SettingsError, restoring_stage

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_private(var: Path, search_index: Path) -> None:
    """Make `var`; it and the index are their owner's alone, with all that lies in them.

    What belongs to another user stays as it is.
    """
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    search_index.mkdir(parents=True, exist_ok=True, mode=0o700)
    for place in (var, search_index, *var.iterdir()):
        _take_from_others(place)


def ensure_not_lost(settings: Settings) -> None:
    """A home that was in use has its database, and all of a backup. Raises SettingsError."""
    if restoring_stage(settings.var).exists():
        raise SettingsError(
            "A backup was being restored here, and that was cut off: run kb restore once more."
        )
    base = settings.var / "kb.sqlite3"
    named = settings.database_url == f"sqlite:///{base}"
    if named and not base.exists() and (settings.var / "secret_key").exists():
        raise SettingsError(
            f"{base} is not there, though this home was in use: put it back from a backup, or "
            f"make an empty file of that name to begin without people, votes and questions."
        )


def _take_from_others(place: Path) -> None:
    try:
        mode = stat.S_IMODE(place.stat().st_mode)
        if mode & _OTHERS:
            place.chmod(mode & ~_OTHERS)
    except OSError:  # another user's, or gone meanwhile
        return
