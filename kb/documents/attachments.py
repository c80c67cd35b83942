"""What may be put beside a procedure: told by its content, under a name that is safe. Pure."""

from __future__ import annotations

import io
import posixpath
import re
from urllib.parse import quote

from msgspec import Struct

from kb.documents.svg import NoDrawing, harmless
from kb.documents.text.plain_text import readable, slug

MEGABYTE = 1024 * 1024
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".svg"})
# Their text is found. Office programs' own of older days only as tables.
SEARCHED = frozenset(".pdf .docx .docm .pptx .pptm .xlsx .xlsm .xls .ods .csv .tsv .txt".split())
KINDS = "PNG, JPEG, GIF, WebP, AVIF, BMP, SVG, PDF, Word, Excel, PowerPoint, CSV or plain text"
# The endings of what may be put there, and of what may come with documents that are brought in.
ATTACHED = (*sorted(PICTURES), ".csv", ".docx", ".pdf", ".pptx", ".txt", ".xlsx")
BESIDE = (*ATTACHED, ".odp", ".ods", ".odt")
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"BM", ".bmp"),
    (b"%PDF-", ".pdf"),
)
_OFFICE = {".docx": "word/", ".xlsx": "xl/", ".pptx": "ppt/"}
_LONGEST_NAME = 60


class UnusableAttachment(ValueError):
    """What was given is not taken. Its text is one sentence for who gave it."""


class Attachment(Struct, frozen=True):
    """A file to lie beside a procedure: its safe name and its bytes."""

    name: str
    raw: bytes

    def markdown(self, name: str | None = None) -> str:
        """The Markdown that shows it, where it was stored as `name`."""
        stored = name or self.name
        stem, suffix = posixpath.splitext(self.name)
        words = readable(stem) or "Picture"
        return f"{'!' if suffix in PICTURES else ''}[{words}]({quote(stored)})"


def checked(name: str, raw: bytes, most: int) -> Attachment:
    """The file as it may be stored; `most` is the greatest size in megabytes.

    The name's own ending does not count: its content says what it is. Drawings are made
    harmless. Raises UnusableAttachment.
    """
    if not raw:
        raise UnusableAttachment("The file is empty.")
    if len(raw) > most * MEGABYTE:
        raise UnusableAttachment(f"The file is too large: at most {most} MB.")
    suffix = _suffix(name, raw)
    if suffix == ".svg":
        try:
            raw = harmless(raw)
        except NoDrawing as reason:
            raise UnusableAttachment(str(reason)) from None
    return Attachment(f"{_stem(name)}{suffix}", raw)


def _suffix(name: str, raw: bytes) -> str:
    for start, suffix in _STARTS:
        if raw.startswith(start):
            return suffix
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return ".webp"
    if raw[4:8] == b"ftyp" and raw[8:12] in (b"avif", b"avis"):
        return ".avif"
    written = posixpath.splitext(name.casefold())[1]
    if written == ".svg":
        return ".svg"
    if written in (".csv", ".txt") and _is_text(raw):
        return written
    if written in _OFFICE and _is_office(raw, _OFFICE[written]):
        return written
    raise UnusableAttachment(f"Only {KINDS} can be stored here.")


def _is_office(raw: bytes, folder: str) -> bool:
    """Is it a package with such a folder, and without macros?"""
    import zipfile  # only for who attaches one

    from kb.zip_damage import ZIP_DAMAGE

    try:
        names = zipfile.ZipFile(io.BytesIO(raw)).namelist()
    except ZIP_DAMAGE:
        return False
    has = any(name.startswith(folder) for name in names)
    return has and not any(name.endswith("vbaProject.bin") for name in names)


def _is_text(raw: bytes) -> bool:
    try:
        return "\0" not in raw.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _stem(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    made = slug(posixpath.splitext(last)[0]).encode("ascii", "ignore").decode()
    return made[:_LONGEST_NAME].strip("-") or "picture"
