"""Brings the versions table up to git: what is new since the last time, or all of it anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from kb.catalogue.sql.recording import chunks, note_changes
from kb.database import catalogue_state, reading, writing
from kb.database import versions as table
from kb.documents.document import parse, unreadable
from kb.documents.reading import described, words_of
from kb.documents.text.plain_text import sortable
from kb.procedures.model import Departments
from kb.storage.git.history import Change, Commit, History, HistoryStep, Rewritten
from kb.versions.lineage import Described, Lineage, Row

READING = 2  # raise it when the same history would now be read differently: all is read anew
_STATE = "history"
_WRITING = "catalogue"
# What is read before it is written, so that nobody waits long for the database.
_MOST_STEPS = 200
_MOST_CHANGES = 500
_SAID = [name for name in Commit.__struct_fields__ if name != "id"]

Report = Callable[[int, int], None]
Read = Mapping[tuple[str, str], Described]  # what was read already, by path and blob
Clock = Callable[[], datetime]


def _by_the_clock() -> datetime:
    return datetime.now(UTC)


class Chronicle:
    """Writes the versions table. One process at a time may call `catch_up`."""

    def __init__(self, engine: Engine, history: History, clock: Clock = _by_the_clock) -> None:
        self._engine = engine
        self._history = history
        self._clock = clock

    def behind(self) -> bool:
        """Is there anything in git that the table does not have?"""
        return self._history.head() != self._known()

    def begins(self) -> bool:
        """Is there but one commit, which the table does not have?"""
        return self._known() is None and len(self._history.mainline(None)) == 1

    def catch_up(
        self,
        departments: Departments,
        report: Report = lambda done, all: None,
        read: Read | None = None,
    ) -> int:
        """Take in the commits since the last time; returns how many steps of the site there were.

        What is in `read` needs not be read again. Where history was rewritten, or the table is of
        an older make, all is read anew. Killed at any point, the next call goes on from the last
        batch. Raises OSError.
        """
        since = self._known()
        if self._history.head() == since:
            return 0
        try:
            commits = self._history.mainline(since)
        except Rewritten:
            since, commits = None, self._history.mainline(None)
        if since is None:
            self._forget()
        done = 0
        for batch in _batches(self._in_order(self._history.steps(commits, since))):
            self._take_in(batch, departments, read or {})
            done += len(batch)
            report(done, len(commits))
        return len(commits)

    def _in_order(self, steps: Iterable[HistoryStep]) -> Iterator[HistoryStep]:
        """Steps whose times go forward, whatever clock they are from: none is in the future."""
        with reading(self._engine) as connection:
            latest = connection.scalar(select(func.max(table.c.live_from)))
        now = self._clock()
        for step in steps:
            latest = min(max(latest or step.live_from, step.live_from), now)
            yield replace(step, live_from=latest)

    def _known(self) -> str | None:
        """The commit up to which the table goes; None where it has to begin, as when emptied."""
        query = select(catalogue_state.c.value).where(catalogue_state.c.name == _STATE)
        with reading(self._engine) as connection:
            make, commit, last = (*(connection.scalar(query) or "").split(), "", "", "")[:3]
            there = connection.scalar(select(func.max(table.c.id))) or 0
        return commit if (make, last) == (str(READING), str(there)) else None

    def _forget(self) -> None:
        with writing(self._engine, _WRITING) as connection:
            connection.execute(delete(table))
            _set_known(connection, None)

    def _take_in(self, steps: list[HistoryStep], departments: Departments, read: Read) -> None:
        known = self._described(steps, departments, read)
        newest, next_id = self._newest(steps, known.values())
        lineage = Lineage(newest, next_id, lambda path, blob: known[path, blob])
        for step in steps:
            lineage.follow(step)
        ended = [{"ended": id, "by": by} for id, by in lineage.ended.items() if id < next_id]
        with writing(self._engine, _WRITING) as connection:
            if lineage.added:
                connection.execute(insert(table), [_columns(row) for row in lineage.added])
            if ended:
                replaced = update(table).where(table.c.id == bindparam("ended"))
                connection.execute(replaced.values(until=bindparam("by")), ended)
            note_changes(connection, {row.path for row in lineage.added})
            _set_known(connection, steps[-1].commit.id)

    def _described(
        self, steps: list[HistoryStep], departments: Departments, read: Read
    ) -> dict[tuple[str, str], Described]:
        """What each file says of itself, by its path and blob."""
        wanted = {(change.path, change.blob) for change in _changes(steps) if change.blob}
        found = {one: read[one] for one in wanted if one in read}
        ordered = sorted(wanted - found.keys())
        for (path, blob), raw in zip(
            ordered, self._history.blobs(blob for _, blob in ordered), strict=True
        ):
            document = unreadable(path, "gone") if raw is None else parse(raw, path)
            said, named = described(document, departments)
            found[path, blob] = Described.of(said, named, words_of(document, said.title))
        return found

    def _newest(
        self, steps: list[HistoryStep], known: Iterable[Described]
    ) -> tuple[list[Row], int]:
        """The newest version of each line that may be continued, and the next free id."""
        paths = {path for each in _changes(steps) for path in (each.path, each.was) if path}
        names = {each.id for each in known if each.named}
        standing = select(table).where(table.c.until.is_(None), table.c.live_from.is_not(None))
        rows: dict[int, Row] = {}
        with reading(self._engine) as connection:
            newest = connection.scalar(select(func.max(table.c.id))) or 0
            if not newest:
                return [], 1
            for column, values in ((table.c.path, paths), (table.c.procedure_id, names)):
                for some in chunks(sorted(values)):
                    found = connection.execute(standing.where(column.in_(some)))
                    rows |= {row.id: _row(row) for row in found}
        return [rows[id] for id in sorted(rows)], newest + 1


def _batches(steps: Iterable[HistoryStep]) -> Iterator[list[HistoryStep]]:
    batch: list[HistoryStep] = []
    changes = 0
    for step in steps:
        batch.append(step)
        changes += 1 + sum(1 for _ in _changes([step]))
        if len(batch) >= _MOST_STEPS or changes >= _MOST_CHANGES:
            yield batch
            batch, changes = [], 0
    if batch:
        yield batch


def _changes(steps: Iterable[HistoryStep]) -> Iterator[Change]:
    for step in steps:
        for each in (*step.side, step):
            yield from each.changes


def _set_known(connection: Connection, commit: str | None) -> None:
    connection.execute(delete(catalogue_state).where(catalogue_state.c.name == _STATE))
    if commit is not None:
        last = connection.scalar(select(func.max(table.c.id))) or 0
        values = {"name": _STATE, "value": f"{READING} {commit} {last}"}
        connection.execute(insert(catalogue_state).values(values))


def _columns(row: Row) -> dict[str, Any]:
    columns = {name: getattr(row, name) for name in Row.__struct_fields__}
    columns |= {name: getattr(row.commit, name) for name in _SAID} | {"commit": row.commit.id}
    return columns | {"sort_title": sortable(row.title), "department": row.department[:80]}


def _row(found: Any) -> Row:
    fields = {name: getattr(found, name) for name in Row.__struct_fields__}
    said = {name: getattr(found, name) for name in _SAID}
    return Row(**{**fields, "commit": Commit(id=found.commit, **said)})
