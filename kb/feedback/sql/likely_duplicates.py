"""What may say the same as an item: about the same passage, or open beside it. SQL."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet

from sqlalchemy import ColumnElement, Engine, and_

from kb.database import GREATEST_ID, items, reading
from kb.feedback.model import Item, Kind, State
from kb.feedback.sql import rows

MOST = 300  # of a department's open items, the latest, that are compared by their meaning


class Duplicates:
    """Items beside an item. Whether somebody may see them is for the caller to know."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beside(self, item: Item) -> tuple[Item, ...]:
        """What else is open in its department, the latest first."""
        here = and_(items.c.department == item.department, items.c.id != item.id)
        return self._found(and_(here, rows.is_open()), MOST)

    def merged_into(self, item: Item) -> tuple[Item, ...]:
        """What is, or was, answered with it."""
        return self._found(items.c.duplicate_of == item.id, MOST)

    def about(self, procedure_id: str, departments: AbstractSet[str]) -> tuple[Item, ...]:
        """What is open about a procedure in these departments."""
        here = items.c.department.in_(sorted(departments))
        which = and_(items.c.procedure_id == procedure_id, here, rows.is_open())
        return self._found(which, MOST)

    def open_ones(
        self, item_ids: Collection[int], departments: AbstractSet[str]
    ) -> tuple[Item, ...]:
        """Those of these items that are still to be answered in these departments."""
        known = [id for id in item_ids if 0 < id <= GREATEST_ID]
        here = items.c.department.in_(sorted(departments))
        return self._found(and_(items.c.id.in_(known), here, rows.is_open()), MOST)

    def _found(self, which: ColumnElement[bool], most: int) -> tuple[Item, ...]:
        listed = rows.query().where(which).order_by(items.c.id.desc()).limit(most)
        with reading(self._engine) as connection:
            return tuple(rows.item_from(row) for row in connection.execute(listed))


def same_passage(one: Item, other: Item) -> bool:
    """Are both about the same passage of the same procedure, or the same whole?"""
    if one.kind is not Kind.FEEDBACK or other.kind is not Kind.FEEDBACK:
        return False
    places = {(each.procedure_id, each.passage.anchor) for each in (one, other)}
    return len(places) == 1 and State.MERGED not in (one.state, other.state)


def meaning_of(item: Item) -> str:
    """The words by which it is compared with others; "" where nothing was written."""
    words = (item.query if item.kind is Kind.REQUEST else "", item.comment)
    return " ".join(one for one in words if one)[:400]
