"""The text of a workbook, row by row; hidden sheets, rows and columns are left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from kb.attachments.readers.unreadable import UnreadableText
from kb.importing.opening import opened
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import SheetCell, SheetTable
from kb.procedures.model import TextPlace

MOST_ROWS = 20_000
_LONGEST_NAME = 30


def places(name: str, raw: bytes) -> Iterator[TextPlace]:
    """A place a row. Raises UnreadableText."""
    try:
        book = opened(name, raw)
    except UnreadableFile as error:
        raise UnreadableText(*_told(name, str(error))) from error
    named = name.casefold().endswith((".csv", ".tsv"))
    rows = (
        TextPlace(
            f"row {number}" if named else f"sheet “{sheet.name}”, row {number}",
            text,
        )
        for sheet in book.sheets
        if not sheet.hidden
        for number, text in _rows(sheet)
    )
    yield from islice(rows, MOST_ROWS)


def _rows(sheet: SheetTable) -> Iterator[tuple[int, str]]:
    """The number and the text of each row, with what its columns are called."""
    names: dict[int, str] | None = None
    for row in sheet.rows:
        cells = {
            column: cell
            for column, cell in enumerate(row.cells)
            if cell.text and column not in sheet.hidden_columns
        }
        if row.hidden:
            continue
        texts = {column: cell.text for column, cell in cells.items()}
        said = (_called((names or {}).get(column, ""), text) for column, text in texts.items())
        yield row.number, " | ".join(dict.fromkeys(said))
        if names is None and len(cells) > 1:
            names = texts if all(map(_may_be_name, cells.values())) else {}


def _called(name: str, text: str) -> str:
    return f"{name}: {text}" if name else text


def _may_be_name(cell: SheetCell) -> bool:
    """A column's: a word or a few, no number, no day, no sentence."""
    said = cell.text
    numbered = cell.number or cell.day is not None
    return not numbered and len(said) <= _LONGEST_NAME and not said.endswith((".", "?", "!"))


def _told(name: str, sentence: str) -> tuple[str, str]:
    """What the sentence of the import says, as why and what to do."""
    why, _, remedy = sentence.removeprefix(f"{name} ").rstrip(".").partition(": ")
    return f"it {why}", remedy or "save it anew as .xlsx"
