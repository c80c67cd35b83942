"""What the search log says of a stretch of days: counts of searches and of people, never who."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Table,
    and_,
    case,
    cast,
    delete,
    distinct,
    func,
    insert,
    literal_column,
    select,
)

from kb.database import ignored_searches, openings, reading, searches, writing
from kb.insight.figures import SEVERAL, Count, OpeningFigures, Slow, Span, Words

_NONE = searches.c.hits == 0
# As the partial indexes have them, or they would not be used.
_WEAK: ColumnElement[bool] = literal_column("NOT convincing")
_UNOPENED: ColumnElement[bool] = literal_column("hits > 0 AND NOT opened")
_PEOPLE = func.count(distinct(searches.c.person_key))
_COUNT = func.count()
_MOST = (func.max(searches.c.hits), func.max(searches.c.about))


class Report:
    """Reads the search log for the insight page."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_day(self, span: Span) -> dict[tuple[date, str | None], Count]:
        """The searches of each day, by the department that they seem to concern."""
        days = (searches.c.day, searches.c.about)
        counted = select(*days, _COUNT, *map(_sum, (_NONE, _WEAK, _UNOPENED, searches.c.asked)))
        with reading(self._engine) as connection:
            rows = connection.execute(counted.where(_within(span)).group_by(*days)).all()
        return {
            (row[0], row[1]): Count(row[2], row[3], row[4] - row[3], row[5], row[6]) for row in rows
        }

    def searchers(self, span: Span) -> int:
        """How many people searched; all who were signed out count as one."""
        with reading(self._engine) as connection:
            return connection.scalar(select(_PEOPLE).where(_within(span))) or 0

    def weak(self, span: Span, most: int) -> list[Words]:
        """The words that found nothing, or nothing good; those of most people first."""
        return self._words(span, _WEAK, most)

    def unopened(self, span: Span, most: int) -> list[Words]:
        """The words that found something of which nothing was opened."""
        return self._words(span, _UNOPENED, most)

    def opened(self, span: Span) -> dict[str, OpeningFigures]:
        """What was opened from results, by procedure id."""
        names = (openings.c.procedure_id, openings.c.rank, openings.c.ended)
        counted = select(*names, _COUNT).where(_within(span, openings)).group_by(*names)
        found: defaultdict[str, OpeningFigures] = defaultdict(OpeningFigures)
        with reading(self._engine) as connection:
            for procedure_id, rank, ended, times in connection.execute(counted):
                found[procedure_id].ranks[rank] += times
                found[procedure_id].ended[ended] += times
        return dict(found)

    def slow(self, span: Span) -> Slow | None:
        """The times of all answers, to the tenth of a millisecond; None without any."""
        tenths = cast(searches.c.millis * 10, Integer).label("tenths")
        grouped = select(tenths, _COUNT).where(_within(span)).group_by(tenths).order_by(tenths)
        with reading(self._engine) as connection:
            rows = [(row[0], row[1]) for row in connection.execute(grouped)]
        if not rows:
            return None
        return Slow(_share(rows, 0.5), _share(rows, 0.95), rows[-1][0] / 10)

    def slowest(self, span: Span, most: int) -> list[tuple[str, float]]:
        """The searches that took longest, in milliseconds, where the span tells single ones."""
        if not span.tells_singles:
            return []
        listed = select(searches.c.id).where(_within(span)).order_by(searches.c.millis.desc())
        slowest = select(searches.c.query, searches.c.millis).where(
            searches.c.id.in_(listed.limit(most).scalar_subquery())
        )
        with reading(self._engine) as connection:
            rows = connection.execute(slowest.order_by(searches.c.millis.desc())).all()
        return [(query, millis) for query, millis in rows]

    def people(self, span: Span, groups: Iterable[Collection[str]], which: str) -> list[int]:
        """How many different people searched for any of the (folded) words of each group.

        `which` is "weak" or "unopened". Takes up to a few thousand words in all.
        """
        listed = [frozenset(group) for group in groups]
        wanted = frozenset().union(*listed)
        found = select(searches.c.folded, searches.c.person_key).distinct()
        found = found.where(_by_words(span), {"weak": _WEAK, "unopened": _UNOPENED}[which])
        keys: dict[str, set[str]] = {}
        with reading(self._engine) as connection:
            for folded, key in connection.execute(found.where(searches.c.folded.in_(wanted))):
                keys.setdefault(folded, set()).add(key)
        return [len(set().union(*(keys.get(one, ()) for one in group))) for group in listed]

    def ignored(self, most: int) -> list[tuple[str, datetime]]:
        """The words that nobody needs to answer, and since when; the latest first."""
        listed = select(ignored_searches).order_by(
            ignored_searches.c.at.desc(), ignored_searches.c.folded
        )
        with reading(self._engine) as connection:
            return [(row.folded, row.at) for row in connection.execute(listed.limit(most))]

    def ignore(self, words: Iterable[str], now: datetime) -> None:
        """Show these words no more among what is to be done."""
        with writing(self._engine, "ignored searches") as connection:
            there = _among(connection, words := set(words))
            new = [{"folded": one, "at": now} for one in sorted(words - there)]
            if new:
                connection.execute(insert(ignored_searches), new)

    def heed(self, words: Iterable[str]) -> None:
        """Show them again."""
        with writing(self._engine, "ignored searches") as connection:
            which = ignored_searches.c.folded.in_(set(words))
            connection.execute(delete(ignored_searches).where(which))

    def _words(self, span: Span, which: ColumnElement[bool], most: int) -> list[Words]:
        """Those of single people only where no day can be read from it."""
        heeded = searches.c.folded.not_in(select(ignored_searches.c.folded))
        grouped = (
            select(searches.c.folded, _COUNT, _PEOPLE, *_MOST, _sum(searches.c.asked))
            .where(_by_words(span), which, heeded)
            .group_by(searches.c.folded)
            .order_by(_PEOPLE.desc(), _COUNT.desc(), searches.c.folded)
        )
        if not span.tells_singles:
            grouped = grouped.having(_PEOPLE >= SEVERAL)
        with reading(self._engine) as connection:
            return [Words(*row) for row in connection.execute(grouped.limit(most))]


def _within(span: Span, table: Table = searches) -> ColumnElement[bool]:
    days = table.c.day.between(span.first, span.last)
    return days if span.department is None else and_(days, table.c.about == span.department)


def _by_words(span: Span) -> ColumnElement[bool]:
    """The same, read along the index of the words: SQLite would take that of the days."""
    days = func.coalesce(searches.c.day, searches.c.day).between(span.first, span.last)
    return days if span.department is None else and_(days, searches.c.about == span.department)


def _sum(condition: ColumnElement[bool] | Column[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _share(rows: list[tuple[int, int]], share: float) -> float:
    """The time, in milliseconds, that this share of all answers did not exceed."""
    wanted = share * sum(count for _, count in rows)
    passed = 0
    for tenths, count in rows:
        passed += count
        if passed >= wanted:
            return tenths / 10
    return rows[-1][0] / 10


def _among(connection: Connection, words: set[str]) -> set[str]:
    which = ignored_searches.c.folded.in_(words)
    return set(connection.scalars(select(ignored_searches.c.folded).where(which)))
