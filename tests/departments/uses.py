"""Votes, openings and items written straight into the tables, a line each."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, insert, select

from kb.database import items, openings, searches, votes, writing
from tests.conftest import NOW


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def voted(engine: Engine, id: str, yes: int, no: int, ago: float = 1) -> None:
    """So many people's votes, each on a version of its own."""
    with writing(engine, "test") as connection:
        first = connection.scalar(select(func.count()).select_from(votes)) or 0
        rows = [
            {
                "person_id": 1,
                "procedure_id": id,
                "version": f"{first + nth:012}",
                "helpful": nth < yes,
                "at": days_ago(ago),
            }
            for nth in range(yes + no)
        ]
        connection.execute(insert(votes), rows)


def searched(
    engine: Engine,
    words: str,
    people: int = 1,
    ago: float = 1,
    about: str = "shipping",
    found: bool = False,
    opened: str | None = None,
) -> None:
    """So many people search for it; where `found`, it was found well."""
    at = days_ago(ago)
    with writing(engine, "test") as connection:
        for nth in range(people):
            row = {
                "person_key": f"who {nth}",
                "at": at,
                "day": at.date(),
                "seen": at,
                "query": words,
                "folded": words,
                "mark": "m",
                "finished": True,
                "about": about,
                "hits": 3,
                "convincing": found,
                "score": 1.0,
                "millis": 1.0,
                "opened": opened is not None,
                "asked": False,
            }
            (number,) = connection.execute(insert(searches).values(**row)).inserted_primary_key
            if opened is not None:
                values = {"search_id": number, "procedure_id": opened, "rank": 1, "at": at}
                values |= {"day": at.date(), "about": about, "ended": "stayed"}
                connection.execute(insert(openings).values(**values))


def asked(engine: Engine, asked_ago: float, answered_ago: float | None, within: float = 1) -> None:
    """An item of shipping's, promised within so many days."""
    with writing(engine, "test") as connection:
        connection.execute(
            insert(items).values(
                kind="request",
                department="shipping",
                reporter_id=1,
                query="q",
                comment="",
                created_at=days_ago(asked_ago),
                due_at=days_ago(asked_ago - within),
                soon_at=days_ago(asked_ago - within + 0.17),
                changed_at=days_ago(asked_ago),
                state="new" if answered_ago is None else "answered",
                answered_at=None if answered_ago is None else days_ago(answered_ago),
            )
        )
