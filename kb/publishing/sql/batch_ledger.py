"""The changes to many files at once: which there were, by whom, and which are undone. SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Engine, Select, delete, func, insert, select, update

from kb.database import batch_files, procedures, reading, writing
from kb.database import batches as table

_WRITING = "batches"


class FileChange(Struct, frozen=True):
    """One file of such a change. `before` and `after` are git's names for its bytes."""

    path: str
    before: str
    after: str


class BulkChange(Struct, frozen=True):
    """One commit that changed several files.

    `commit` is None from before it is made until after. `undoes` and `undone_by` are ids of
    other bulk changes. `files` counts them.
    """

    id: int
    commit: str | None
    by_name: str
    by_email: str
    at: datetime
    note: str
    undoes: int | None = None
    undone_by: int | None = None
    files: int = 0


class Ledger:
    """The batches table. What is begun here is ended when its commit stands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, bulk: BulkChange, files: Iterable[FileChange]) -> int:
        """Enter what is about to be changed; returns the id. Raises Unwritable."""
        row = insert(table).values(
            by_name=bulk.by_name,
            by_email=bulk.by_email,
            at=bulk.at,
            note=bulk.note,
            undoes=bulk.undoes,
        )
        with writing(self._engine, _WRITING) as connection:
            (id,) = connection.execute(row).inserted_primary_key or (0,)
            rows = [
                {"batch_id": id, "path": file.path, "before": file.before, "after": file.after}
                for file in files
            ]
            connection.execute(insert(batch_files), rows)
        return int(id)

    def end(self, bulk_id: int, commit: str) -> None:
        """Its commit stands; what it undoes is undone. Raises Unwritable."""
        mine = table.c.id == bulk_id
        with writing(self._engine, _WRITING) as connection:
            connection.execute(update(table).where(mine).values(commit=commit))
            undone = connection.scalar(select(table.c.undoes).where(mine))
            if undone is not None:
                other = update(table).where(table.c.id == undone)
                connection.execute(other.values(undone_by=bulk_id))

    def withdraw(self, bulk_id: int) -> None:
        """It never came to a commit. Raises Unwritable."""
        with writing(self._engine, _WRITING) as connection:
            connection.execute(delete(table).where(table.c.id == bulk_id))

    def unended(self) -> list[BulkChange]:
        """What was begun and not ended, oldest first: at work now, or killed."""
        return self._listed(_counted().where(table.c.commit.is_(None)).order_by(table.c.id))

    def noted(self, beginning: str, since: datetime) -> list[BulkChange]:
        """Those that stand, from then on, whose note begins so; the oldest first."""
        which = table.c.commit.is_not(None) & (table.c.at >= since)
        which &= table.c.note.startswith(beginning, autoescape=True)
        return self._listed(_counted().where(which).order_by(table.c.id))

    def of_commit(self, commit: str) -> BulkChange | None:
        """The bulk change of that commit (40 hex digits)."""
        return next(iter(self._listed(_counted().where(table.c.commit == commit))), None)

    def get(self, bulk_id: int) -> BulkChange | None:
        """The bulk change of that id."""
        return next(iter(self._listed(_counted().where(table.c.id == bulk_id))), None)

    def files_of(self, bulk: BulkChange) -> tuple[FileChange, ...]:
        """Its files, by path."""
        files = batch_files.c
        query = select(files.path, files.before, files.after).where(files.batch_id == bulk.id)
        with reading(self._engine) as connection:
            return tuple(FileChange(*row) for row in connection.execute(query.order_by(files.path)))

    def listed(
        self, departments: Collection[str] | None, page: int, per_page: int
    ) -> tuple[list[BulkChange], int]:
        """Those that changed procedures of these departments alone, newest first; and how many.

        None is all departments.
        """
        wanted: ColumnElement[bool] = table.c.commit.is_not(None)
        if departments is not None:
            mine, others = _touching(departments)
            wanted = wanted & table.c.id.in_(mine) & table.c.id.not_in(others)
        query = _counted().where(wanted).order_by(table.c.at.desc(), table.c.id.desc())
        query = query.offset((page - 1) * per_page).limit(per_page)
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(table).where(wanted))
        return self._listed(query), total or 0

    def departments_of(self, bulk: BulkChange) -> frozenset[str]:
        """Whose procedures stand at its paths now."""
        query = (
            select(procedures.c.department)
            .distinct()
            .join(batch_files, batch_files.c.path == procedures.c.path)
            .where(batch_files.c.batch_id == bulk.id)
        )
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(query))

    def _listed(self, query: Select[Any]) -> list[BulkChange]:
        with reading(self._engine) as connection:
            return [BulkChange(*row) for row in connection.execute(query)]


def _counted() -> Select[Any]:
    files = select(func.count()).where(batch_files.c.batch_id == table.c.id).scalar_subquery()
    named = ("id", "commit", "by_name", "by_email", "at", "note", "undoes", "undone_by")
    return select(*(table.c[name] for name in named), files)


def _touching(departments: Collection[str]) -> tuple[Select[Any], Select[Any]]:
    """The ids of those that changed procedures of these departments, and those of others."""
    joined = select(batch_files.c.batch_id).join(
        procedures, procedures.c.path == batch_files.c.path
    )
    mine = procedures.c.department.in_(list(departments))
    return joined.where(mine), joined.where(~mine)
