"""`kb database`: bring what people do into another database."""

from __future__ import annotations

import time
from pathlib import Path

import click

from kb.cli.common import Build, built, progress_bar
from kb.database import NotEmpty, NotEqual, connect, move, upgrade
from kb.worker.heartbeat import EVERY, beat_in, heartbeat_file

_LATELY = 2 * EVERY + 1  # seconds within which a living worker has told of itself


@click.group()
def database() -> None:
    """Where people, votes, questions and answers are kept."""


@database.command("move")
@click.argument("url")
@click.pass_obj
def move_to(build: Build, url: str) -> None:
    """Copy everything into the empty database at URL, and check that it came.

    From SQLite to PostgreSQL or back. The site must not run; the old database stays as it is.
    """
    parts = built(build)
    if _site_runs(heartbeat_file(parts.settings.var)):
        raise click.ClickException(
            "The site is running, and what people do from now on would be lost: stop it first."
        )
    target = connect(url)
    upgrade(target)
    try:
        with progress_bar() as report:
            moved = move(parts.engine, target, report)
    except NotEmpty as full:
        raise click.ClickException(
            f"{target.url} has rows already, in {full.table}: name an empty database."
        ) from full
    except NotEqual as wrong:
        raise click.ClickException(
            f"What came of {wrong.table} is not what was sent. Nothing was kept in {target.url}."
        ) from wrong
    finally:
        target.dispose()
    tables = sum(1 for rows in moved.rows.values() if rows)
    click.echo(
        f"{sum(moved.rows.values()):,} rows of {tables} tables are in {target.url}, "
        "compared row by row. Set KB_DATABASE_URL to it and start the site. "
        "The old database is as it was. Remove it once you no longer need it."
    )


def _site_runs(heartbeat: Path) -> bool:
    """Does its worker live? One that was stopped just now is waited for."""
    last = beat_in(heartbeat)
    while last is not None and time.monotonic() - last.at < _LATELY:
        time.sleep(EVERY / 10)
        now = beat_in(heartbeat)
        if now is None or now.at != last.at:
            return now is not None
    return False
