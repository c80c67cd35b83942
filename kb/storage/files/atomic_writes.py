"""Several files of one folder changed together: all of them, or on any failure none.

New texts are written beside their places and synced first, the old ones are kept beside as hard
links; then names are switched, which needs no room on the disk. What a kill leaves behind ends
in `.saving` and is swept away at the next write.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

from kb.durable import sync, write_new

SUFFIX = ".saving"
MayGo = Callable[[str, bytes | None], bool]


class ChangedMeanwhile(OSError):
    """The file on disk is not the one that was read: somebody wrote it in between."""


class _Place(Struct):
    """A file to be changed. `draft` holds its new text, `kept` is a link to the old one."""

    target: Path
    draft: Path | None = None
    kept: Path | None = None
    switched: bool = False
    made: list[Path] = field(default_factory=list)  # folders


@contextmanager
def written(root: Path, changes: Mapping[str, bytes | None]) -> Iterator[Switch]:
    """Prepare all changes (None removes); nothing shows until `switch()` is called.

    When the block raises, everything is as it was. Raises OSError.
    """
    switch = Switch(root, changes)
    try:
        switch.prepare()
        yield switch
    except BaseException:
        switch.undo()
        raise
    switch.clean()


class Switch:
    """Prepared changes of files below `root`, paths with forward slashes."""

    def __init__(self, root: Path, changes: Mapping[str, bytes | None]) -> None:
        self._root = root
        self._changes = changes
        self._places = {path: _Place(root.joinpath(*path.split("/"))) for path in changes}

    def prepare(self) -> None:
        """Write the drafts; the files stay as they are."""
        for path, place in self._places.items():
            raw = self._changes[path]
            if raw is not None:
                _make_folders(place)
                place.draft = _beside(place.target)
                _write(place.draft, raw, place.target)

    def switch(self, may_go: MayGo = lambda path, raw: True) -> None:
        """Put the new texts in their places. `may_go` looks at each old one, None for none.

        Raises ChangedMeanwhile where it says no.
        """
        for path, place in self._places.items():
            if place.target.exists():
                place.kept = _beside(place.target)
                _keep(place.target, place.kept)
            if not may_go(path, place.kept.read_bytes() if place.kept else None):
                raise ChangedMeanwhile(0, f"{path} was changed at the same moment; try again")
            place.switched = True
            if place.draft is not None:
                place.draft.replace(place.target)
            else:
                place.target.unlink(missing_ok=True)
        self._sync()

    def undo(self) -> None:
        """Put back the old texts; needs no room on the disk."""
        for place in reversed(self._places.values()):
            if place.switched and place.kept is not None:
                place.kept.replace(place.target)
            elif place.switched:
                place.target.unlink(missing_ok=True)
            for left in (place.draft, place.kept):
                if left is not None:
                    left.unlink(missing_ok=True)
            for folder in reversed(place.made):
                _remove_if_empty(folder)
        self._sync()

    def clean(self) -> None:
        """Let the old texts go, and the folders that became empty."""
        for place in self._places.values():
            if place.kept is not None:
                place.kept.unlink(missing_ok=True)
            if place.draft is None and place.target.parent != self._root:
                _remove_if_empty(place.target.parent)

    def _sync(self) -> None:
        for folder in {place.target.parent for place in self._places.values()}:
            if folder.is_dir():
                sync(folder)


def sweep(folder: Path) -> None:
    """Remove what killed writers left in `folder`. Only while nobody else writes."""
    for left in folder.glob(f".*{SUFFIX}"):
        left.unlink(missing_ok=True)


def write_through(target: Path, raw: bytes) -> None:
    """Replace one file; after it returns, no crash loses it. Raises OSError: all is as before."""
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))
    with written(target.parent, {target.name: raw}) as switch:
        switch.switch()


def _keep(target: Path, kept: Path) -> None:
    try:
        os.link(target, kept)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS):
            raise
        shutil.copy2(target, kept)  # a file system without hard links


def _write(draft: Path, raw: bytes, target: Path) -> None:
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    write_new(draft, raw, mode)


def _make_folders(place: _Place) -> None:
    missing = []
    folder = place.target.parent
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir()
        place.made.append(folder)
        sync(folder.parent)


def _beside(target: Path) -> Path:
    return target.with_name(f".{secrets.token_hex(8)}{SUFFIX}")


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # others put something there
