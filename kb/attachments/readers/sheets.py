"""The text of a workbook, row by row; hidden sheets, rows and columns are left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from kb.attachments.readers.unreadable import Unreadable
from kb.importing.readers.opening import opened
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import SheetRow, SheetTable
from kb.procedures.model import TextPlace

MOST_ROWS = 20_000


def places(name: str, raw: bytes) -> Iterator[TextPlace]:
    """A place a row. Raises Unreadable."""
    try:
        book = opened(name, raw)
    except UnreadableFile as error:
        raise Unreadable(*_told(name, str(error))) from error
    named = name.casefold().endswith((".csv", ".tsv"))
    rows = (
        TextPlace(
            f"row {row.number}" if named else f"sheet “{sheet.name}”, row {row.number}",
            _text(row, sheet.hidden_columns),
        )
        for sheet in book.sheets
        if not sheet.hidden
        for row in _shown(sheet)
    )
    yield from islice(rows, MOST_ROWS)


def _shown(sheet: SheetTable) -> Iterator[SheetRow]:
    return (row for row in sheet.rows if not row.hidden)


def _text(row: SheetRow, hidden: frozenset[int]) -> str:
    cells = (cell.text for column, cell in enumerate(row.cells) if column not in hidden)
    return " | ".join(dict.fromkeys(filter(None, cells)))


def _told(name: str, sentence: str) -> tuple[str, str]:
    """What the sentence of the import says, as why and what to do."""
    why, _, remedy = sentence.removeprefix(f"{name} ").rstrip(".").partition(": ")
    return f"it {why}", remedy or "save it anew as .xlsx"
