"""What the commands share: the way to the parts, the --content option, the progress bar."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from kb.cli import home
from kb.database import DatabaseTrouble
from kb.parts import Parts
from kb.publishing.refreshing.publisher import Progress as Report
from kb.settings import NoContent, SettingsError

# The context's object: builds the parts on first call, so that --help builds nothing.
Build = Callable[[], Parts]


def built(build: Build) -> Parts:
    """The parts, or one sentence and exit code 2 when a setting is wrong."""
    try:
        return build()
    except SettingsError as error:
        raise refused(error) from error
    except DatabaseTrouble as error:
        raise told(error) from error


def refused(error: SettingsError) -> click.exceptions.Exit:
    """Exit code 2, after what is wrong with a setting was said."""
    click.echo(f"kb: {error}", err=True)
    if isinstance(error, NoContent):
        click.echo(home.BEGINNINGS, err=True)
    return click.exceptions.Exit(2)


def told(error: OSError) -> click.ClickException:
    """What the disk, the database or git said, as one sentence."""
    why = error.strerror or str(error)
    return click.ClickException(f"{why[:1].upper()}{why[1:]}.")


class Sentences(click.Group):
    """Commands that say what stood in their way instead of where in the code it did."""

    def invoke(self, ctx: click.Context) -> Any:
        """As ever; what the disk, the database or git cannot do ends it with one sentence."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            raise told(error) from error


def _use_content(_context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value:
        # Child processes (the web server, the worker) must see the same folder.
        os.environ["KB_CONTENT"] = str(Path(value).resolve())


content_option = click.option(
    "--content",
    metavar="PATH",
    expose_value=False,
    is_eager=True,
    callback=_use_content,
    help="Folder of Markdown files, instead of KB_CONTENT.",
)


@contextmanager
def progress_bar() -> Iterator[Report]:
    """A bar on standard error; silent where that is no terminal."""
    # Only now: a start that shows none does not wait for it.
    rich, console = import_module("rich.progress"), import_module("rich.console")
    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
    )
    screen = console.Console(stderr=True)
    with rich.Progress(*columns, console=screen, disable=not screen.is_terminal) as bar:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield report
