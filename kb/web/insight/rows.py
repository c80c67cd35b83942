"""What the insight page shows, made from the report: groups of words, rows of tables, plots."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from kb.insight.figures import SEVERAL, Count, OpeningFigures, Span, Words
from kb.insight.sql.report import Report
from kb.procedures.model import Procedure
from kb.search.index.embedding import Meaning
from kb.search.similar.grouping import groups
from kb.web.insight.plots import Column, ColumnPart, Plot, bars
from kb.web.site.pages import departments, tone
from kb.web.site.wording import day as in_full
from kb.web.site.wording import short_day

MOST_WORDS = 1000  # different ones that are put into groups
SHOWN = 30  # groups on a page
_DAILY = 62  # days; a longer span is drawn by weeks
_LAST_RANK = 10  # those beyond are drawn together


class Group(Struct, frozen=True):
    """Searches that mean about the same: the words of most people first."""

    words: tuple[Words, ...]
    people: int

    @property
    def several(self) -> bool:
        """More than one person, so that it may be counted."""
        return self.people >= SEVERAL

    @property
    def searches(self) -> int:
        """How often, in all words."""
        return sum(one.searches for one in self.words)

    @property
    def asked(self) -> int:
        """In how many of them a department was asked."""
        return sum(one.asked for one in self.words)

    @property
    def hits(self) -> int:
        """What the best of them found at most."""
        return max(one.hits for one in self.words)

    @property
    def about(self) -> str | None:
        """The department that it seems to concern."""
        named = Counter({one.about: one.searches for one in self.words if one.about})
        return named.most_common(1)[0][0] if named else None

    @property
    def folded(self) -> tuple[str, ...]:
        """The words as the report knows them."""
        return tuple(one.folded for one in self.words)


def grouped(report: Report, span: Span, which: str, meaning: Meaning, most: int) -> list[Group]:
    """The `most` largest groups of `which` ("weak" or "unopened"), those of most people first."""
    words = getattr(report, which)(span, MOST_WORDS)
    together = groups([one.folded for one in words], meaning)
    alike = [tuple(words[nth] for nth in places) for places in together]
    alike.sort(key=lambda group: -sum(one.people for one in group))
    alike = alike[:most]
    people = report.people(span, [{one.folded for one in group} for group in alike], which)
    found = [Group(group, count) for group, count in zip(alike, people, strict=True)]
    return sorted(found, key=lambda group: (-group.people, -group.searches))


def name_of(department: str | None) -> str:
    """The department's name; searches that found nothing concern none."""
    return departments().get(department).name if department else "None"


def days_plot(counts: dict[tuple[date, str | None], Count], span: Span) -> Plot:
    """Searches by day, or by week where there are many days, stacked by department."""
    step = 1 if span.days <= _DAILY else 7
    starts = [span.first + timedelta(days=nth) for nth in range(0, span.days, step)]
    stacked: dict[date, Counter[str | None]] = defaultdict(Counter)
    for (day, about), count in counts.items():
        nth = (day - span.first).days // step
        stacked[starts[nth]][about] += count.searches
    order = _in_order({about for _, about in counts})
    return bars(
        [
            Column(
                short_day(start, span.last),
                tuple(ColumnPart(stacked[start][one], name_of(one), _colour(one)) for one in order),
            )
            for start in starts
        ]
    )


def ranks_plot(opened: Iterable[OpeningFigures]) -> Plot:
    """How often a hit was opened at each rank."""
    at: Counter[int] = Counter()
    for one in opened:
        for rank, times in one.ranks.items():
            at[min(rank, _LAST_RANK + 1)] += times
    names = [*map(str, range(1, _LAST_RANK + 1)), f"{_LAST_RANK + 1}+"]
    return bars(
        [
            Column(name, (ColumnPart(at[nth], "", "fill-accent"),))
            for nth, name in enumerate(names, 1)
        ]
    )


def by_department(
    counts: dict[tuple[date, str | None], Count],
) -> list[tuple[str | None, Count]]:
    """The departments in their order, each with all its searches."""
    sums: dict[str | None, Count] = defaultdict(Count)
    for (_, about), count in counts.items():
        sums[about] = sums[about] + count
    return [(one, sums[one]) for one in _in_order(sums)]


def by_day(counts: dict[tuple[date, str | None], Count]) -> list[tuple[date, Count]]:
    """Each day that has any, the latest first."""
    sums: dict[date, Count] = defaultdict(Count)
    for (day, _), count in counts.items():
        sums[day] = sums[day] + count
    return sorted(sums.items(), reverse=True)


def opened_rows(
    opened: dict[str, OpeningFigures], readable: dict[str, Procedure]
) -> list[tuple[Procedure, OpeningFigures]]:
    """What the one who asks may read of it, the most often opened first."""
    rows = [(readable[id], how) for id, how in opened.items() if id in readable]
    return sorted(rows, key=lambda row: (-row[1].openings, row[0].title))


def told(span: Span) -> str:
    """ "2 Nov 2026 to 22 Nov 2026"."""
    return f"{in_full(span.first)} to {in_full(span.last)}"


def _in_order(found: Iterable[str | None]) -> list[str | None]:
    known = list(departments().by_id)
    unknown = len(known)
    named = [one for one in found if one is not None]
    named.sort(key=lambda one: (known.index(one) if one in known else unknown, one))
    return [*named, *([None] if None in set(found) else [])]


def _colour(department: str | None) -> str:
    return f"fill-{tone(department)}" if department else "fill-none"
