#!/usr/bin/env bash
# sqlalchemy 2.1.9: to declare a partial index for two databases, Index("...", sqlite_where=...,
# postgresql_where=...), loads the whole PostgreSQL dialect at that moment, with the adaptors of all
# its drivers and with asyncio, also in a program that only ever opens SQLite and has no driver for
# PostgreSQL: the option's name is looked up in the dialect. One such index in a module of tables
# makes a command's start longer (30 to 40 ms here), and an `import` of the dialect elsewhere costs
# nothing more, so leaving that out gains nothing.
#
# Seen: before the index no module of that dialect is loaded, afterwards more than ten, asyncpg's
# adaptor among them although asyncpg is not installed, and asyncio.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/python" -m pip --disable-pip-version-check --quiet install sqlalchemy==2.1.9
"$place/venv/bin/python" - <<'PY'
import sys, time

from sqlalchemy import Column, Index, Integer, MetaData, Table, __version__, text


def of_postgresql():
    return {name for name in sys.modules if name.startswith("sqlalchemy.dialects.postgresql")}


table = Table("items", MetaData(), Column("id", Integer), Column("done", Integer))
Index("plain", table.c.id, sqlite_where=text("done = 0"))
assert of_postgresql() == set()
began = time.perf_counter()
Index("partial", table.c.id, sqlite_where=text("done = 0"), postgresql_where=text("done = 0"))
took = time.perf_counter() - began
loaded = of_postgresql()
print(f"sqlalchemy {__version__}: one option loads {len(loaded)} modules in {took * 1000:.0f} ms")
assert len(loaded) > 10 and "sqlalchemy.dialects.postgresql.asyncpg" in loaded
assert "asyncpg" not in sys.modules and "asyncio" in sys.modules
PY
