"""Procedures that nobody opens from search results, with how long they exist. SQL."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import Engine, ScalarSelect, and_, exists, func, select

from kb.database import openings, procedures, reading, searches, uses, versions, votes
from kb.procedures.model import Status


class Unopened(Struct, frozen=True):
    """A published procedure. `first` is its first version, None where git knows none.

    `last_opened` is the last day that the log knows of, before the days that were asked for.
    """

    id: str
    title: str
    first: datetime | None
    last_opened: date | None
    votes: int


class Unread:
    """Reads the search log for one department at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def log_begins(self) -> date | None:
        """The first day that the log knows of."""
        with reading(self._engine) as connection:
            first: date | None = connection.scalar(select(func.min(searches.c.day)))
        return first

    def of(
        self, department: str, since: date, page: int, per_page: int
    ) -> tuple[list[Unopened], int]:
        """What was never opened from results since that day, nor used for a ticket, the oldest

        first; and how many.
        """
        opened = exists(
            select(openings.c.id).where(
                openings.c.procedure_id == procedures.c.id, openings.c.day >= since
            )
        )
        used = exists(
            select(uses.c.id).where(uses.c.procedure_id == procedures.c.id, uses.c.day >= since)
        )
        wanted = and_(
            procedures.c.department == department,
            procedures.c.status == Status.PUBLISHED.value,
            ~opened,
            ~used,
        )
        first = _first().label("first")
        last = select(func.max(openings.c.day)).where(openings.c.procedure_id == procedures.c.id)
        voted = select(func.count()).where(votes.c.procedure_id == procedures.c.id)
        query = (
            select(
                procedures.c.id,
                procedures.c.title,
                first,
                last.correlate(procedures).scalar_subquery(),
                voted.correlate(procedures).scalar_subquery(),
            )
            .where(wanted)
            .order_by(first.is_(None), first, procedures.c.sort_title, procedures.c.path)
            .offset((page - 1) * per_page)
            .limit(per_page)
        )
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(procedures).where(wanted))
            rows = connection.execute(query).all()
        return [Unopened(*row) for row in rows], total or 0


def _first() -> ScalarSelect[datetime]:
    """When the first version of the file that stands at this path was written."""
    head, begin = versions.alias("head"), versions.alias("begin")
    return (
        select(func.min(begin.c.at))
        .join(head, head.c.line == begin.c.id)
        .where(
            head.c.path == procedures.c.path,
            head.c.until.is_(None),
            head.c.live_from.is_not(None),
            head.c.blob != "",
        )
        .correlate(procedures)
        .scalar_subquery()
    )
