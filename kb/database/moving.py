"""All rows of one database into another, of the same kind or not, and the proof that they came.

Both stand at the newest migration. Nobody writes to the one that is left while it is read, and
nothing stays in the other where the move does not end well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    Row,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)

from kb.database.engine import REPLACEMENT, reading, writing
from kb.database.schema import metadata

_AT_ONCE = 1_000  # rows
Report = Callable[[str, int, int], None]


class NotEmpty(ValueError):
    """The other database has rows already: `table` is the first that has."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


class NotEqual(RuntimeError):
    """What came is not what was sent: `table` differs. Nothing of it is kept."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


class Moved(Struct, frozen=True):
    """How many rows went over, by table."""

    rows: dict[str, int]


def move(source: Engine, target: Engine, report: Report = lambda *_: None) -> Moved:
    """Copy every row from `source` to the empty `target`, and compare what came.

    `report` is told the table, its rows so far and all of them. Raises NotEmpty, NotEqual,
    Unreadable or Unwritable; then `target` is as it was.
    """
    with writing(source, "moving") as here, writing(target, "moving") as there:
        _keep_still(here)
        return Moved(copy_rows(here, there, report))


def copy_rows(here: Connection, there: Connection, report: Report) -> dict[str, int]:
    """All rows of one state of a database into an empty one, compared; how many, by table.

    Raises NotEmpty, NotEqual.
    """
    _ensure_empty(there)
    rows = {table.name: _copied(here, there, table, report) for table in _tables()}
    for table in _tables():
        if _digest(here, table) != _digest(there, table):
            raise NotEqual(table.name)
    _count_on(there)
    return rows


def hold_the_same(one: Engine, other: Engine) -> bool:
    """Have both the same rows?"""
    with reading(one) as here, reading(other) as there:
        return all(_digest(here, table) == _digest(there, table) for table in _tables())


def is_empty(engine: Engine) -> bool:
    """Has it no row, or not even tables?"""
    with reading(engine) as connection:
        there = set(inspect(connection).get_table_names())
        found = (table for table in _tables() if table.name in there)
        return all(connection.execute(select(table).limit(1)).first() is None for table in found)


def _tables() -> Sequence[Table]:
    """Those that others refer to come first."""
    return metadata.sorted_tables


def _keep_still(connection: Connection) -> None:
    """Nobody writes until the transaction ends. SQLite has one writer, and that is us."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(connection.dialect.identifier_preparer.quote(t.name) for t in _tables())
        connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))


def _ensure_empty(connection: Connection) -> None:
    for table in _tables():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise NotEmpty(table.name)


def _copied(here: Connection, there: Connection, table: Table, report: Report) -> int:
    total = here.execute(select(func.count()).select_from(table)).scalar_one()
    done, name = 0, str(table.name)
    report(name, done, total)
    later = _pointing_within(table)
    for rows in _rows(here, table):
        values = [row._asdict() for row in rows]
        first = [{**one, **dict.fromkeys(later)} for one in values] if later else values
        there.execute(insert(table), first)
        done += len(rows)
        report(name, done, total)
    for column in later:
        _point(here, there, table, column)
    return done


def _pointing_within(table: Table) -> list[str]:
    """Columns that name another row of the same table, which may come after."""
    return [
        key.parent.name
        for key in table.foreign_keys
        if key.column.table is table and key.parent.nullable
    ]


def _point(here: Connection, there: Connection, table: Table, name: str) -> None:
    ids = list(table.primary_key.columns)
    column = table.c[name]
    for row in here.execute(select(*ids, column).where(column.is_not(None))):
        chosen = [own == value for own, value in zip(ids, row, strict=False)]
        there.execute(update(table).where(*chosen).values({name: row[-1]}))


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    ordered = select(table).order_by(*_order(table)).execution_options(yield_per=_AT_ONCE)
    with connection.execute(ordered) as found:
        yield from found.partitions()


def _order(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns) or list(table.columns)


def _digest(connection: Connection, table: Table) -> bytes:
    """Of all rows, whatever order their database sorts texts in."""
    prints = sorted(_fingerprints(connection, table))
    return sha256(b"".join(prints)).digest()


def _fingerprints(connection: Connection, table: Table) -> Iterator[bytes]:
    for rows in _rows(connection, table):
        yield from map(_fingerprint, rows)


def _fingerprint(row: Row[Any]) -> bytes:
    alike = [one.replace("\0", REPLACEMENT) if isinstance(one, str) else one for one in row]
    return sha256(repr(alike).encode("utf-8", "surrogatepass")).digest()


def _count_on(connection: Connection) -> None:
    """New rows get numbers after those that came, which were given and not counted."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        column = table.autoincrement_column
        if column is not None and isinstance(column.type, Integer):
            greatest = connection.execute(select(func.max(column))).scalar()
            if greatest is not None:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                connection.execute(select(func.setval(sequence, greatest)))
