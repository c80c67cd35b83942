"""Reminding once: what was reminded of is written with the notices that do so. SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from kb.database import reading, writing
from kb.database import reminders as table
from kb.notices.sql.queue import Notice, enqueue

_CHUNK = 500


class ReminderMark(NamedTuple):
    """What is reminded of, and how far it has come: ("review:SHP-014:2027-04-02", "due")."""

    subject: str
    stage: str


class Reminders:
    """All that was ever reminded of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def once(
        self,
        marks: Collection[ReminderMark],
        words: Callable[[set[ReminderMark]], Iterable[Notice]],
        now: datetime,
    ) -> int:
        """Queue the notices that `words` makes of the marks not reminded of yet; returns how many

        marks that were. Marks and notices are one transaction: killed in between, neither is there.
        """
        with reading(self._engine) as connection:
            if not _fresh(connection, marks):
                return 0
        with writing(self._engine, "notices") as connection:
            fresh = _fresh(connection, marks)
            if fresh:
                rows = [{**mark._asdict(), "at": now} for mark in sorted(fresh)]
                connection.execute(insert(table), rows)
                enqueue(connection, words(fresh), now)
        return len(fresh)


def _fresh(connection: Connection, marks: Collection[ReminderMark]) -> set[ReminderMark]:
    subjects = sorted({mark.subject for mark in marks})
    known = set()
    for start in range(0, len(subjects), _CHUNK):
        some = table.c.subject.in_(subjects[start : start + _CHUNK])
        wanted = select(table.c.subject, table.c.stage).where(some)
        known |= {ReminderMark(*row) for row in connection.execute(wanted)}
    return set(marks) - known
