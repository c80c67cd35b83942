"""A workbook with one row a procedure, which an owner reviews and brings in again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from kb.documents.source.lines import NotAmendable
from kb.documents.source.manuscript import opened
from kb.documents.text.plain_text import blob_name
from kb.exporting.columns import (
    FILE,
    TEXT,
    VERSION,
    ProcedureRow,
    headers,
    parts_of,
    shown_fields,
    writable,
)
from kb.exporting.selecting import Scope, Selecting
from kb.exporting.zipping import Progress
from kb.procedures.model import Departments

_WIDTHS = {"Title": 40, "Keywords": 28, TEXT: 80, FILE: 30}  # in letters
_USUAL = 16
_AS_TEXT = "@"


class Tabulating(Struct, frozen=True):
    """Writes the workbook."""

    selecting: Selecting
    departments: Callable[[], Departments]

    def write(self, target: Path, scope: Scope, progress: Progress) -> int:
        """All procedures of the scope but retired ones; returns how many. Raises OSError."""
        rows = list(self._rows(scope, progress))
        most = max((len(row.texts) for row in rows), default=1)
        _written(target, headers(most), rows, most)
        return len(rows)

    def _rows(self, scope: Scope, progress: Progress) -> Iterator[ProcedureRow]:
        chosen = [one for one in self.selecting.procedures(scope) if scope.reader.may_find(one)]
        departments = self.departments()
        for done, one in enumerate(chosen, 1):
            file = self.selecting.file(one.path)
            try:
                manuscript = opened(file.raw, one.path, departments) if file else None
            except NotAmendable:  # UTF-16: nobody changes it but as a file
                manuscript = None
            if file and manuscript:
                yield ProcedureRow(
                    one.id,
                    shown_fields(manuscript),
                    tuple(part.text for part in parts_of(manuscript.body)),
                    one.path,
                    blob_name(file.raw),
                    one.reviewed,
                    one.due,
                )
            progress(done, len(chosen))


def _written(target: Path, header: tuple[str, ...], rows: list[ProcedureRow], most: int) -> None:
    import openpyxl  # only now: nothing but a workbook needs it
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Procedures")
    sheet.freeze_panes = "C2"
    last = get_column_letter(len(header))
    sheet.auto_filter.ref = f"A1:{last}{len(rows) + 1}"
    for nth, name in enumerate(header, 1):
        dimension = sheet.column_dimensions[get_column_letter(nth)]
        dimension.width = _WIDTHS.get(name, _USUAL)
        dimension.hidden = name == VERSION
    cell = _Cells(sheet)
    bold = Font(bold=True)
    sheet.append([cell.made(name, font=bold) for name in header])
    for row in rows:
        texts = [*row.texts, *[""] * (most - len(row.texts))]
        values = [row.id, *row.fields.values(), row.reviewed, row.due, *texts]
        sheet.append([cell.made(value) for value in (*values, row.file, row.version)])
    book.save(target)


class _Cells:
    """Makes cells whose texts stay texts, whatever they begin with."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment

        self._sheet = sheet
        self._make = WriteOnlyCell
        self._alignment = Alignment(wrap_text=True, vertical="top")

    def made(self, value: object, font: Any = None) -> Any:
        """A cell of that text or day."""
        if value in (None, ""):
            return None
        text = isinstance(value, str)
        cell = self._make(self._sheet, writable(str(value)) if text else value)
        if text:
            cell.data_type = "s"  # else "=..." would be a formula
            cell.number_format = _AS_TEXT
        cell.alignment = self._alignment
        if font:
            cell.font = font
        return cell
