"""A file of any kind opened as a workbook: by what is in it, never by its name alone."""

from __future__ import annotations

from pathlib import PurePosixPath

from kb.importing.readers import excel, other_programs, separated
from kb.importing.readers.own_archives import is_ours, returned
from kb.importing.readers.packages import LARGEST, Package
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import Workbook

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and whatever a password protects
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_ENDINGS = "an Excel workbook (.xlsx, .xlsm, .xls), an OpenDocument one (.ods), or .csv"


def opened(name: str, raw: bytes, encoding: str = "") -> Workbook:
    """Its sheets. `encoding` is asked for where a text file says nothing of its own.

    Raises UnreadableFile with a sentence that says what to do.
    """
    name = PurePosixPath(name.replace("\\", "/")).name
    if name.startswith(("~$", ".~lock.")):
        raise UnreadableFile(
            f"{name} is the mark of a workbook that somebody has open, not the workbook: choose "
            f"{name.removeprefix('~$').removeprefix('.~lock.').rstrip('#')} itself."
        )
    if not raw.strip(b"\0 \r\n\t"):
        raise UnreadableFile(f"{name} is empty: choose the file with the procedures.")
    if is_ours(raw):
        return returned(name, raw)
    if len(raw) > LARGEST:
        raise UnreadableFile(
            f"{name} is larger than {LARGEST // 1_000_000} MB: save the sheets that hold "
            "procedures as a workbook of their own, without pictures."
        )
    if raw.startswith(b"PK"):
        return _package(name, raw)
    if raw.startswith(_COMPOUND):
        if _PROTECTED in raw:
            raise UnreadableFile(
                f"{name} is protected by a password: open it, remove the password (File, Info, "
                "Protect Workbook), and save it."
            )
        return other_programs.workbook(name, raw)
    return _text(name, raw, encoding)


def _package(name: str, raw: bytes) -> Workbook:
    package = Package(raw, name)
    if "word/document.xml" in package.names:
        raise UnreadableFile(f"{name} is a Word document, which cannot be read yet: {_choose()}")
    if "ppt/presentation.xml" in package.names:
        raise UnreadableFile(f"{name} is a presentation, which cannot be read yet: {_choose()}")
    if "xl/workbook.xml" in package.names:
        package.ensure_harmless()
        return excel.workbook(name, raw, package)
    if "xl/workbook.bin" in package.names or "content.xml" in package.names:
        package.ensure_harmless()
        return other_programs.workbook(name, raw)
    raise UnreadableFile(f"{name} is a zip without a workbook: unpack it, and {_choose()}")


def _text(name: str, raw: bytes, encoding: str) -> Workbook:
    if not name.casefold().endswith(SUFFIXES):
        raise UnreadableFile(f"{name} is no workbook: {_choose()}")
    start = raw[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta")):
        raise UnreadableFile(
            f"{name} is a web page or XML, whatever its name says: open it in a spreadsheet "
            "program, and save it as .xlsx."
        )
    if raw.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"GIF8")):
        raise UnreadableFile(f"{name} holds no table: {_choose()}")
    return separated.workbook(name, raw, encoding)


def _choose() -> str:
    return f"choose {_ENDINGS}."
