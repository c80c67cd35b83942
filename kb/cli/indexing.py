"""`kb index`: bring the index up to the files."""

from __future__ import annotations

from datetime import date

import click

from kb.cli.common import Build, built, content_option, progress_bar
from kb.procedures.counting import counted


@click.command()
@content_option
@click.option("--rebuild", is_flag=True, help="Build a whole new index beside the live one.")
@click.pass_obj
def index(build: Build, rebuild: bool) -> None:
    """Index what changed since the last time, by content."""
    parts = built(build)
    with progress_bar() as report:
        done = parts.publishing.publisher.refresh(date.today(), report, rebuild=rebuild)
        files = parts.attachments.taking_in.keep_up(progress=report, wait=None)
    click.echo(
        f"{done.files} procedures: {done.changed} read, {done.removed} removed, "
        f"{done.indexed} indexed in {done.seconds:.1f} s"
    )
    for fault in parts.publishing.publisher.unread():
        click.echo(f"Not read: {fault.path}: {fault.told}")
    if files:
        click.echo(f"{counted(files, 'attachment')} read")
