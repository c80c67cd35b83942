"""A file of any kind opened as what comes in: by what is in it, never by its name alone."""

from __future__ import annotations

import io
import posixpath
import zipfile
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from kb.importing.documents import Bundle
from kb.importing.pages.archives import archive_bundle
from kb.importing.pages.helpdesk import helpdesk_bundle, is_json
from kb.importing.pages.markdown import markdown_bundle
from kb.importing.pages.web import web_bundle
from kb.importing.pages.word import word_page
from kb.importing.readers import excel, other_programs, separated
from kb.importing.readers.own_archives import LARGEST_UNPACKED as LARGEST_RETURNED
from kb.importing.readers.own_archives import is_ours, returned
from kb.importing.readers.packages import LARGEST, LARGEST_DOCUMENTS, Package
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import Workbook
from kb.zip_damage import ZIP_DAMAGE

_TABLES = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")
_WEB, _MARKDOWN = (".html", ".htm", ".xhtml"), (".md", ".markdown")
_DOCUMENTS = (".docx", ".docm", *_WEB, *_MARKDOWN, ".zip", ".json")
SUFFIXES = (*_TABLES, *_DOCUMENTS)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, .doc, and whatever a password protects
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_OLD_WORD = "WordDocument".encode("utf-16-le")
_ENDINGS = (
    "an Excel workbook (.xlsx, .xlsm, .xls), an OpenDocument one (.ods), .csv, a Word document "
    "(.docx), a web page, Markdown, a zip of such, or the JSON of a help centre"
)
_ALONE = "Document"  # what the only document of a file is called within it


def opened(name: str, raw: bytes, encoding: str = "") -> Workbook:
    """Its sheets and documents. `encoding` is asked for where a table says nothing of its own.

    Raises UnreadableFile with a sentence that says what to do.
    """
    name = PurePosixPath(name.replace("\\", "/")).name
    if name.startswith(("~$", ".~lock.")):
        raise UnreadableFile(
            f"{name} is the mark of a file that somebody has open, not the file: choose "
            f"{name.removeprefix('~$').removeprefix('.~lock.').rstrip('#')} itself."
        )
    if not raw.strip(b"\0 \r\n\t"):
        raise UnreadableFile(f"{name} is empty: choose the file with the procedures.")
    if is_ours(raw):
        return returned(name, raw)
    _ensure_no_larger(name, len(raw), LARGEST_DOCUMENTS)
    if raw.startswith(b"PK"):
        return _package(name, raw)
    if raw.startswith(_COMPOUND):
        return _compound(name, raw)
    return _text(name, raw, encoding)


def bytes_of(path: Path) -> bytes:
    """The file on disk. Raises OSError, and UnreadableFile where it is too large to be read.

    Only a zip may be larger than documents are: what was taken out here.
    """
    with path.open("rb") as file:
        zipped = file.read(2) == b"PK"
        most = LARGEST_RETURNED if zipped else LARGEST_DOCUMENTS
        _ensure_no_larger(path.name, path.stat().st_size, most)
        file.seek(0)
        return file.read()


def _compound(name: str, raw: bytes) -> Workbook:
    if _PROTECTED in raw:
        raise UnreadableFile(
            f"{name} is protected by a password: open it, remove the password (File, Info, "
            "Protect), and save it."
        )
    if _OLD_WORD in raw:
        raise UnreadableFile(
            f"{name} is an old Word document (.doc): open it in Word, and save it as .docx."
        )
    _ensure_small(name, raw)
    return other_programs.workbook(name, raw)


def _package(name: str, raw: bytes) -> Workbook:
    package = Package(raw, name) if _is_office(name, raw) else None
    if package is None:
        return _documents(name, archive_bundle(name, raw))
    if any(each.startswith("ppt/") for each in package.names):
        raise UnreadableFile(f"{name} is a presentation, which cannot be read: {_choose()}")
    if any(each.startswith("word/") for each in package.names):
        package.ensure_harmless()
        return _documents(name, word_page(name, raw))
    if b"opendocument.text" in package.part("mimetype") if "mimetype" in package.names else False:
        raise UnreadableFile(
            f"{name} is a text of LibreOffice (.odt): open it there, and save it as .docx."
        )
    _ensure_small(name, raw)
    package.ensure_harmless()
    if "xl/workbook.xml" in package.names:
        return excel.workbook(name, raw, package)
    return other_programs.workbook(name, raw)


def _is_office(name: str, raw: bytes) -> bool:
    """Is it a package of an office program? Whatever is damaged is taken by its name."""
    try:
        names = frozenset(zipfile.ZipFile(io.BytesIO(raw)).namelist())
    except ZIP_DAMAGE:
        return True
    if "[Content_Types].xml" in names:
        return True
    return "content.xml" in names or "xl/workbook.xml" in names or "word/document.xml" in names


def _text(name: str, raw: bytes, encoding: str) -> Workbook:
    ending = posixpath.splitext(name)[1].casefold()
    start = raw[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b"{\\rtf"):
        raise UnreadableFile(f"{name} is rich text: open it in Word, and save it as .docx.")
    if raw.startswith(b"%PDF"):
        raise UnreadableFile(
            f"{name} is a PDF, which has no headings and steps to read: bring in the Word document "
            "that it was made of, or open it in Word and save it as .docx."
        )
    if raw.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise UnreadableFile(f"{name} is a picture: {_choose()}")
    if ending in _MARKDOWN:
        return _documents(name, markdown_bundle(name, raw))
    if ending == ".json" and is_json(raw):
        return _documents(name, helpdesk_bundle(name, raw))
    looks_like_web = start.startswith((b"<!doctype", b"<html", b"<?xml", b"<meta", b"<head"))
    if ending in _WEB or (looks_like_web and ending not in _TABLES):
        return _documents(name, web_bundle(name, raw))
    if ending not in SUFFIXES:
        raise UnreadableFile(f"{name} is none of the files that can be read: {_choose()}")
    if looks_like_web or start.startswith(b"<table"):
        raise UnreadableFile(
            f"{name} is a web page or XML, whatever its name says: open it in a spreadsheet "
            "program, and save it as .xlsx; or name it .html to bring it in as a document."
        )
    _ensure_small(name, raw)
    return separated.workbook(name, raw, encoding)


def _documents(name: str, bundle: Bundle) -> Workbook:
    """What came of a file that holds documents. The only one of a file has no name of its own."""
    if len(bundle.pages) == 1:
        page = bundle.pages[0]
        alone = replace(page, name=_ALONE, place=page.place or page.name)
        bundle = replace(bundle, pages=(alone,))
    return Workbook(name, (), documents=bundle)


def _ensure_no_larger(name: str, size: int, most: int) -> None:
    if size > most:
        raise UnreadableFile(
            f"{name} is larger than {most // 1_000_000} MB: bring it in in parts, or without its "
            "films and pictures."
        )


def _ensure_small(name: str, raw: bytes) -> None:
    if len(raw) > LARGEST:
        raise UnreadableFile(
            f"{name} is larger than {LARGEST // 1_000_000} MB: save the sheets that hold "
            "procedures as a workbook of their own, without pictures."
        )


def _choose() -> str:
    return f"choose {_ENDINGS}."
