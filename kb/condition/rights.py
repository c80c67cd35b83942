"""Whose the files of a home are to read and to write, and taking that from others."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from kb.settings import Settings

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_private(var: Path, search_index: Path) -> list[Path]:
    """Make `var`; it and the index are their owner's alone, with all that lies in them.

    What belongs to another user stays as it is. Gives what others could have used until now.
    """
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    search_index.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [place for place in _private(var, search_index) if _taken(place, _OTHERS)]


def open_to_others(settings: Settings) -> list[Path]:
    """What of `var` and of the index others than its owner may reach and use."""
    closed = [it for it in (settings.var, settings.search_index) if not _mode(it) & _OTHERS]
    places = _private(settings.var, settings.search_index)
    return [it for it in places if _mode(it) & _OTHERS and it.parent not in closed]


def take_writing(folder: Path) -> bool:
    """Let not everybody write there; False where that cannot be, or need not."""
    return _taken(folder, stat.S_IWOTH)


def take_reading(file: Path) -> bool:
    """Let not everybody read it; False where that cannot be, or need not."""
    return _taken(file, stat.S_IROTH)


def _private(var: Path, search_index: Path) -> Iterator[Path]:
    for folder in (var, search_index):
        if folder.is_dir():
            yield folder
    if var.is_dir():
        yield from sorted(var.iterdir())


def _taken(place: Path, rights: int) -> bool:
    try:
        mode = stat.S_IMODE(place.stat().st_mode)
        if mode & rights:
            place.chmod(mode & ~rights)
    except OSError:  # another user's, or gone meanwhile
        return False
    return bool(mode & rights)


def _mode(place: Path) -> int:
    try:
        return stat.S_IMODE(place.stat().st_mode)
    except OSError:
        return 0
