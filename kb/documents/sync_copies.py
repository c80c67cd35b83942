"""Copies that file syncs and people make beside a file, told by their names. Pure."""

from __future__ import annotations

import posixpath
import re

from kb.procedures.model import Fault, Severity

_COPIES = (
    r" \([^()]*(?:conflicted copy|conflict|in conflict)[^()]*\)(?: \(\d+\))?",  # Dropbox, Nextcloud
    r"\.sync-conflict-\d{8}-\d{6}(?:-\w+)?",  # Syncthing
    r"_conflict-\d{8}-\d{6}",  # ownCloud
    r"-(?:DESKTOP|LAPTOP|PC|WIN|MacBook)[\w-]*(?:-\d+)?",  # OneDrive names the computer
    r" ?\(\d{1,2}\)",  # Google Drive, downloads
    r" - (?:Copy|Kopie|Copie|Copia)(?: \(\d{1,2}\))?",  # Windows
    r" copy(?: \d{1,2})?",  # macOS
)
_COPY = re.compile(rf"(.*?\S)(?:{'|'.join(_COPIES)})")


def original_of(path: str) -> str | None:
    """The file that this one is a copy of, by its name; None for any other."""
    stem, suffix = posixpath.splitext(path)
    folder, _, name = stem.rpartition("/")
    found = _COPY.fullmatch(name)
    return posixpath.join(folder, f"{found[1]}{suffix}") if found else None


def copy_fault(path: str) -> Fault:
    """Told of what looks like a copy of another file that is there."""
    message = f"this looks like a copy that a sync or a person made of {original_of(path)}"
    remedy = "bring what is new into that one, then remove this one"
    return Fault(path, 1, "copy", message, remedy, Severity.WARNING)
