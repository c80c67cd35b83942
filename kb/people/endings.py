"""When somebody was last turned out, known without the database."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from msgspec import Struct


class Endings(Struct, frozen=True):
    """The time of an empty file. While the database is away, nobody who was let in before it counts
    as let in: it may be them who was turned out.
    """

    file: Path

    def note(self) -> None:
        """Somebody's sessions end now, all of them."""
        with suppress(OSError):
            self.file.touch()

    def one_since(self, moment: float) -> bool:
        """Was anybody turned out after that (seconds since 1970)?"""
        try:
            return self.file.stat().st_mtime >= moment
        except FileNotFoundError:
            return False
        except OSError:
            return True
