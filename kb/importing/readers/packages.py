"""Zip packages of office programs, looked into before any reader gets them."""

from __future__ import annotations

import io
import zipfile

from kb.importing.readers.unreadable import UnreadableFile
from kb.zip_damage import ZIP_DAMAGE

LARGEST = 30_000_000  # bytes of a workbook or table
LARGEST_DOCUMENTS = 100_000_000  # bytes of a document, or of a zip of them
LARGEST_UNPACKED = 100_000_000  # bytes of the parts of one file that are read
_DECLARATION = b"<!DOCTYPE"
_MEDIA = (
    "xl/media/",
    "xl/embeddings/",
    "word/media/",
    "word/embeddings/",
    "word/fonts/",
    "Pictures/",
    "docProps/thumbnail",
)


class Package:
    """A zip whose size is known and bounded: what it says of its parts is what is unpacked."""

    def __init__(self, raw: bytes, name: str, *, most: int = LARGEST_UNPACKED) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
            entries = self._zip.infolist()
        except ZIP_DAMAGE as error:
            raise damaged(name) from error
        self._name = name
        self.names = frozenset(entry.filename for entry in entries)
        parts = [entry for entry in entries if not entry.filename.startswith(_MEDIA)]
        if any(entry.flag_bits & 1 for entry in entries):
            raise UnreadableFile(f"{name} is protected by a password: save it without one.")
        if sum(entry.file_size for entry in parts) > most:
            raise UnreadableFile(
                f"{name} unpacks to more than {most // 1_000_000} MB: save the sheets that hold "
                "procedures as a workbook of their own."
            )

    def count(self, folder: str) -> int:
        """How many files stand in that folder."""
        return sum(name.startswith(folder) and not name.endswith("/") for name in self.names)

    def part(self, name: str) -> bytes:
        """The bytes of one part."""
        try:
            return self._zip.read(name)
        except ZIP_DAMAGE as error:
            raise damaged(self._name) from error

    def ensure_harmless(self) -> None:
        """Raises UnreadableFile where a part declares entities, which no office program does."""
        for name in self.names:
            if name.endswith((".xml", ".rels")) and _DECLARATION in self.part(name):
                raise UnreadableFile(
                    f"{self._name} holds declarations that no spreadsheet program writes: open it "
                    "in one, and save it anew."
                )


def damaged(name: str) -> UnreadableFile:
    """It ends too early, or its bytes were changed."""
    return UnreadableFile(
        f"{name} is damaged or was not copied whole: open it in the program that made it, save it "
        "anew, and bring in that file."
    )
