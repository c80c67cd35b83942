"""Workbooks that openpyxl does not read: .xls, .ods, .xlsb and strict .xlsx, by python-calamine.

It shows neither links nor what is hidden in rows, columns and comments; the preview says so.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from kb.importing.readers.packages import damaged
from kb.importing.readers.separated import MOST_COLUMNS, MOST_ROWS
from kb.importing.readers.shown import day_of, shown
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import Run, SheetCell, SheetRow, SheetTable, Workbook


def workbook(name: str, raw: bytes) -> Workbook:
    """Its sheets. Raises UnreadableFile."""
    import python_calamine as calamine  # only now: nothing but an import needs it

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = tuple(_sheet(book, told, name) for told in book.sheets_metadata)
    except calamine.PasswordError as error:
        raise UnreadableFile(
            f"{name} is protected by a password: open it, and save it without one."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise damaged(name) from error
    told = (
        f"{name} was read as an older or strict workbook: links, comments and hidden rows do not "
        "show. Save it as .xlsx in Excel to bring them in.",
    )
    return Workbook(name, sheets, told)


def _sheet(book: Any, told: Any, name: str) -> SheetTable:
    sheet = book.get_sheet_by_name(told.name)
    if sheet.height > MOST_ROWS or sheet.width > MOST_COLUMNS:
        raise UnreadableFile(
            f"{name} has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns in “{told.name}”: "
            "bring it in in parts."
        )
    values = sheet.to_python(skip_empty_area=False)
    merged = list(sheet.merged_cell_ranges or ())
    _fill_down(values, merged)
    banners = {top for (top, left), (bottom, right) in merged if top == bottom and right > left}
    hidden = "visible" not in str(told.visible).casefold()
    return SheetTable(told.name, tuple(_rows(values, banners)), hidden)


def _fill_down(values: list[list[Any]], merged: list[Any]) -> None:
    """What stands in cells merged over rows is said by each of them."""
    for (top, left), (bottom, _) in merged:
        for row in range(top + 1, min(bottom + 1, len(values))):
            values[row][left] = values[top][left]


def _rows(values: list[list[Any]], banners: set[int]) -> Iterator[SheetRow]:
    for nth, row in enumerate(values):
        cells = tuple(map(_cell, row))
        yield SheetRow(nth + 1, cells, banner=nth in banners and sum(map(bool, cells)) == 1)


def _cell(value: Any) -> SheetCell:
    text = shown(value)
    if not text.strip():
        return SheetCell()
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return SheetCell((Run(text),), day=day_of(value), number=number)
