"""The tables of the insight page as CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from flask import Response

from kb.insight.figures import Count, OpeningFigures, Span
from kb.procedures.model import Procedure
from kb.web.insight.rows import Group, name_of
from kb.web.site.csv_files import csv_file

Row = Sequence[object]
DAYS = ("day", "department", "searches", "nothing found", "nothing good", "nothing opened", "asked")
GROUPS = ("group", "words", "people in the group", "people", "searches", "hits", "department")
OPENED = ("id", "title", "department", "openings", "mean rank", "stayed", "came back", "asked")


def as_csv(
    name: str, span: Span, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response:
    """A table as a file."""
    return csv_file(f"search-{name}-{span.first}-{span.last}.csv", head, rows)


def day_rows(counts: dict[tuple[date, str | None], Count]) -> Iterator[Row]:
    """A row for each day and department."""
    for (day, about), count in sorted(counts.items(), key=lambda one: (one[0][0], one[0][1] or "")):
        numbers = (count.searches, count.none, count.weak, count.unopened, count.asked)
        yield (day, name_of(about) if about else "", *numbers)


def group_rows(found: Iterable[Group]) -> Iterator[Row]:
    """A row for each different words; those of single people without a number of searches."""
    for number, group in enumerate(found, 1):
        for one in group.words:
            times = one.searches if one.several else ""
            about = name_of(one.about) if one.about else ""
            yield (number, one.folded, group.people, one.people, times, one.hits, about)


def opened_rows(found: Iterable[tuple[Procedure, OpeningFigures]]) -> Iterator[Row]:
    """A row for each procedure."""
    for procedure, how in found:
        ended = [how.ended[name] for name in ("stayed", "came_back", "asked")]
        about = name_of(procedure.department)
        rank = round(how.rank, 2)
        yield (procedure.id, procedure.title, about, how.openings, rank, *ended)
