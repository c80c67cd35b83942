"""Many files of the content folder read one after the other: each folder is looked at only once."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from kb.storage.files.library import MAX_BYTES, Library, is_hidden


class ManyFiles:
    """Reads what `Library.read_any` reads, for as long as nobody moves folders about."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._top = str(library.root)
        self._plain: dict[str, bool] = {}  # folders that are where their names say

    def read(self, path: str) -> bytes:
        """The bytes of any file that is not hidden. Raises OSError as `Library.read_any` does."""
        folder, _, name = path.rpartition("/")
        if folder not in self._plain:
            self._plain[folder] = self._is_plain(folder)
        if self._plain[folder] and name and not is_hidden(name) and "\0" not in path:
            raw = _plain_file(f"{self._top}/{path}")
            if raw is not None:
                return raw
        return self._library.read_any(path)

    def _is_plain(self, folder: str) -> bool:
        parts = folder.split("/") if folder else []
        if any(not part or is_hidden(part) or "\0" in part for part in parts):
            return False
        place = Path(self._top, *parts)
        return os.path.realpath(place) == str(place)


def _plain_file(name: str) -> bytes | None:
    """None for all that needs a closer look: a link, a pipe, a large file, trouble."""
    try:
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(opened, "rb", buffering=0) as file:
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            return None
        raw = file.readall()
    return raw if len(raw) <= MAX_BYTES else None
