"""`kb check`: everything that is wrong with the content, with line and remedy."""

from __future__ import annotations

import json
from datetime import date

import click
from msgspec.structs import asdict

from kb.cli.common import Build, built, content_option
from kb.procedures.model import Fault, Severity


@click.command()
@content_option
@click.option("--json", "as_json", is_flag=True, help="A JSON list of faults.")
@click.pass_obj
def check(build: Build, as_json: bool) -> None:
    """Check all content. Exit code 1 when there are errors."""
    parts = built(build)
    faults = parts.publishing.publisher.check(date.today())
    errors = sum(fault.severity is Severity.ERROR for fault in faults)
    if as_json:
        click.echo(json.dumps([asdict(fault) for fault in faults], indent=2, ensure_ascii=False))
    else:
        _print(faults, errors)
        if not parts.people.directory.staff():
            click.echo("Owners were not checked: there are no people yet (kb person add).")
    raise click.exceptions.Exit(1 if errors else 0)


def _print(faults: list[Fault], errors: int) -> None:
    for fault in faults:
        click.echo(f"{fault.severity.upper():7} {fault}")
    click.echo(f"{errors} errors, {len(faults) - errors} warnings")
