"""Rows of a workbook that was taken out here, told from others by their header. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kb.exporting.columns import (
    FIELD_OF,
    FILE,
    ID,
    REVIEWED,
    VERSION,
    ProcedureRow,
    is_ours,
    text_columns,
)
from kb.importing.sheets import SheetRow, SheetTable, Workbook


class ReturnedRow(Struct, frozen=True):
    """One row that came back, and where it stood. `reviewed` is what its cell shows."""

    sheet: str
    number: int
    said: ProcedureRow
    reviewed: str = ""

    @property
    def title(self) -> str:
        """What it is called."""
        return " ".join(self.said.fields["Title"].split())


def comes_back(workbook: Workbook) -> bool:
    """Was that, or a sheet of it, taken out here?"""
    return bool(workbook.returned) or any(map(_header, workbook.sheets))


def returned_rows(workbook: Workbook) -> Iterator[ReturnedRow]:
    """Those of all sheets of ours, filtered away or not; empty ones are none."""
    for sheet in workbook.sheets:
        if header := _header(sheet):
            for row in sheet.rows:
                if row.number > sheet.rows[0].number and row:
                    yield _read(sheet.name, header, row)


def other_sheets(workbook: Workbook) -> list[str]:
    """Their names."""
    return [sheet.name for sheet in workbook.sheets if sheet and not _header(sheet)]


def _header(sheet: SheetTable) -> list[str]:
    header = [cell.text for cell in sheet.rows[0].cells] if sheet.rows else []
    return header if is_ours(header) else []


def _read(sheet: str, header: list[str], row: SheetRow) -> ReturnedRow:
    def text(name: str) -> str:
        return row.cell(header.index(name)).text if name in header else ""

    texts = ["".join(run.text for run in row.cell(nth).runs) for nth in text_columns(header)]
    while texts and not texts[-1]:
        texts.pop()
    said = ProcedureRow(
        text(ID),
        {label: text(label) for label in FIELD_OF},
        tuple(texts),
        text(FILE),
        text(VERSION),
    )
    return ReturnedRow(sheet, row.number, said, text(REVIEWED))
