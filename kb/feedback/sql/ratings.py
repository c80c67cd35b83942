"""Ratings and thanks in the database: one of each answer, changed only by the one who gave it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, insert, or_, select, update

from kb.database import GREATEST_ID, items, people, procedures, ratings, reading, writing
from kb.feedback.model import State, cleaned
from kb.feedback.rating import (
    FRESH,
    Mark,
    NotRatable,
    Parameter,
    Rating,
    Service,
    Thanks,
    service,
    usable_marks,
)
from kb.procedures.model import KEPT_BACK
from kb.procedures.visibility import Reader


class Ratings:
    """How the reporters found the service, and their thanks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rate(
        self,
        person_id: int,
        item_id: int,
        marks: Mapping[Parameter, int],
        thanks: str,
        now: datetime,
    ) -> Rating:
        """Rate the latest answer to one's own item, or change that rating while it is fresh.

        Raises NotRatable. Marks that are not given are left open.
        """
        given = {one.value: None for one in Parameter} | {
            one.value: mark for one, mark in usable_marks(marks).items()
        }
        said = cleaned(thanks)
        with writing(self._engine, "feedback") as connection:
            item = connection.execute(_answered(person_id, item_id)).one_or_none()
            if item is None:
                raise NotRatable("There is no answer of yours to rate.")
            which = (ratings.c.item_id == item_id) & (ratings.c.round == item.round)
            before = connection.execute(select(ratings).where(which)).one_or_none()
            if before is not None and now - before.at >= FRESH:
                raise NotRatable("This rating counts already and can no longer be changed.")
            if before is not None:
                connection.execute(update(ratings).where(which).values(**given, thanks=said))
            elif marks or said:
                row = {
                    "item_id": item_id,
                    "round": item.round,
                    "person_id": person_id,
                    "department": item.department,
                    "procedure_id": item.procedure_id,
                    "at": now,
                }
                connection.execute(insert(ratings).values(**row, **given, thanks=said))
            else:
                raise NotRatable("Give at least one mark, or write a word of thanks.")
        at = before.at if before is not None else now
        return Rating(item_id, item.round, dict(marks), said, at)

    def of(self, person_id: int, item_ids: Iterable[int]) -> dict[tuple[int, int], Rating]:
        """This person's ratings of these items, by item and round."""
        known = {id for id in item_ids if 0 < id <= GREATEST_ID}
        query = select(ratings).where(
            ratings.c.person_id == person_id, ratings.c.item_id.in_(known)
        )
        with reading(self._engine) as connection:
            return {(row.item_id, row.round): _rating(row) for row in connection.execute(query)}

    def service(self, department: str, now: datetime) -> Service:
        """The figures of a department: of enough people, or none."""
        marks: dict[Parameter, list[Mark]] = {one: [] for one in Parameter}
        query = select(ratings).where(ratings.c.department == department)
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                for parameter in Parameter:
                    value = getattr(row, parameter.value)
                    if value is not None:
                        marks[parameter].append(Mark(row.person_id, value, row.at))
        return service(marks, now)

    def thanks_to(self, department: str, reader: Reader, most: int) -> tuple[Thanks, ...]:
        """The latest thanks to a department, but for those about what the reader may not see."""
        return self._thanks(_thanks(reader).where(ratings.c.department == department), most)

    def thanks_for(self, procedure_id: str, most: int) -> tuple[Thanks, ...]:
        """The latest thanks for mending a procedure that the reader has open."""
        query = _thanks(None).where(ratings.c.procedure_id == procedure_id)
        return self._thanks(query, most)

    def thanks_on(self, item_ids: Collection[int]) -> dict[int, Thanks]:
        """The latest thanks on each of these items."""
        query = _thanks(None).where(ratings.c.item_id.in_(list(item_ids)))
        found = self._thanks(query, len(item_ids) * 4)
        return {one.item_id: one for one in reversed(found)}

    def _thanks(self, query: Select[Any], most: int) -> tuple[Thanks, ...]:
        latest = query.order_by(ratings.c.at.desc(), ratings.c.id.desc()).limit(most)
        with reading(self._engine) as connection:
            return tuple(Thanks(**row._mapping) for row in connection.execute(latest))


def _answered(person_id: int, item_id: int) -> Select[Any]:
    """The item with the round of its answer, if it is this person's and answered."""
    return select(items.c.department, items.c.procedure_id, items.c.answers.label("round")).where(
        items.c.id == (item_id if 0 < item_id <= GREATEST_ID else 0),
        items.c.reporter_id == person_id,
        items.c.state == State.ANSWERED.value,
    )


def _thanks(reader: Reader | None) -> Select[Any]:
    query = (
        select(
            ratings.c.item_id,
            people.c.name.label("by"),
            ratings.c.thanks.label("text"),
            ratings.c.at,
            ratings.c.department,
            ratings.c.procedure_id,
            procedures.c.title.label("procedure_title"),
        )
        .join(people, people.c.id == ratings.c.person_id)
        .outerjoin(procedures, procedures.c.id == ratings.c.procedure_id)
        .where(ratings.c.thanks != "")
    )
    if reader is None:
        return query
    return query.where(
        or_(
            ratings.c.procedure_id.is_(None),
            procedures.c.status.not_in(KEPT_BACK),
            procedures.c.department.in_(reader.drafts_of),
        )
    )


def _rating(row: Row[Any]) -> Rating:
    marks = {one: getattr(row, one.value) for one in Parameter}
    given = {one: mark for one, mark in marks.items() if mark is not None}
    return Rating(row.item_id, row.round, given, row.thanks, row.at)
