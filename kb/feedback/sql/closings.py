"""What will be answered as soon as a procedure says it, in the database: written down first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Engine, delete, insert, select, update

from kb.database import closings as table
from kb.database import items, people, reading, writing
from kb.feedback.model import Outcome, cleaned


class Closing(Struct, frozen=True):
    """An answer in waiting: the word for the reporter of an item, once the procedure has it.

    `version` is the text that has it; None: whatever is published. `by` is a person's id.
    """

    item_id: int
    department: str
    procedure_id: str
    version: str | None
    outcome: Outcome
    word: str
    by: int
    by_name: str
    at: datetime


class Closings:
    """All of them: one an item at most."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def promise(
        self,
        item_ids: Collection[int],
        procedure_id: str,
        version: str | None,
        outcome: Outcome,
        word: str,
        by: int,
        now: datetime,
    ) -> None:
        """Write them down, in the place of what was promised for these items before."""
        told = {
            "procedure_id": procedure_id,
            "version": version,
            "outcome": outcome.value,
            "word": cleaned(word),
            "person_id": by,
            "at": now,
        }
        rows = [{"item_id": id, **told} for id in sorted(set(item_ids))]
        with writing(self._engine, "feedback") as connection:
            connection.execute(delete(table).where(table.c.item_id.in_(set(item_ids))))
            if rows:
                connection.execute(insert(table), rows)

    def become(self, procedure_id: str, promised: str, saved: str) -> None:
        """What was promised as one version went up as another, joined with others' changes."""
        which = (table.c.procedure_id == procedure_id) & (table.c.version == promised)
        with writing(self._engine, "feedback") as connection:
            connection.execute(update(table).where(which).values(version=saved))

    def drop(self, item_ids: Iterable[int]) -> None:
        """They are answered, or will not be by this."""
        with writing(self._engine, "feedback") as connection:
            connection.execute(delete(table).where(table.c.item_id.in_(set(item_ids))))

    def of(self, item_id: int) -> Closing | None:
        """What is promised for that item."""
        return next(iter(self._found(table.c.item_id == item_id)), None)

    def by_procedure(self, procedure_id: str) -> tuple[Closing, ...]:
        """What waits for that procedure."""
        return self._found(table.c.procedure_id == procedure_id)

    def all(self) -> tuple[Closing, ...]:
        """Everything that waits."""
        return self._found(table.c.item_id.is_not(None))

    def _found(self, which: ColumnElement[bool]) -> tuple[Closing, ...]:
        query = (
            select(table, items.c.department, people.c.name)
            .join(items, items.c.id == table.c.item_id)
            .join(people, people.c.id == table.c.person_id)
            .where(which)
            .order_by(table.c.at, table.c.item_id)
        )
        with reading(self._engine) as connection:
            return tuple(
                Closing(
                    row.item_id,
                    row.department,
                    row.procedure_id,
                    row.version,
                    Outcome(row.outcome),
                    row.word,
                    row.person_id,
                    row.name,
                    row.at,
                )
                for row in connection.execute(query)
            )
