"""How departments stood on earlier days, which nothing else remembers. SQL.

A review date that was moved on leaves no trace in the tables, nor does a fault that is mended:
so once a day, and at each look again, what `standing` counts is written down for the day.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict, fields
from sqlalchemy import Engine, select

from kb.database import department_days as table
from kb.database import reading, writing
from kb.database.upsert import insert_into
from kb.departments.sql.workload import Workload, standing
from kb.procedures.model import Departments

_KEPT = [column.name for column in table.columns if column.name not in ("department", "day")]


class Days(Struct, frozen=True):
    """Standings by day, the oldest first; days on which nobody counted are missing."""

    by_day: tuple[tuple[date, Workload], ...] = ()

    def before(self, day: date) -> tuple[date, Workload] | None:
        """The last one at or before that day, if it is less than a week before it."""
        at = bisect_right(self.by_day, day, key=lambda one: one[0]) - 1
        near = at >= 0 and self.by_day[at][0] > day - timedelta(days=7)
        return self.by_day[at] if near else None


class DayBook:
    """Writes the days down, as a job of the background worker."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, departments: Departments, now: datetime) -> None:
        """Write down how each stands; for a day that has been noted, the last time counts."""
        with writing(self._engine, "department days") as connection:
            for department in departments.by_id.values():
                today = now.astimezone(department.calendar.zone).date()
                counted = asdict(standing(connection, department.id, today, now))
                kept = {name: counted[name] for name in _KEPT}
                new = insert_into(connection, table).values(
                    department=department.id, day=today, **kept
                )
                keys = [table.c.department, table.c.day]
                connection.execute(new.on_conflict_do_update(index_elements=keys, set_=kept))

    def days(self, department: str, since: date, until: date) -> Days:
        """What is written down of it, both days included."""
        query = select(table).where(table.c.department == department)
        query = query.where(table.c.day.between(since, until)).order_by(table.c.day)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        names = {field.name for field in fields(Workload)} & set(_KEPT)
        return Days(
            tuple((row.day, Workload(**{n: getattr(row, n) for n in names})) for row in rows)
        )
