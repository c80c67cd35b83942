"""`kb departments`: which folders would be departments, and making them."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from kb.cli.common import Build, built, content_option
from kb.publishing.outcomes import Refusal


@click.command()
@content_option
@click.option("--make", is_flag=True, help="Write them to departments.yml.")
@click.option("--by", help="E-mail address of who makes them; by default the first administrator.")
@click.pass_obj
def departments(build: Build, make: bool, by: str | None) -> None:
    """List the folders whose procedures are of no department yet, or make departments of them."""
    parts = built(build)
    parts.publishing.publisher.refresh(datetime.now(UTC).date())
    proposed = parts.departments.folders.proposed()
    for one in proposed:
        lead = f", lead {one.lead}" if one.lead else ""
        click.echo(f"{one.id:<24} {one.name}: {one.procedures} procedures{lead}")
    if not proposed:
        click.echo("Every procedure in a folder belongs to a department.")
        return
    if not make:
        click.echo("Nothing is written. With --make these become departments.")
        return
    directory = parts.people.directory
    who = (
        directory.by_email(by) if by else next(iter(parts.people.receivers.administrators()), None)
    )
    if who is None or not who.administrator:
        raise click.ClickException("there is no such administrator; add one with kb person add.")
    done = parts.departments.folders.make([one.id for one in proposed], who, datetime.now(UTC))
    if isinstance(done, Refusal):
        raise click.ClickException(done.why)
    parts.publishing.publisher.refresh(datetime.now(UTC).date())
    click.echo(f"Written to departments.yml: {', '.join(done)}.")
