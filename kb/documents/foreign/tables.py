"""A table as a full grid: a cell over several rows says its words in each. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kb.documents.foreign.tree import Element

_WIDEST = 200  # columns


class Cell(Struct, frozen=True):
    """One place of the grid. `repeated_across`: the cell to its left reaches over it."""

    element: Element
    repeated_across: bool = False


def grid(table: Element) -> list[list[Cell]]:
    """All rows, every one with as many places as its cells reach over."""
    rows: list[list[Cell]] = []
    above: dict[int, tuple[int, Cell]] = {}  # by column: rows still to come, and what they say
    for row in _rows(table):
        line: list[Cell] = []
        below: dict[int, tuple[int, Cell]] = {}
        for element in (child for child in row.elements if child.tag in ("td", "th")):
            _from_above(line, above, below)
            tall, wide = _span(element, "rowspan"), _span(element, "colspan")
            for nth in range(min(wide, _WIDEST - len(line))):
                cell = Cell(element, nth > 0)
                if tall > 1:
                    below[len(line)] = (tall - 1, cell)
                line.append(cell)
        _from_above(line, above, below)
        above = below
        if line:
            rows.append(line)
    return rows


def _from_above(
    line: list[Cell], above: dict[int, tuple[int, Cell]], below: dict[int, tuple[int, Cell]]
) -> None:
    while len(line) in above:
        left, cell = above[len(line)]
        if left > 1:
            below[len(line)] = (left - 1, cell)
        line.append(cell)


def _rows(table: Element) -> Iterator[Element]:
    """Of this table, not of those in its cells; the head first, the foot last."""
    parts = {"thead": 0, "tbody": 1, "tr": 1, "tfoot": 2}
    for child in sorted(
        (each for each in table.elements if each.tag in parts), key=lambda each: parts[each.tag]
    ):
        if child.tag == "tr":
            yield child
        else:
            yield from (each for each in child.elements if each.tag == "tr")


def _span(element: Element, name: str) -> int:
    written = element.get(name).strip()
    return max(1, min(int(written), 1000)) if written.isdecimal() and len(written) < 5 else 1
