"""How often each keyword is used, by a department and by all others. SQL."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import ColumnElement, Engine, and_, case, func, or_, select

from kb.database import procedure_keywords as words
from kb.database import procedures, reading
from kb.procedures.model import Status

MOST_KEYWORDS = 20_000  # different ones that are looked at


class KeywordUse(Struct, frozen=True):
    """A keyword as it is written, on how many procedures of the department and of the others."""

    keyword: str
    own: int
    others: int

    @property
    def total(self) -> int:
        """On how many in all."""
        return self.own + self.others


class KeywordUses:
    """Reads for one department at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, department: str) -> list[KeywordUse]:
        """Every spelling that somebody of the department may know of, those used most first."""
        own = func.sum(case((procedures.c.department == department, 1), else_=0))
        query = (
            select(words.c.keyword, own, func.count() - own)
            .join(procedures, procedures.c.path == words.c.path)
            .where(_findable(department))
            .group_by(words.c.keyword)
            .order_by(func.count().desc(), words.c.keyword)
            .limit(MOST_KEYWORDS)
        )
        with reading(self._engine) as connection:
            return [
                KeywordUse(row[0], int(row[1]), int(row[2])) for row in connection.execute(query)
            ]

    def having(self, department: str, keywords: Collection[str]) -> list[str]:
        """The ids of the department's procedures with any of these keywords, just as written."""
        query = (
            select(procedures.c.id)
            .distinct()
            .join(words, procedures.c.path == words.c.path)
            .where(procedures.c.department == department, _findable(department))
            .where(words.c.keyword.in_(list(keywords)))
            .order_by(procedures.c.id)
        )
        with reading(self._engine) as connection:
            return list(connection.scalars(query))

    def ids(self, department: str) -> list[str]:
        """All of the department's procedures in use, by path."""
        query = select(procedures.c.id).where(
            procedures.c.department == department, _findable(department)
        )
        with reading(self._engine) as connection:
            return list(connection.scalars(query.order_by(procedures.c.path)))


def _findable(department: str) -> ColumnElement[bool]:
    """`Reader.may_find` of somebody who is of this one department."""
    kept_back = and_(
        procedures.c.status.not_in([Status.PUBLISHED.value, Status.RETIRED.value]),
        procedures.c.department == department,
    )
    return or_(procedures.c.status == Status.PUBLISHED.value, kept_back)
