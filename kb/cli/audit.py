"""`kb audit`, and how what is done at the server gets into the audit log."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from kb.cli.common import Build, built
from kb.people.audit import Actor, AuditEntry, AuditKind
from kb.people.person import Person
from kb.people.sql.audit_log import AuditFilter
from kb.procedures.counting import counted


@click.group()
def audit() -> None:
    """Who did what: the audit log."""


@audit.command()
@click.pass_obj
def check(build: Build) -> None:
    """Whether the chain holds; 1 where an entry was changed, removed or put in between."""
    found = built(build).people.audit.check()
    for one in found:
        click.echo(f"Entry {one.entry_id}: {one.why}", err=True)
    if found:
        raise click.ClickException(f"the chain does not hold at {counted(len(found), 'place')}.")
    click.echo("The chain holds: no entry was changed, removed or put in between.")


@audit.command("list")
@click.option("--kind", type=click.Choice([one.value for one in AuditKind]), help="Only these.")
@click.pass_obj
def list_entries(build: Build, kind: str | None) -> None:
    """All entries, the oldest first, a line each."""
    for one in built(build).people.audit.every(AuditFilter(kind=kind or "")):
        words = one.words
        details = "; ".join(f"{name}: {value}" for name, value in words.details.items())
        told = (words.who, words.address or "at the server", words.about, details)
        at = f"{one.at:%Y-%m-%d %H:%M:%S}"
        click.echo("  ".join([f"{one.id:>6}", at, one.kind, *filter(None, told)]))


@contextmanager
def audited(
    build: Build, kind: AuditKind, within: str, about: Person | str = "", **details: str
) -> Iterator[None]:
    """Write down what the block does, in the transaction that it does it in."""
    name, number = (about.name, about.id) if isinstance(about, Person) else (about, None)
    actor = Actor(None, f"{_user()} at the server")
    entry = AuditEntry(datetime.now(UTC), kind, actor, name, number, details)
    with built(build).people.audit.along(entry, within):
        yield


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "somebody"
