"""Excel workbooks by openpyxl: what each cell shows, with links, and what is hidden."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from kb.importing.readers import other_programs
from kb.importing.readers.packages import Package, damaged
from kb.importing.readers.separated import MOST_COLUMNS, MOST_ROWS
from kb.importing.readers.shown import ERRORS, clean, day_of, shown
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import (
    EMPTY_CELL,
    CellLink,
    Run,
    SheetCell,
    SheetRow,
    SheetTable,
    Workbook,
)
from kb.zip_damage import ZIP_DAMAGE

_HYPERLINK = re.compile(
    r'=\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*(?:[,;]\s*"((?:[^"]|"")*)"\s*)?\)', re.IGNORECASE
)
_THREADED = "[Threaded comment]"
_SAFE = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/"
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>]")


def workbook(name: str, raw: bytes, package: Package) -> Workbook:
    """Its sheets, with each formula as its last value. Raises UnreadableFile."""
    if _is_strict(package):
        return other_programs.workbook(name, raw)
    book = _loaded(name, raw, data_only=True)
    if not book.sheetnames:
        return other_programs.workbook(name, raw)
    formulas = _loaded(name, raw, data_only=False) if _has_formulas(package) else None
    struck = frozenset(nth for nth, font in enumerate(book._fonts) if font.strike)
    sheets = []
    for sheet in book.worksheets:
        if sheet.max_row > MOST_ROWS or sheet.max_column > 16_000:
            sheet = _ensured(name, sheet)
        other = formulas[sheet.title] if formulas else None
        sheets.append(_Reading(sheet, other, struck).table())
    return Workbook(name, tuple(sheets), tuple(_noticed(name, package)))


def _loaded(name: str, raw: bytes, *, data_only: bool) -> Any:
    import openpyxl  # only now: nothing but an import needs it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(
                io.BytesIO(raw), data_only=data_only, rich_text=data_only, keep_links=False
            )
    except (*ZIP_DAMAGE, TypeError, AttributeError, IndexError, SyntaxError) as error:
        # Whatever a part lacks, openpyxl trips over it in its own way; ParseError is a SyntaxError.
        raise damaged(name) from error


def _ensured(name: str, sheet: Any) -> Any:
    last = max((row for row, _ in sheet._cells), default=0)
    if last > MOST_ROWS:
        raise UnreadableFile(
            f"{name} has more than {MOST_ROWS:,} rows in “{sheet.title}”: bring it in in parts."
        )
    return sheet


def _is_strict(package: Package) -> bool:
    """Does a part name the strict format? openpyxl loads such a one with nothing in it."""
    parts = ["xl/workbook.xml", *_sheets(package)]
    return any(_STRICT in package.part(name)[:2000] for name in parts)


def _has_formulas(package: Package) -> bool:
    return any(_FORMULA.search(package.part(name)) for name in _sheets(package))


def _sheets(package: Package) -> list[str]:
    sheets = [name for name in package.names if name.startswith("xl/worksheets/")]
    return [name for name in sheets if name.endswith(".xml")]


def _noticed(name: str, package: Package) -> Iterator[str]:
    if pictures := package.count("xl/media/"):
        yield (
            f"{pictures} pictures in {name} do not come in."
            if pictures > 1
            else (f"A picture in {name} does not come in.")
        )
    if "xl/vbaProject.bin" in package.names:
        yield f"{name} has macros; none was run, and none comes in."


class _Merges(Struct, frozen=True):
    """Ranges of merged cells: what is said further down, and which rows are one cell."""

    above: dict[tuple[int, int], tuple[int, int]]
    wide: frozenset[int]


class _Reading:
    """One sheet being read, with its second reading, in which formulas stand, where it has any."""

    def __init__(self, sheet: Any, formulas: Any, struck: frozenset[int]) -> None:
        self._sheet = sheet
        self._formulas = formulas
        self._struck = struck
        self._merges = _merges(sheet.merged_cells.ranges)

    def table(self) -> SheetTable:
        """All its rows, up to the last cell that says anything."""
        rows = [row for row in self._rows() if row]
        width = max((_last(row.cells) for row in rows), default=0)
        filled = tuple(_cut(row, width) for row in rows)
        return SheetTable(
            self._sheet.title,
            filled,
            self._sheet.sheet_state != "visible",
            frozenset(_hidden_columns(self._sheet)),
        )

    def _rows(self) -> Iterator[SheetRow]:
        by_row: dict[int, dict[int, Any]] = {}
        for (row, column), cell in self._sheet._cells.items():
            if column <= MOST_COLUMNS:
                by_row.setdefault(row, {})[column] = cell
        for row, column in self._merges.above:
            by_row.setdefault(row, {}).setdefault(column, None)
        for number in sorted(by_row):
            yield self._row(number, by_row[number])

    def _row(self, number: int, cells: dict[int, Any]) -> SheetRow:
        found = [EMPTY_CELL] * max(cells)
        for column, cell in cells.items():
            above = self._merges.above.get((number, column))
            cell = self._sheet._cells.get(above) if above else cell
            if cell is not None:
                found[column - 1] = self._cell(cell)
        dimension = self._sheet.row_dimensions
        hidden = number in dimension and bool(dimension[number].hidden)
        banner = number in self._merges.wide and sum(map(bool, found)) == 1
        return SheetRow(number, tuple(found), hidden, banner)

    def _cell(self, cell: Any) -> SheetCell:
        value = cell.value
        if value is None and not cell.hyperlink and not cell.comment and not self._formulas:
            return EMPTY_CELL
        noticed: list[str] = []
        formula = self._formula(cell)
        runs = self._runs(cell, value, noticed)
        links = tuple(_links(cell, formula, runs, noticed))
        if links and not links[0].label:
            runs = ()
        if formula and value is None:
            noticed.append("the value of its formula is not stored; open and save it in Excel")
        if cell.comment:
            noticed.append(f"comment left out: {_comment(cell.comment.text)}")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return SheetCell(runs, links, day_of(value), number, tuple(noticed))

    def _formula(self, cell: Any) -> str:
        if self._formulas is None:
            return ""
        twin = self._formulas._cells.get((cell.row, cell.column))
        return str(twin.value) if twin is not None and twin.data_type == "f" else ""

    def _runs(self, cell: Any, value: Any, noticed: list[str]) -> tuple[Run, ...]:
        if value is None:
            return ()
        if isinstance(value, str) and value in ERRORS:
            noticed.append(f"it shows the error {value}")
            return ()
        if self._struck and cell.has_style and cell._style.fontId in self._struck:
            noticed.append(f"struck out, so left out: {shown(value)[:80]}")
            return ()
        if isinstance(value, list):  # rich text
            return tuple(_rich(value, noticed))
        text = clean(value) if isinstance(value, str) else shown(value, cell.number_format)
        return (Run(text),) if text.strip() else ()


def _merges(ranges: Iterable[Any]) -> _Merges:
    above: dict[tuple[int, int], tuple[int, int]] = {}
    wide: set[int] = set()
    for one in ranges:
        if one.max_col > one.min_col and one.max_row == one.min_row:
            wide.add(one.min_row)
        for row in range(one.min_row + 1, min(one.max_row, one.min_row + MOST_ROWS) + 1):
            above[(row, one.min_col)] = (one.min_row, one.min_col)
    return _Merges(above, frozenset(wide))


def _hidden_columns(sheet: Any) -> Iterator[int]:
    """One entry may stand for several columns."""
    for one in sheet.column_dimensions.values():
        if one.hidden and one.min and one.max:
            yield from range(one.min - 1, min(one.max, MOST_COLUMNS))


def _rich(value: list[Any], noticed: list[str]) -> Iterator[Run]:
    for part in value:
        font = getattr(part, "font", None)
        text = clean(part if isinstance(part, str) else part.text)
        if font is not None and font.strike:
            if text.strip():
                noticed.append(f"struck out, so left out: {text.strip()[:80]}")
            # Its line end parts what stands around it.
            yield Run("\n" if text.endswith("\n") and text.count("\n") > 1 else "")
        else:
            yield Run(text, bold=bool(font is not None and font.b))


def _links(
    cell: Any, formula: str, runs: tuple[Run, ...], noticed: list[str]
) -> Iterator[CellLink]:
    said = "".join(run.text for run in runs).strip()
    by_formula = _HYPERLINK.match(formula)
    if by_formula:
        address, label = (clean((part or "").replace('""', '"')) for part in by_formula.groups())
    elif cell.hyperlink is not None:
        target, place = cell.hyperlink.target or "", cell.hyperlink.location or ""
        address, label = f"{target}#{place}" if target and place else target, said
        if said in (target, address):
            label = ""  # an emptied cell, or one that shows nothing but where it leads
    else:
        return
    if _SAFE.match(address):
        yield CellLink(address.strip().replace(" ", "%20"), label)
    elif address:
        noticed.append(f"its link to {address[:80]} leads to no web address and is left out")


def _comment(text: str) -> str:
    if text.startswith(_THREADED) and "Comment:" in text:
        text = text.partition("Comment:")[2]
    return " ".join(clean(text).split())[:200]


def _last(cells: tuple[SheetCell, ...]) -> int:
    return max((nth + 1 for nth, cell in enumerate(cells) if cell), default=0)


def _cut(row: SheetRow, width: int) -> SheetRow:
    return SheetRow(row.number, row.cells[:width], row.hidden, row.banner)
