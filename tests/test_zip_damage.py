"""A zip that is damaged in its parts ends in a sentence, whatever they are packed with."""

from __future__ import annotations

import io
import zipfile

import pytest

from kb.documents.word.parts import NotReadable, WordParts
from kb.importing.opening import opened
from kb.importing.readers.unreadable import UnreadableFile

PART = "word/document.xml"
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def damaged(packing: int, part: str = PART) -> bytes:
    """A zip of which the middle of the only part is not what was written."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        archive.writestr(part, b"<kettle/>" * 400)
    raw = bytearray(made.getvalue())
    start = 30 + len(part) + 6
    raw[start : start + 12] = bytes(255 - one for one in raw[start : start + 12])
    return bytes(raw)


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_word_document_is_damaged(packing: int) -> None:
    with pytest.raises(NotReadable):
        WordParts(damaged(packing)).bytes_of(PART)
    with pytest.raises(UnreadableFile, match="damaged"):
        opened("desk.docx", damaged(packing))


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_zip_of_pages_is_damaged(packing: int) -> None:
    with pytest.raises(UnreadableFile, match="damaged"):
        opened("wiki.zip", damaged(packing, "one.html"))
