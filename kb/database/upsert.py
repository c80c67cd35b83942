"""INSERT that gives way to a row that is there: each database has its own."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table


def insert_into(connection: Connection, table: Table) -> Any:
    """Its database's INSERT, with `on_conflict_do_nothing` and `on_conflict_do_update`.

    The other database's is not loaded: that takes as long as a page.
    """
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    return dialect.insert(table)
