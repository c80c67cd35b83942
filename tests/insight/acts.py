"""What people do, in one line each, and the rows that it leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from kb.database import openings, reading, searches
from kb.insight.events import DepartmentAsked, Opened, PublicResult, Searched, Voted, mark_of

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FOUND = PublicResult(7, True, 2.5, "shipping")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def search(when: float, query: str, who: str = "ana", **more) -> Searched:
    more = {"found": FOUND, "millis": 3.0, **more}
    return Searched(who, at(when), query, **more)


def typed(when: float, query: str, who: str = "ana") -> Searched:
    return search(when, query, who, finished=False)


def opening(when: float, query: str, id: str = "SHP-014", rank: int = 1, who: str = "ana"):
    return Opened(who, at(when), mark_of(query), id, rank)


def vote(when: float, helpful: bool, id: str = "SHP-014", who: str = "ana") -> Voted:
    return Voted(who, at(when), id, helpful)


def ask(when: float, query: str, who: str = "ana") -> DepartmentAsked:
    return DepartmentAsked(who, at(when), mark_of(query))


def rows(engine: Engine, *columns: str, table=searches) -> list:
    with reading(engine) as connection:
        found = connection.execute(
            select(*(table.c[name] for name in columns or ("query",))).order_by(table.c.id)
        ).all()
    return [row[0] if len(row) == 1 else tuple(row) for row in found]


def ended(engine: Engine) -> list:
    return rows(engine, "procedure_id", "rank", "ended", table=openings)
