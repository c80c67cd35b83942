"""Where the bars of a plot stand: geometry only, drawn by templates/insight/_plots.html. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log10

from msgspec import Struct

WIDTH, HEIGHT = 720, 200  # in the units of the drawing, which scales to its place
LEFT, BELOW, ABOVE = 44, 22, 8  # room for the numbers, the names, and the topmost line
_MOST_NAMES = 9


class ColumnPart(Struct, frozen=True):
    """A part of a column: how much, of which name, in which colour (a class of kb.css)."""

    amount: int
    name: str
    colour: str


class Column(Struct, frozen=True):
    """One bar, of pieces from the bottom up."""

    name: str
    pieces: tuple[ColumnPart, ...]

    @property
    def total(self) -> int:
        """How high it is."""
        return sum(piece.amount for piece in self.pieces)


class Rectangle(Struct, frozen=True):
    """A piece as drawn, with what is said when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    label: str


class PlotLabel(Struct, frozen=True):
    """A number beside a line, or a name below a bar."""

    at: float
    text: str


class Plot(Struct, frozen=True):
    """Bars, the lines behind them, and the names below."""

    rectangles: tuple[Rectangle, ...]
    lines: tuple[PlotLabel, ...]
    names: tuple[PlotLabel, ...]
    legend: tuple[ColumnPart, ...] = ()  # one part of each name, where names tell parts apart
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BELOW


def bars(columns: Sequence[Column]) -> Plot:
    """The columns side by side; their height in proportion to the highest."""
    top = _round_above(max((column.total for column in columns), default=0))
    room = HEIGHT - BELOW - ABOVE
    step = (WIDTH - LEFT) / max(len(columns), 1)
    drawn = []
    for nth, column in enumerate(columns):
        floor = float(HEIGHT - BELOW)
        for piece in column.pieces:
            tall = piece.amount / top * room
            floor -= tall
            label = f"{column.name}, {piece.name}: {piece.amount:,}".replace(", :", ":")
            x, wide = LEFT + nth * step + step * 0.12, min(step * 0.76, 60)
            if piece.amount:
                drawn.append(Rectangle(_r(x), _r(floor), _r(wide), _r(tall), piece.colour, label))
    lines = [
        PlotLabel(_r(HEIGHT - BELOW - share * room), f"{top * share:,.0f}") for share in _LINES
    ]
    return Plot(tuple(drawn), tuple(lines), _names(columns, step), _legend(columns))


def _legend(columns: Sequence[Column]) -> tuple[ColumnPart, ...]:
    parts = {piece.name: piece for one in columns for piece in one.pieces if piece.amount}
    return tuple(piece for name, piece in parts.items() if name)


_LINES = (0.0, 0.5, 1.0)


def _names(columns: Sequence[Column], step: float) -> tuple[PlotLabel, ...]:
    every = max(1, ceil(len(columns) / _MOST_NAMES))
    named = [(nth, column.name) for nth, column in enumerate(columns) if nth % every == 0]
    return tuple(PlotLabel(_r(LEFT + nth * step + min(step, 78) / 2), name) for nth, name in named)


def _round_above(most: int) -> int:
    """The next of 2, 4, 6, 10, 20, 40, 60, 100 …: half of it is a whole number."""
    if most <= 2:
        return 2
    power = 10 ** int(log10(most))
    return int(next(power * n for n in (1, 2, 4, 6, 10) if power * n >= most))


def _r(number: float) -> float:
    return round(number, 1)
