"""What a file says, whatever kind it is: told by its content, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from kb.attachments.readers import pdf, plain, sheets, slides, word
from kb.attachments.readers.package import OfficePackage
from kb.attachments.readers.unreadable import UnreadableText, damaged, protected
from kb.procedures.model import TextPlace
from kb.search.index.attached_texts import TextOfFile

MOST_CHARACTERS = 1_000_000  # of one file
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # older office files, and what is protected
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")


def read(name: str, raw: bytes) -> TextOfFile:
    """What it says; where it cannot be read, why."""
    try:
        return _bounded(_places(name, raw))
    except UnreadableText as error:
        return TextOfFile((), error.why, error.remedy)


def _places(name: str, raw: bytes) -> Iterator[TextPlace]:
    if not raw.strip():
        raise UnreadableText("it is empty", "put the file itself there")
    if b"%PDF-" in raw[:1024]:
        return pdf.places(raw)
    if raw.startswith(b"PK"):
        return _of_package(name, raw)
    if raw.startswith(_COMPOUND):
        return _of_compound(name, raw)
    suffix = PurePosixPath(name).suffix.casefold()
    if suffix == ".txt":
        return plain.places(raw)
    if suffix in (".csv", ".tsv"):
        return sheets.places(name, raw)
    raise damaged()


def _of_package(name: str, raw: bytes) -> Iterator[TextPlace]:
    package = OfficePackage(raw)
    main = package.main
    if main.startswith("word/"):
        return word.places(package)
    if main.startswith("ppt/"):
        return slides.places(package)
    return sheets.places(name, raw)


def _of_compound(name: str, raw: bytes) -> Iterator[TextPlace]:
    if _PROTECTED in raw:
        raise protected()
    if PurePosixPath(name).suffix.casefold() == ".xls":
        return sheets.places(name, raw)
    remedy = "open it in its program, and save it as .docx, .xlsx or .pptx"
    raise UnreadableText("it is of an older format, whatever its name says", remedy)


def _bounded(places: Iterable[TextPlace]) -> TextOfFile:
    """As much as is searched, clean, without empty places."""
    kept: list[TextPlace] = []
    room = MOST_CHARACTERS
    for one in places:
        text = _clean(one.text)
        if len(text) > room:
            why = f"only its first {MOST_CHARACTERS:,} characters are searched"
            return TextOfFile(tuple(kept), why, "part it into several files")
        if text:
            kept.append(TextPlace(_clean(one.where), text, one.fragment))
            room -= len(text)
    if kept:
        return TextOfFile(tuple(kept))
    raise UnreadableText("it holds no text", "write down what it shows, or take the link out")


def _clean(text: str) -> str:
    return _CONTROLS.sub(" ", text).encode("utf-8", "ignore").decode().strip()
