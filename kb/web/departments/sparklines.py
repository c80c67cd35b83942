"""A small line of how a number went, and what is said of it: geometry and words only. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from kb.web.site.wording import short_day

WIDTH, HEIGHT = 84, 22  # in the units of the drawing
_EDGE = 2.5  # so that the line is not cut at the border
_LEAST = 3  # points: fewer are no line


class Trend(Struct, frozen=True):
    """How a number went. `line` is the drawing's points, "" where there are too few.

    `mood` is "ok" where it got better, "warn" where it got worse, else "".
    """

    words: str
    mood: str = ""
    line: str = ""
    width: int = WIDTH
    height: int = HEIGHT


def trend(
    now: float,
    before: tuple[date, float] | None,
    points: Sequence[float] = (),
    *,
    today: date,
    unit: str = "",
    more_is_better: bool = False,
) -> Trend:
    """`now` against what it was on a day, with the points from the oldest to now.

    `unit` stands behind the difference, such as " points".
    """
    line = drawn(points)
    if before is None:
        return Trend("", "", line)
    day, was = before
    difference = round(now - was)
    since = short_day(day, today)
    if not difference:
        return Trend(f"as on {since}", "", line)
    mark = "▲" if difference > 0 else "▼"
    mood = "ok" if (difference > 0) == more_is_better else "warn"
    return Trend(f"{mark} {abs(difference):,}{unit} since {since}", mood, line)


def drawn(points: Sequence[float]) -> str:
    """The points of a polyline, from the left edge to the right; the greatest is at the top."""
    if len(points) < _LEAST:
        return ""
    low, high = min(points), max(points)
    tall, wide = HEIGHT - 2 * _EDGE, WIDTH - 2 * _EDGE
    steps = wide / (len(points) - 1)
    room = (high - low) or 1
    flat = tall / 2 if high == low else 0
    return " ".join(
        f"{_EDGE + nth * steps:.1f},{HEIGHT - _EDGE - flat - (point - low) / room * tall:.1f}"
        for nth, point in enumerate(points)
    )
