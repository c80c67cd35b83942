"""The list of reviews: what is due, overdue, never reviewed, or has nobody. SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Engine, Select, and_, case, func, or_, select, true

from kb.database import items, openings, people, procedures, reading
from kb.feedback.model import Kind
from kb.feedback.sql.rows import is_open
from kb.procedures.model import UNASSIGNED, Status
from kb.reviews.urgency import Facts, reasons, score

SOON = timedelta(days=14)
USED_WITHIN = timedelta(days=90)
_SHOWN = (
    *("path", "id", "title", "department", "owner", "deputy", "status"),
    *("reviewed", "review_every", "due", "version"),
)
_OWNER = people.alias("owner_person")
_SHOWING = select(
    *(procedures.c[name] for name in _SHOWN),
    _OWNER.c.id.label("owner_id"),
    _OWNER.c.disabled_at.label("owner_disabled_at"),
).outerjoin(_OWNER, _OWNER.c.email == procedures.c.owner)


class Which(StrEnum):
    """Which of them are listed."""

    DUE = "due"  # overdue, due soon or never reviewed
    OVERDUE = "overdue"
    SOON = "soon"
    NEVER = "never"
    ORPHANS = "orphans"
    ANY = "any"


class Scope(Struct, frozen=True):
    """Whose list it is: of these departments, or of all; drafts only of `drafts_of`."""

    departments: frozenset[str] | None
    drafts_of: frozenset[str] = frozenset()


class ReviewFilter(Struct, frozen=True):
    """What of the list is asked for. `owner` is an address, of owner or deputy; "" is nobody."""

    which: Which = Which.DUE
    department: str | None = None
    owner: str | None = None


class ReviewState(Struct, frozen=True):
    """Where one procedure stands. `lacks` says why it counts as an orphan; "" where it does not."""

    path: str
    id: str
    title: str
    department: str
    owner: str | None
    deputy: str | None
    status: Status
    reviewed: date | None
    review_every: int | None
    due: date | None
    version: str
    score: float
    reasons: tuple[str, ...]
    lacks: str = ""


class Standings(Struct, frozen=True):
    """One page, and how many there are in all."""

    rows: tuple[ReviewState, ...]
    total: int


class Held(Struct, frozen=True):
    """How many published procedures of a department a person owns and deputises for.

    `kept_back` counts those, of either kind, that only the department may know of.
    """

    department: str
    owned: int
    deputised: int
    kept_back: int


class ReviewList:
    """Where procedures stand. Pages count from 1; every list takes the scope of who asks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def listed(
        self, scope: Scope, asked: ReviewFilter, today: date, page: int, per_page: int
    ) -> Standings:
        """What matters most first; in two statements, however many there are.

        The order needs little of each, so that only the rows of this page are read whole.
        """
        wanted = and_(_in(scope), _asked(asked, today))
        with reading(self._engine) as connection:
            rows = connection.execute(_facts(today).where(wanted))
            facts = {path: Facts(*told) for path, *told in rows}
            order = sorted(facts, key=lambda path: (-score(facts[path], today), path))
            shown = order[(page - 1) * per_page :][:per_page]
            found = connection.execute(_SHOWING.where(procedures.c.path.in_(shown))).all()
        by_path = {row.path: row for row in found}
        standing = (_standing(by_path[path], facts[path], today) for path in shown)
        return Standings(tuple(standing), len(order))

    def ids(self, scope: Scope, asked: ReviewFilter, today: date) -> list[str]:
        """The ids of the whole list."""
        wanted = and_(_in(scope), _asked(asked, today))
        query = select(procedures.c.id).where(wanted).order_by(procedures.c.id)
        with reading(self._engine) as connection:
            return list(connection.scalars(query))

    def counts(self, scope: Scope, asked: ReviewFilter, today: date) -> dict[Which, int]:
        """How many each list has for the same department and owner, in one statement."""
        counted = [func.sum(_one(_which(which, today))).label(which.value) for which in Which]
        wanted = and_(_in(scope), _asked(replace(asked, which=Which.ANY), today))
        with reading(self._engine) as connection:
            row = connection.execute(select(*counted).where(wanted)).one()
        return {which: getattr(row, which.value) or 0 for which in Which}

    def owners(self, scope: Scope) -> dict[str, int]:
        """Who owns how many there, by address; "" counts those that nobody owns."""
        owner = func.coalesce(procedures.c.owner, "")
        query = select(owner, func.count()).where(_in(scope)).group_by(owner).order_by(owner)
        with reading(self._engine) as connection:
            return dict(connection.execute(query).all())

    def held_by(self, email: str) -> tuple[Held, ...]:
        """What a person has, by department; retired ones count for nobody."""
        columns = (procedures.c[name] for name in ("department", "owner", "status"))
        mine = or_(procedures.c.owner == email, procedures.c.deputy == email)
        with reading(self._engine) as connection:
            rows = connection.execute(select(*columns).where(mine)).all()
        kept = [row for row in rows if row.status != Status.RETIRED]
        out = [row for row in kept if row.status == Status.PUBLISHED]
        every = Counter(row.department for row in kept)
        published = Counter(row.department for row in out)
        owned = Counter(row.department for row in out if row.owner == email)
        return tuple(
            Held(id, owned[id], published[id] - owned[id], every[id] - published[id])
            for id in sorted(every)
        )

    def counts_of(self, departments: Iterable[str]) -> Mapping[str, int]:
        """How many procedures of any state each of these departments has."""
        query = select(procedures.c.department, func.count()).group_by(procedures.c.department)
        query = query.where(procedures.c.department.in_(list(departments)))
        with reading(self._engine) as connection:
            return dict(connection.execute(query).all())


