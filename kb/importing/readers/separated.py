"""Tables of separated values. The separator is counted, because those who guess it go wrong."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from kb.importing.readers.shown import clean
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import Run, SheetCell, SheetRow, SheetTable, Workbook

MOST_ROWS = 50_000
MOST_COLUMNS = 500
_SEPARATORS = ";,\t|"
_LOOKED_AT = 20  # lines in which the separator is counted
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAID = re.compile(r'"?sep=(.)"?[;,\t|]*\n', re.IGNORECASE)
_WRONG = "is no table of separated values: save it as .xlsx or as CSV in UTF-8."


def workbook(name: str, raw: bytes, encoding: str = "") -> Workbook:
    """The table as a workbook of one sheet. Raises UnreadableFile."""
    text, code_page = decoded(name, raw, encoding)
    said = _SAID.match(text)
    body = text[said.end() :] if said else text
    if said and said[1] == "\n":
        raise UnreadableFile(f"{name} {_WRONG}")
    separator = said[1] if said else separator_of(body)
    rows = tuple(_rows(name, body, separator, first=2 if said else 1))
    noticed = (f"{name} is not UTF-8; it was read as {code_page}.",) if code_page != "UTF-8" else ()
    return Workbook(name, (SheetTable(_sheet_name(name), rows),), noticed)


def decoded(name: str, raw: bytes, encoding: str = "") -> tuple[str, str]:
    """The text with line feeds only, and how it was read: by its mark, UTF-8, else as asked for

    or Windows-1252.
    """
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            try:
                return _lines(raw.decode(codec)), "UTF-8"
            except UnicodeDecodeError as error:
                raise UnreadableFile(f"{name} {_WRONG}") from error
    if b"\0" in raw[:2000] and (text := _without_mark(raw)):
        return _lines(text), "UTF-8"
    if b"\0" in raw:
        raise UnreadableFile(f"{name} {_WRONG}")
    try:
        return _lines(raw.decode("utf-8")), "UTF-8"
    except UnicodeDecodeError:
        return _lines(raw.decode(encoding or "cp1252", "replace")), encoding or "Windows-1252"


def _without_mark(raw: bytes) -> str:
    """The text where it is UTF-16 that says so by nothing but its zeros; else nothing."""
    codec = "utf-16-be" if raw.startswith(b"\0") else "utf-16-le"
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text or "\n" not in text.replace("\r", "\n") else text


def separator_of(text: str) -> str:
    """The one that stands most often outside quotation marks in the first line that has any."""
    for line in _outside_quotes(text):
        best = max(_SEPARATORS, key=line.count)
        if line.count(best):
            return best
    return ","


def _outside_quotes(text: str) -> Iterator[str]:
    """The first lines of the table, each without what is quoted: a record may span lines."""
    line, quoted, found = "", False, 0
    for letter in text[:200_000]:
        if letter == '"':
            quoted = not quoted
        elif letter == "\n" and not quoted:
            yield line
            line, found = "", found + 1
            if found == _LOOKED_AT:
                return
        elif not quoted:
            line += letter
    yield line


def _rows(name: str, body: str, separator: str, first: int) -> Iterator[SheetRow]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        for number, values in enumerate(reader, first):
            if number > MOST_ROWS or len(values) > MOST_COLUMNS:
                raise UnreadableFile(
                    f"{name} has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns: bring it "
                    "in in parts."
                )
            yield SheetRow(number, tuple(map(_cell, values)))
    except csv.Error as error:
        raise UnreadableFile(f"{name} {_WRONG}") from error


def _cell(value: str) -> SheetCell:
    text = clean(value)
    return SheetCell((Run(text),)) if text else SheetCell()


def _lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _sheet_name(name: str) -> str:
    return name.rpartition(".")[0] or name
