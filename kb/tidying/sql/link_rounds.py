"""Which links that lead outside are to be looked at, and what came of each. SQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Engine, and_, case, delete, func, insert, or_, select, update

from kb.database import link_findings as findings
from kb.database import link_places as places
from kb.database import link_rounds as table
from kb.database import procedures, reading, writing
from kb.procedures.model import Status
from kb.tidying.link_probe import Finding, LinkState

MOST_LINKS = 1_000  # different ones that one round looks at
_WRITING = "links"


class LinkPlace(Struct, frozen=True):
    """A link in a procedure's file."""

    procedure_id: str
    line: int
    url: str


class Round(Struct, frozen=True):
    """A department's latest look at its links: `looked_at` of `links` are done."""

    asked_at: datetime
    ended_at: datetime | None
    gathered: bool
    links: int = 0
    looked_at: int = 0


class Broken(Struct, frozen=True):
    """A link that is dead or cannot be vouched for, with when that was found."""

    procedure_id: str
    title: str
    line: int
    url: str
    state: str
    why: str
    at: datetime


class LinkRounds:
    """One round a department, asked for on a page and done by the background worker."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, department: str, now: datetime) -> bool:
        """Want its links looked at; False where that is being done already."""
        mine = table.c.department == department
        with writing(self._engine, _WRITING) as connection:
            row = connection.execute(select(table).where(mine)).one_or_none()
            if row is not None and row.ended_at is None:
                return False
            connection.execute(delete(table).where(mine))
            connection.execute(insert(table).values(department=department, asked_at=now))
        return True

    def wanted(self) -> list[tuple[str, bool]]:
        """The departments whose round has not ended, and whether its links are gathered."""
        query = select(table.c.department, table.c.gathered_at).where(table.c.ended_at.is_(None))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(table.c.asked_at)).all()
        return [(row.department, row.gathered_at is not None) for row in rows]

    def files(self, department: str) -> list[tuple[str, str]]:
        """(id, path) of its procedures in use."""
        query = select(procedures.c.id, procedures.c.path).where(
            procedures.c.department == department, procedures.c.status != Status.RETIRED.value
        )
        with reading(self._engine) as connection:
            return [tuple(row) for row in connection.execute(query.order_by(procedures.c.path))]

    def gather(self, department: str, found: Iterable[LinkPlace], now: datetime) -> None:
        """These are its links now."""
        rows = [
            {"department": department, "procedure_id": p.procedure_id, "line": p.line, "url": p.url}
            for p in found
        ]
        with writing(self._engine, _WRITING) as connection:
            connection.execute(delete(places).where(places.c.department == department))
            if rows:
                connection.execute(insert(places), rows)
            mine = table.c.department == department
            connection.execute(update(table).where(mine).values(gathered_at=now))

    def to_look_at(self, department: str) -> list[str]:
        """Its links that were not looked at since they were asked for, at most MOST_LINKS."""
        asked = select(table.c.asked_at).where(table.c.department == department).scalar_subquery()
        query = (
            select(places.c.url)
            .distinct()
            .outerjoin(findings, findings.c.url == places.c.url)
            .where(places.c.department == department)
            .where(or_(findings.c.at.is_(None), findings.c.at < asked))
            .order_by(places.c.url)
            .limit(MOST_LINKS)
        )
        with reading(self._engine) as connection:
            return list(connection.scalars(query))

    def found(self, url: str, finding: Finding, now: datetime) -> None:
        """Keep what came of one."""
        with writing(self._engine, _WRITING) as connection:
            connection.execute(delete(findings).where(findings.c.url == url))
            connection.execute(
                insert(findings).values(url=url, state=finding.state.value, why=finding.why, at=now)
            )

    def end(self, department: str, now: datetime) -> None:
        """All of its links are looked at; findings that no file needs any more go."""
        with writing(self._engine, _WRITING) as connection:
            mine = table.c.department == department
            connection.execute(update(table).where(mine).values(ended_at=now))
            linked = select(places.c.url)
            connection.execute(delete(findings).where(findings.c.url.not_in(linked)))

    def round(self, department: str) -> Round | None:
        """How far its latest round is."""
        mine = table.c.department == department
        counted = (
            select(
                func.count(places.c.url.distinct()),
                func.count(case((findings.c.at >= table.c.asked_at, places.c.url)).distinct()),
            )
            .select_from(places)
            .join(table, table.c.department == places.c.department)
            .outerjoin(findings, findings.c.url == places.c.url)
            .where(mine)
        )
        with reading(self._engine) as connection:
            row = connection.execute(select(table).where(mine)).one_or_none()
            if row is None:
                return None
            links, looked_at = connection.execute(counted).one()
        gathered = row.gathered_at is not None
        return Round(row.asked_at, row.ended_at, gathered, links, looked_at if gathered else 0)

    def broken(self, department: str, most: int) -> list[Broken]:
        """Links of procedures that are the department's now: the dead ones first."""
        query = (
            select(
                places.c.procedure_id,
                procedures.c.title,
                places.c.line,
                places.c.url,
                findings.c.state,
                findings.c.why,
                findings.c.at,
            )
            .join(findings, findings.c.url == places.c.url)
            .join(
                procedures,
                and_(
                    procedures.c.id == places.c.procedure_id, procedures.c.department == department
                ),
            )
            .where(places.c.department == department, findings.c.state != LinkState.GOOD.value)
            .order_by(findings.c.state, procedures.c.sort_title, places.c.line, places.c.id)
        )
        with reading(self._engine) as connection:
            return [Broken(*row) for row in connection.execute(query.limit(most))]
