"""Pairs of procedures that say nearly the same, as last found, and those told apart. SQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from kb.database import catalogue_state, likenesses, procedures, reading, told_apart, writing
from kb.procedures.model import Status

_COMPARED = "compared"  # the generation of the catalogue that was compared last
_WRITING = "likenesses"
_PUBLIC = (Status.PUBLISHED.value, Status.RETIRED.value)


class TwinPair(Struct, frozen=True):
    """Two procedures and how alike they are, up to 1."""

    one_id: str
    other_id: str
    likeness: float


class TwinPairs:
    """What the background worker found, as far as a department may know of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def compared(self) -> str:
        """Of which generation of the catalogue these are; "" before the first time."""
        state = catalogue_state.c
        with reading(self._engine) as connection:
            return connection.scalar(select(state.value).where(state.name == _COMPARED)) or ""

    def keep(self, pairs: Iterable[tuple[str, str, float]], generation: str) -> None:
        """These are all pairs there are now; ids of each in their order."""
        rows = [{"one_id": one, "other_id": two, "likeness": how} for one, two, how in pairs]
        state = catalogue_state
        with writing(self._engine, _WRITING) as connection:
            connection.execute(delete(likenesses))
            if rows:
                connection.execute(insert(likenesses), rows)
            connection.execute(delete(state).where(state.c.name == _COMPARED))
            connection.execute(insert(state).values(name=_COMPARED, value=generation))

    def listed(self, department: str, page: int, per_page: int) -> tuple[list[TwinPair], int]:
        """Pairs with one of the department's in them, the most alike first, and how many.

        Left out are retired ones, drafts of other departments, and what was told apart.
        """
        order = (likenesses.c.likeness.desc(), likenesses.c.one_id, likenesses.c.other_id)
        query = _offered(department).order_by(*order)
        count = select(func.count()).select_from(_offered(department).subquery())
        with reading(self._engine) as connection:
            total = connection.scalar(count)
            rows = connection.execute(query.offset((page - 1) * per_page).limit(per_page)).all()
        return [TwinPair(row.one_id, row.other_id, row.likeness) for row in rows], total or 0

    def told_apart(self, department: str, most: int) -> list[tuple[str, str]]:
        """The pairs of the department that are not offered any more, the latest first."""
        mine = procedures.c.id.in_([told_apart.c.one_id, told_apart.c.other_id])
        ours = exists(select(procedures.c.id).where(mine, procedures.c.department == department))
        query = select(told_apart.c.one_id, told_apart.c.other_id).where(ours)
        query = query.order_by(told_apart.c.at.desc(), told_apart.c.one_id).limit(most)
        with reading(self._engine) as connection:
            return [(row.one_id, row.other_id) for row in connection.execute(query)]

    def tell_apart(self, one_id: str, other_id: str, by: int, now: datetime) -> None:
        """Somebody says that these are not the same. Said twice, the first time counts."""
        one_id, other_id = sorted((one_id, other_id))
        with writing(self._engine, _WRITING) as connection:
            mine = and_(told_apart.c.one_id == one_id, told_apart.c.other_id == other_id)
            if connection.scalar(select(told_apart.c.by).where(mine)) is None:
                new = insert(told_apart).values(one_id=one_id, other_id=other_id, by=by, at=now)
                connection.execute(new)

    def put_together(self, one_id: str, other_id: str) -> None:
        """Take that back: the pair is offered again."""
        one_id, other_id = sorted((one_id, other_id))
        with writing(self._engine, _WRITING) as connection:
            mine = and_(told_apart.c.one_id == one_id, told_apart.c.other_id == other_id)
            connection.execute(delete(told_apart).where(mine))


def _offered(department: str) -> Select[Any]:
    """The pairs that a department is told of, and that nobody told apart."""
    one, other = procedures.alias("one"), procedures.alias("other")
    apart = and_(
        told_apart.c.one_id == likenesses.c.one_id, told_apart.c.other_id == likenesses.c.other_id
    )
    return (
        select(likenesses)
        .join(one, one.c.id == likenesses.c.one_id)
        .join(other, other.c.id == likenesses.c.other_id)
        .outerjoin(told_apart, apart)
        .where(or_(one.c.department == department, other.c.department == department))
        .where(_findable(one, department), _findable(other, department))
        .where(told_apart.c.by.is_(None))
    )


def _findable(table: Any, department: str) -> ColumnElement[bool]:
    """`Reader.may_find` of somebody who is of this one department."""
    shown: ColumnElement[bool] = table.c.status == Status.PUBLISHED.value
    kept_back = and_(table.c.status.not_in(_PUBLIC), table.c.department == department)
    return or_(shown, kept_back)
