"""Which files of a home go into a backup, and in what order.

Of a git repository everything but its objects is taken first, then the objects: so all that its
branches lead to is there. The rest of `var` is made anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

from kb.backup.archive import CONTENT, HISTORY, VAR, Packing

Report = Callable[[str, int, int], None]
_KEPT = ("last_good",)  # folders of var
_ROUNDS = 5  # through the objects, where git packs them meanwhile
_EVERY = 50  # files between two reports


class Taking:
    """Takes them. What is taken while nobody saves comes first."""

    def __init__(self, packing: Packing, report: Report) -> None:
        self._packing = packing
        self._report = report
        self._stores: list[tuple[str, Path]] = []  # where objects are

    def content(self, content: Path) -> None:
        """All of the content folder but git's objects."""
        git = content / ".git"
        self._folder(CONTENT, content, but=git)
        if git.is_dir():
            self._repository(f"{CONTENT}/.git", git)
        elif git.exists():
            elsewhere = "content/.git leads to a repository elsewhere"
            self._packing.faults.append(f"{elsewhere}: its versions are not in this backup.")

    def home(self, var: Path, keys: Collection[str]) -> None:
        """What cannot be made anew, but for the database and git's objects."""
        for key in keys:
            if (var / key).exists():
                self._packing.add(f"{VAR}/{key}", var / key)
        for name in _KEPT:
            if (var / name).is_dir():
                self._folder(f"{VAR}/{name}", var / name)
        if (var / "history.git").is_dir():
            self._repository(HISTORY, var / "history.git")

    def objects(self) -> None:
        """Those of all repositories. They never change, but git moves them into packs."""
        for name, store in self._stores:
            taken: set[Path] = set()
            for _ in range(_ROUNDS):
                new = [one for one in (store, *self._below(store)) if one not in taken]
                taken.update(new)
                if self._take(name, store, new):
                    break

    def _repository(self, name: str, git: Path) -> None:
        store = git / "objects"
        files = [git, *self._below(git, but=store)]
        self._take(name, git, [one for one in files if one.suffix != ".lock"])
        self._stores.append((f"{name}/objects", store))

    def _folder(self, name: str, folder: Path, but: Path | None = None) -> None:
        self._take(name, folder, [folder, *self._below(folder, but)])

    def _take(self, name: str, folder: Path, files: list[Path]) -> bool:
        """Were all of them still there?"""
        there = True
        for done, file in enumerate(files, 1):
            inside = file.relative_to(folder).as_posix()
            there &= self._packing.add(name if inside == "." else f"{name}/{inside}", file)
            if done % _EVERY == 0 or done == len(files):
                self._report(name, done, len(files))
        return there

    def _below(self, folder: Path, but: Path | None = None) -> list[Path]:
        """Files, links and folders, a folder before what is in it."""
        found: list[Path] = []

        def unread(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError):
                self._packing.faults.append(f"{error.filename} cannot be read: {error.strerror}.")

        for root, folders, files in os.walk(folder, onerror=unread):
            here = Path(root)
            folders[:] = sorted(name for name in folders if here / name != but)
            found += (here / name for name in [*folders, *sorted(files)] if here / name != but)
        return found
