#!/usr/bin/env bash
# sqlalchemy 2.1.9: an event handler of before_cursor_execute is told executemany=True and gets the
# parameters of many rows. With INSERT ... RETURNING (and so with every insert of many rows whose
# new ids are asked for) it is told executemany=True too, but what it gets is one flat set of
# parameters: the rows were written into one statement ("insertmanyvalues"). A handler that goes
# through the parameters row by row because of the flag (to mask, to count, to replace what a
# database cannot hold) goes through single values there, and what it returns is refused by the
# driver or, worse, fits.
#
# Seen, on SQLite: three rows of one column are a list of three tuples without RETURNING, and one
# tuple of three texts with it; the flag is True both times.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/python" -m pip --disable-pip-version-check --quiet install sqlalchemy==2.1.9
"$place/venv/bin/python" - <<'PY'
import sqlalchemy as sa

engine = sa.create_engine("sqlite://")
table = sa.Table(
    "notes", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text)
)
table.metadata.create_all(engine)
told = []
rows = [{"text": "one"}, {"text": "two"}, {"text": "three"}]


@sa.event.listens_for(engine, "before_cursor_execute")
def note(connection, cursor, statement, parameters, context, executemany):
    told.append((executemany, parameters))


with engine.begin() as connection:
    connection.execute(sa.insert(table), rows)
    connection.execute(sa.insert(table).returning(table.c.id), rows)
print(f"sqlalchemy {sa.__version__}: {told}")
assert told == [(True, [("one",), ("two",), ("three",)]), (True, ("one", "two", "three"))]
PY
