"""`kb backup`, `kb verify`, `kb restore`: all of an installation in one file, and back."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import click

from kb import settings as configuration
from kb.backup.archive import Damaged
from kb.backup.checking import Checked
from kb.backup.checking import verify as checked
from kb.backup.restoring import Restoring
from kb.cli.common import Build, built, progress_bar
from kb.procedures.counting import counted
from kb.settings import SettingsError

_there = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--with-secrets", is_flag=True, help="With the keys and passwords, too.")
@click.pass_obj
def backup(build: Build, file: Path, with_secrets: bool) -> None:
    """Write all of this installation into FILE, while it serves or not.

    FILE is there when it was read back whole, and not before.
    """
    parts = built(build)
    with progress_bar() as report:
        made = parts.backups.making.make(
            file.absolute(), datetime.now(UTC), secrets=with_secrets, report=report
        )
    click.echo(f"{_told(file, made.checked)} It took {made.seconds:.1f} s.")


@click.command()
@_there
def verify(file: Path) -> None:
    """Read all of the backup FILE: checksums, database, history."""
    try:
        click.echo(_told(file, checked(file)))
    except Damaged as error:
        raise click.ClickException(f"{file} is of no use: {error}.") from error


@click.command()
@_there
@click.pass_obj
def restore(build: Build, file: Path) -> None:
    """Put the backup FILE into the empty home, and build the index.

    Where that is cut off, the same command once more ends it.
    """
    try:
        settings = configuration.load_empty(os.environ, Path.cwd())
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    with progress_bar() as report:
        restoring = Restoring(settings, report)
        done = restoring.restore(file)
        parts = built(build)
        found = parts.publishing.publisher.refresh(date.today(), report)
        restoring.end()
    if done.checked is not None:
        click.echo(_told(file, done.checked))
    if done.settings_beside:
        click.echo("This home has a kb.toml; that of the backup is beside it: restored.toml.")
    click.echo(f"{settings.home} is ready, with {counted(found.files, 'procedure')}: kb serve")


def _told(file: Path, found: Checked) -> str:
    about, size = found.about, max(1, round(found.size / 1_000_000))
    secrets = "with its secrets" if about.secrets else "without keys and passwords"
    when = f"{about.at:%Y-%m-%d %H:%M} UTC"
    lines = [
        f"{file} is whole: “{about.site}” of {when}, by kb {about.kb}, {secrets}; "
        f"{counted(found.files, 'file')}, {size} MB.",
        *(f"But: {fault}" for fault in found.faults),
    ]
    return "\n".join(lines)
