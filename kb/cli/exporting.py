"""`kb export`: a department or all of it as a zip of Markdown, a workbook or a book."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from kb.cli.common import Build, built, content_option, progress_bar
from kb.exporting.making import ExportForm
from kb.exporting.printing import NotPrinted
from kb.exporting.selecting import Scope
from kb.procedures.model import UNASSIGNED, Departments
from kb.procedures.visibility import Reader


@click.command("export")
@content_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--department", help="That department alone (an id).")
@click.pass_obj
def take_out(build: Build, file: Path, department: str | None) -> None:
    """Take procedures out: FILE.zip (Markdown), FILE.xlsx, FILE.html or FILE.pdf (a book)."""
    form = _form(file)
    parts = built(build)
    known = parts.publishing.departments()
    scope = Scope(_everybody(known), _department(department, known), whole=True)
    now = datetime.now(UTC)
    with progress_bar() as report:
        parts.publishing.publisher.refresh(now.date(), report)
        try:
            ending = parts.exporting.making.make(
                form, scope, file, now, lambda done, total: report("Taking out", done, total)
            )
        except NotPrinted as reason:
            raise click.ClickException(str(reason)) from reason
    if ending != form.value:
        other = file.with_suffix(f".{ending}")
        file = file.replace(other)
    click.echo(f"Taken out: {file}, {file.stat().st_size:,} bytes.")


def _form(file: Path) -> ExportForm:
    ending = file.suffix.casefold().removeprefix(".")
    if ending not in {one.value for one in ExportForm}:
        known = ", ".join(f".{one.value}" for one in ExportForm)
        raise click.UsageError(f"{file.name} must end in one of {known}: that says what it is.")
    return ExportForm(ending)


def _department(asked: str | None, known: Departments) -> str:
    if asked and asked != UNASSIGNED and asked not in known:
        there = ", ".join(known.by_id)
        raise click.UsageError(f"there is no department {asked!r}; there are {there}.")
    return asked or ""


def _everybody(known: Departments) -> Reader:
    """Whoever has the machine has the files."""
    return Reader(frozenset({*known.by_id, UNASSIGNED}))