def _facts(today: date) -> Select[Any]:
    """What the order looks at: an index range is counted for each procedure."""
    used = select(func.count()).where(
        openings.c.procedure_id == procedures.c.id, openings.c.day >= today - USED_WITHIN
    )
    said = (
        select(items.c.procedure_id, func.count().label("complaints"))
        .where(items.c.kind == Kind.FEEDBACK.value, is_open())
        .group_by(items.c.procedure_id)
        .subquery()
    )
    return select(
        *(procedures.c[name] for name in ("path", "reviewed", "review_every", "due")),
        used.correlate(procedures).scalar_subquery().label("openings"),
        func.coalesce(said.c.complaints, 0).label("complaints"),
    ).outerjoin(said, said.c.procedure_id == procedures.c.id)


def _in(scope: Scope) -> ColumnElement[bool]:
    """Published ones of these departments, and what drafts the scope may see."""
    kept_back = procedures.c.status.not_in([Status.PUBLISHED.value, Status.RETIRED.value])
    seen = or_(
        procedures.c.status == Status.PUBLISHED.value,
        and_(kept_back, procedures.c.department.in_(list(scope.drafts_of))),
    )
    if scope.departments is None:
        return seen
    return and_(seen, procedures.c.department.in_(list(scope.departments)))


def _asked(asked: ReviewFilter, today: date) -> ColumnElement[bool]:
    wanted = [_which(asked.which, today)]
    if asked.department is not None:
        wanted.append(procedures.c.department == asked.department)
    if asked.owner == "":
        wanted.append(procedures.c.owner.is_(None))
    elif asked.owner is not None:
        mine = (procedures.c.owner == asked.owner, procedures.c.deputy == asked.owner)
        wanted.append(or_(*mine))
    return and_(*wanted)


def _which(which: Which, today: date) -> ColumnElement[bool]:
    table, published = procedures.c, procedures.c.status == Status.PUBLISHED.value
    overdue = and_(published, table.due.is_not(None), table.due < today)
    soon = and_(published, table.due >= today, table.due <= today + SOON)
    never = and_(published, table.reviewed.is_(None))
    return {
        Which.DUE: or_(overdue, soon, never),
        Which.OVERDUE: overdue,
        Which.SOON: soon,
        Which.NEVER: never,
        Which.ORPHANS: _orphaned(),
        Which.ANY: true(),
    }[which]


def _orphaned() -> ColumnElement[bool]:
    """Without an owner who may enter, or without a department."""
    here = select(people.c.email).where(people.c.disabled_at.is_(None))
    nobody = or_(procedures.c.owner.is_(None), procedures.c.owner.not_in(here))
    return or_(nobody, procedures.c.department == UNASSIGNED)


def _one(wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return case((wanted, 1), else_=0)


def _standing(row: Any, facts: Facts, today: date) -> ReviewState:
    shown = {name: getattr(row, name) for name in _SHOWN}
    shown["status"] = Status(row.status)
    told = reasons(facts, today)
    return ReviewState(**shown, score=score(facts, today), reasons=told, lacks=_lacks(row))


def _lacks(row: Any) -> str:
    if row.department == UNASSIGNED:
        return "belongs to no department"
    if row.owner is None:
        return "nobody owns it"
    if row.owner_id is None:
        return f"its owner {row.owner} is nobody here"
    return "its owner is disabled" if row.owner_disabled_at is not None else ""
