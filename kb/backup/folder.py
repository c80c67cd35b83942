"""The folder in which backups are made by themselves: which there are, and which may go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

_NAME = "kb-%Y-%m-%dT%H-%M-%SZ.tar.gz"
_OWN = re.compile(r"kb-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.tar\.gz")


class Kept(Struct, frozen=True):
    """One of them. `size` in bytes."""

    file: Path
    at: datetime
    size: int


class Folder:
    """Other files in it are nobody's here."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def new(self, now: datetime) -> Path:
        """The name of one that is made now."""
        return self.path / now.astimezone(UTC).strftime(_NAME)

    def kept(self) -> tuple[Kept, ...]:
        """All that there are, the newest first."""
        return tuple(sorted(self._found(), key=lambda one: one.at, reverse=True))

    def named(self, name: str) -> Kept | None:
        """The one of that name."""
        return next((one for one in self.kept() if one.file.name == name), None)

    def thin_out(self, most: int, now: datetime) -> None:
        """Keep the newest ones. Raises OSError.

        Those of a day to come are of a clock that was wrong: they are the first to go.
        """
        kept = sorted(self.kept(), key=lambda one: one.at > now)
        for one in kept[most:]:
            one.file.unlink(missing_ok=True)

    def _found(self) -> Iterator[Kept]:
        try:
            files = [one for one in self.path.iterdir() if _OWN.fullmatch(one.name)]
        except OSError:
            return
        for file in files:
            try:
                at = datetime.strptime(file.name, _NAME).replace(tzinfo=UTC)
                yield Kept(file, at, file.stat().st_size)
            except (ValueError, OSError):  # no such day, or gone meanwhile
                continue
