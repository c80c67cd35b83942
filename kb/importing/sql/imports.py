"""Files on their way in, by whom; and which procedure each row became. SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Engine, Select, delete, func, insert, select, update

from kb.database import GREATEST_ID, batches, imported, procedures, reading, writing
from kb.database import imports as table
from kb.importing.mapping import FileMapping, mapping_from

KEPT = timedelta(days=30)  # a file that nobody brings in
_MOST = 10  # of one person


class ImportUnderway(Struct, frozen=True):
    """A file that somebody chose. `raw` is b"" once it is brought in by `commit`."""

    id: int
    person_id: int
    file_name: str
    raw: bytes
    mapping: FileMapping
    at: datetime
    commit: str | None = None


class RowBefore(Struct, frozen=True):
    """Where a row went when it was last brought in. `blob` names the bytes that were written."""

    source: str
    procedure_id: str
    blob: str


class Imports(Struct, frozen=True):
    """The tables of importing."""

    engine: Engine

    def begin(self, person_id: int, raw: bytes, mapping: FileMapping, now: datetime) -> int:
        """Keep a file; returns its number. The oldest of many, and of long ago, go."""
        row = insert(table).values(
            person_id=person_id, name=mapping.name, raw=raw, mapping=mapping.json(), at=now
        )
        mine = table.c.person_id == person_id
        with writing(self.engine, "imports") as connection:
            waiting = table.c.commit.is_(None)
            connection.execute(delete(table).where(waiting, table.c.at < now - KEPT))
            (id,) = connection.execute(row).inserted_primary_key or (0,)
            old = select(table.c.id).where(mine, waiting).order_by(table.c.id.desc()).offset(_MOST)
            if numbers := connection.scalars(old).all():
                connection.execute(delete(table).where(table.c.id.in_(numbers)))
        return int(id)

    def of(self, person_id: int, number: int) -> ImportUnderway | None:
        """That file, if it is this person's."""
        found = self._listed(_mine(person_id, number).add_columns(table.c.raw))
        return next(found, None)

    def latest(self, person_id: int) -> list[ImportUnderway]:
        """This person's last ones, newest first, without their bytes."""
        query = _columns().where(table.c.person_id == person_id).order_by(table.c.id.desc())
        return list(self._listed(query.limit(2 * _MOST)))

    def decided_before(self, file_name: str) -> FileMapping | None:
        """What was decided, by whomever, when a file of that name last came in."""
        came = (table.c.name == file_name) & table.c.commit.is_not(None)
        query = _columns().where(came).order_by(table.c.id.desc()).limit(1)
        return next((one.mapping for one in self._listed(query)), None)

    def decide(self, person_id: int, number: int, mapping: FileMapping) -> None:
        """Keep what was decided about it."""
        which = _which(person_id, number) & table.c.commit.is_(None)
        with writing(self.engine, "imports") as connection:
            connection.execute(update(table).where(which).values(mapping=mapping.json()))

    def end(self, person_id: int, number: int, commit: str) -> None:
        """It is brought in: its bytes need not stay."""
        change = update(table).where(_which(person_id, number)).values(commit=commit, raw=b"")
        with writing(self.engine, "imports") as connection:
            connection.execute(change)

    def forget(self, person_id: int, number: int) -> None:
        """Nobody wants it."""
        with writing(self.engine, "imports") as connection:
            connection.execute(delete(table).where(_which(person_id, number)))

    def note(self, commit: str, rows: Iterable[RowBefore], now: datetime) -> None:
        """Where these rows went by that commit."""
        values = [
            {
                "commit": commit,
                "source": row.source,
                "procedure_id": row.procedure_id,
                "blob": row.blob,
                "at": now,
            }
            for row in rows
        ]
        if values:
            with writing(self.engine, "imports") as connection:
                connection.execute(insert(imported), values)

    def before(self, workbook: str) -> dict[str, RowBefore]:
        """By source, where the rows of that workbook went last; what is undone does not count."""
        # Not by their times: a clock may have been set back between two imports.
        nth = func.coalesce(batches.c.id, 0)
        query = (
            select(imported.c.source, imported.c.procedure_id, imported.c.blob)
            .outerjoin(batches, batches.c.commit == imported.c.commit)
            .where(imported.c.source.startswith(f"{workbook} | ", autoescape=True))
            .where(batches.c.undone_by.is_(None))
            .order_by(nth, imported.c.at, imported.c.commit)
        )
        with reading(self.engine) as connection:
            return {row.source: RowBefore(*row) for row in connection.execute(query)}

    def sources(self, workbook: str) -> dict[str, str]:
        """The id of each procedure whose file says that it came from that workbook."""
        query = select(procedures.c.source, procedures.c.id).where(
            procedures.c.source.startswith(f"{workbook} | ", autoescape=True)
        )
        with reading(self.engine) as connection:
            return {row.source: row.id for row in connection.execute(query)}

    def _listed(self, query: Select[Any]) -> Iterator[ImportUnderway]:
        with reading(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            yield ImportUnderway(
                row["id"],
                row["person_id"],
                row["name"],
                row.get("raw", b""),
                mapping_from(row["mapping"]),
                row["at"],
                row["commit"],
            )


def _columns() -> Select[Any]:
    names = ("id", "person_id", "name", "mapping", "at", "commit")
    return select(*(table.c[name] for name in names))


def _mine(person_id: int, number: int) -> Select[Any]:
    return _columns().where(_which(person_id, number))


def _which(person_id: int, number: int) -> ColumnElement[bool]:
    return (table.c.person_id == person_id) & (table.c.id == min(number, GREATEST_ID))
