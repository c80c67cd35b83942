"""What was erased for good: which id, by whom, when, and nothing of its text. SQL."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Engine, delete, insert, select

from kb.database import addresses, reading, writing
from kb.database import erasures as table


class Erasure(Struct, frozen=True):
    """The trace. `by` is a name and an e-mail address; `department` answered for it."""

    procedure_id: str
    department: str
    by: str
    at: datetime


class Erasures:
    """The erasures table, newest first. An id in it is never used again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enter(self, erasure: Erasure) -> None:
        """Write the trace; of an id erased before, the first stays."""
        with writing(self._engine, "catalogue") as connection:
            known = select(table.c.procedure_id).where(table.c.procedure_id == erasure.procedure_id)
            if connection.scalar(known) is None:
                connection.execute(
                    insert(table).values(
                        procedure_id=erasure.procedure_id,
                        department=erasure.department[:80],
                        by=erasure.by,
                        at=erasure.at,
                    )
                )

    def withdraw(self, procedure_id: str) -> None:
        """It was not erased after all."""
        with writing(self._engine, "catalogue") as connection:
            connection.execute(delete(table).where(table.c.procedure_id == procedure_id))

    def of(self, procedure_id: str) -> Erasure | None:
        """The trace of that id."""
        query = select(table).where(table.c.procedure_id == procedure_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return Erasure(row.procedure_id, row.department, row.by, row.at) if row else None

    def all(self, n: int = 200) -> tuple[Erasure, ...]:
        """The newest `n`."""
        query = select(table).order_by(table.c.at.desc(), table.c.procedure_id).limit(n)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(Erasure(row.procedure_id, row.department, row.by, row.at) for row in rows)

    def forget_addresses(self, procedure_id: str) -> tuple[str, ...]:
        """Paths may be words of the text: none leads here any more. Returns what they were."""
        with writing(self._engine, "catalogue") as connection:
            mine = addresses.c.procedure_id == procedure_id
            paths = tuple(connection.scalars(select(addresses.c.path).where(mine)))
            connection.execute(delete(addresses).where(mine))
        return paths
