"""Texts of attachments, kept beside the index by what is in the files: a rebuild reads none."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from msgspec import MsgspecError, Struct, msgpack

from kb import durable
from kb.procedures.model import AttachedText, TextPlace

READING = 1  # raise it when the same file would now be read differently: all are read anew
AttachedFile = tuple[str, str]  # its path, and the SHA-256 of what is in it


class TextOfFile(Struct, frozen=True):
    """What a file says. `why` completes "it is not searched:", `remedy` says what to do then."""

    places: tuple[TextPlace, ...]
    why: str = ""
    remedy: str = ""


class AttachedTexts(Struct, frozen=True):
    """A folder with a file for each text. One process at a time adds to it."""

    folder: Path

    def has(self, digest: str) -> bool:
        """Was a file with these bytes read?"""
        return self._file(digest).exists()

    def get(self, digest: str) -> TextOfFile | None:
        """What it says; None where it was not read. What cannot be used is not kept any longer."""
        try:
            return msgpack.decode(self._file(digest).read_bytes(), type=TextOfFile)
        except (MsgspecError, UnicodeDecodeError):
            self._file(digest).unlink(missing_ok=True)
        except OSError:
            pass
        return None

    def keep(self, digest: str, text: TextOfFile) -> None:
        """Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        durable.replace(self._file(digest), msgpack.encode(text))

    def forget_but(self, contents: Collection[str]) -> None:
        """Delete all others, and those of an older way of reading."""
        wanted = {self._file(digest).name for digest in contents}
        for file in self.folder.glob("*") if self.folder.is_dir() else ():
            if file.name not in wanted:
                file.unlink(missing_ok=True)

    def of(self, files: Iterable[AttachedFile]) -> tuple[AttachedText, ...]:
        """What these say, as far as they were read."""
        found = ((path, self.get(digest)) for path, digest in files)
        return tuple(AttachedText(path, text.places) for path, text in found if text)

    def _file(self, digest: str) -> Path:
        return self.folder / f"{digest}.{READING}"
