"""What all tables share: their metadata, and points in time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Index,
    MetaData,
    TextClause,
    TypeDecorator,
    event,
)

# No id lies beyond: PostgreSQL's integer is this wide, and SQLite's driver raises on wider ones.
GREATEST_ID = 2**31 - 1


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, naive UTC in the database. Refuses naive ones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial_index(
    name: str,
    *columns: Column[Any],
    where: ColumnElement[bool] | TextClause,
    unique: bool = False,
) -> Index:
    """An index of the rows for which `where` holds, on either database.

    As options of Index, one for each database, the condition would load both dialects.
    """
    return Index(name, *columns, unique=unique, info={"where": where})


@event.listens_for(metadata, "before_create")
def _limit_indexes(target: MetaData, connection: Connection, **_: Any) -> None:
    for index in (index for table in target.tables.values() for index in table.indexes):
        if "where" in index.info:
            index.dialect_options[connection.dialect.name]["where"] = index.info["where"]
