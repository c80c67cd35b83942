"""A sheet as it was read: rows of cells with what each shows, and what was noticed. Pure."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from kb.importing.documents import Bundle


class Run(Struct, frozen=True, gc=False):
    """A stretch of a cell's text."""

    text: str
    bold: bool = False


class CellLink(Struct, frozen=True, gc=False):
    """Where a cell leads. `label` is "" where the cell shows nothing but the address."""

    address: str
    label: str = ""


class SheetCell(Struct, frozen=True, gc=False):
    """What one cell shows. `day` is set where the program knows that it is one.

    `number`: it is a number and no text. `noticed` says what was left out of it, as sentences.
    """

    runs: tuple[Run, ...] = ()
    links: tuple[CellLink, ...] = ()
    day: date | None = None
    number: bool = False
    noticed: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that it says, without spaces around."""
        return "".join(run.text for run in self.runs).strip()

    def __bool__(self) -> bool:
        return bool(self.text or self.links)


EMPTY_CELL = SheetCell()


class SheetRow(Struct, frozen=True, gc=False):
    """One row. `number` counts from 1, as the program shows it. `banner`: one cell merged over

    several columns is all that stands in it.
    """

    number: int
    cells: tuple[SheetCell, ...]
    hidden: bool = False
    banner: bool = False

    def cell(self, column: int) -> SheetCell:
        """The cell of that column, counted from 0."""
        return self.cells[column] if column < len(self.cells) else EMPTY_CELL

    def __bool__(self) -> bool:
        return any(self.cells)


class SheetTable(Struct, frozen=True):
    """One sheet. Columns are counted from 0."""

    name: str
    rows: tuple[SheetRow, ...]
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        """How many columns it has."""
        return max((len(row.cells) for row in self.rows), default=0)


class ReturnedFile(Struct, frozen=True):
    """A file of a zip that was taken out here. `blob` is what git called its bytes then, "" for

    one that was added. `untouched`: they are the same now.
    """

    path: str
    raw: bytes
    blob: str
    untouched: bool


class Workbook(Struct, frozen=True):
    """All sheets of one file. `noticed` is said of the file as a whole.

    `returned` are the files of a zip that was taken out here, which has no sheets.
    """

    name: str
    sheets: tuple[SheetTable, ...]
    noticed: tuple[str, ...] = ()
    returned: tuple[ReturnedFile, ...] = ()
    documents: Bundle = Bundle()


def letter(column: int) -> str:
    """What spreadsheet programs call a column: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
