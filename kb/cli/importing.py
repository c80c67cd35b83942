"""`kb import`: files become procedures, seen first with --dry-run, repeated by --mapping."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from pathlib import Path

import click
from msgspec.structs import replace

from kb.cli.common import Build, built, content_option
from kb.importing.first_guess import guess
from kb.importing.mapping import FileMapping, UnusableMapping, mapping_from
from kb.importing.opening import bytes_of
from kb.importing.opening_apart import opened_apart
from kb.importing.permits import Permit, everything
from kb.importing.proposed import Fate, ImportPreview, ProposedFile
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import Workbook
from kb.parts import Parts
from kb.publishing.edits import Author, author_of
from kb.publishing.outcomes import Refusal


@click.command("import")
@content_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be, and write nothing.")
@click.option(
    "--mapping",
    "kept",
    type=click.Path(path_type=Path),
    help="Keep in this file what was decided; read it where it is there. With one FILE only.",
)
@click.option("--department", help="Whose is what names no known team (an id).")
@click.option("--known-as", help="The name under which it was brought in before.")
@click.option("--publish", is_flag=True, help="Published at once instead of as drafts.")
@click.option("--by", "email", help="E-mail address of the person who brings it in.")
@click.pass_obj
def bring_in(
    build: Build,
    files: tuple[Path, ...],
    dry_run: bool,
    kept: Path | None,
    department: str | None,
    known_as: str | None,
    publish: bool,
    email: str | None,
) -> None:
    """Bring workbooks, documents and exports in as procedures: one commit a file, as drafts."""
    parts = built(build)
    if len(files) > 1 and (kept or known_as):
        raise click.UsageError("--mapping and --known-as go with one file.")
    if department and department not in parts.publishing.departments():
        known = ", ".join(parts.publishing.departments().by_id)
        raise click.UsageError(f"there is no department {department!r}; there are {known}.")
    author, permit = _author(parts, email), everything(parts.publishing.departments())
    for file in files:
        preview = _seen(parts, file, kept, permit, known_as or "", department or "", publish)
        _tell(preview)
        if not dry_run and preview.written:
            _write(parts, preview, permit, author)


def _seen(
    parts: Parts,
    file: Path,
    kept: Path | None,
    permit: Permit,
    known_as: str,
    department: str,
    publish: bool,
) -> ImportPreview:
    """What would be of a file. Its cells are let go before anything is written."""
    workbook, mapping = _read(file, kept)
    mapping = replace(
        mapping,
        name=known_as or mapping.name,
        department=department or mapping.department,
        published=publish or mapping.published,
    )
    if kept and not kept.exists():
        kept.write_text(mapping.json(), encoding="utf-8")
    return parts.importing.preview(workbook, mapping, permit, date.today())


def _read(file: Path, kept: Path | None) -> tuple[Workbook, FileMapping]:
    try:
        raw = bytes_of(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
    except UnreadableFile as reason:
        raise click.ClickException(str(reason)) from reason
    try:
        mapping = mapping_from(kept.read_bytes()) if kept and kept.exists() else None
        workbook = opened_apart(file.name, raw, mapping.encoding if mapping else "")
    except UnreadableFile as reason:
        raise click.ClickException(str(reason)) from reason
    except UnusableMapping as reason:
        raise click.ClickException(f"{kept}: {reason}") from reason
    return workbook, mapping or guess(workbook)


def _write(parts: Parts, preview: ImportPreview, permit: Permit, author: Author) -> None:
    done = parts.importing.bringing_in.bring_in(preview, permit, author, datetime.now(UTC))
    if isinstance(done, Refusal):
        raise click.ClickException(done.why)
    for path, why in done.skipped.items():
        click.echo(f"left out   {path}: {why}")
    click.echo(f"Brought in {len(done.paths)} procedures in commit {done.commit[:12]}.")
    for path in preview.templates:
        click.echo(f"{path} came with them, and stays when they are undone.")


def _author(parts: Parts, email: str | None) -> Author:
    person = parts.people.directory.by_email(email) if email else None
    if person is not None:
        return author_of(person)
    if email:
        raise click.UsageError(f"there is nobody with the address {email}.")
    user = getpass.getuser()
    return Author(user, f"{user}@localhost")


def _tell(preview: ImportPreview) -> None:
    click.echo(preview.mapping.name)
    _tell_decided(preview)
    for told in preview.noticed:
        click.echo(f"  note       {told}")
    for one in preview.files:
        _tell_file(one)
    _tell_left(preview)
    _tell_teams(preview)
    counts = ", ".join(f"{len(preview.of(fate))} {fate}" for fate in Fate if preview.of(fate))
    click.echo(f"  {counts or 'no procedures'}")


def _tell_teams(preview: ImportPreview) -> None:
    for team, rows in preview.teams.items():
        click.echo(f"  team       {team} is no department here ({rows} procedures)")
    for cell, named in preview.several.items():
        click.echo(
            f"  team       “{cell}” names several: {named.first} is taken ({named.procedures})"
        )
    if preview.personal:
        addresses, numbers = preview.personal.addresses, preview.personal.numbers
        click.echo(f"  people     {addresses} e-mail addresses, {numbers} telephone numbers")


def _tell_decided(preview: ImportPreview) -> None:
    for sheet in preview.mapping.sheets:
        if not sheet.taken:
            click.echo(f"  sheet      {sheet.name}: left out, because {sheet.why or 'you said so'}")
    for page in preview.mapping.pages:
        if page.taken and page.split:
            click.echo(f"  document   {page.title}: parted at headings of level {page.split}")


def _tell_left(preview: ImportPreview) -> None:
    for gone in preview.gone:
        click.echo(f"  gone       {gone.id} {gone.title} ({gone.path})")
    for left in preview.left_out:
        place = f"{left.sheet}, row {left.number}" if preview.mapping.sheets else left.sheet
        click.echo(f"  left out   {place}: {left.why}{f': {left.title}' if left.title else ''}")


def _tell_file(one: ProposedFile) -> None:
    if one.fate is Fate.UNCHANGED:
        return
    why = f": {one.why}" if one.why else ""
    click.echo(f"  {one.fate:<10} {one.procedure.path}  {one.drafted.title}{why}")
    for path in one.attached:
        click.echo(f"             beside it: {path}")
    for remark in one.remarks:
        click.echo(f"             {remark}")
    for fault in one.faults:
        click.echo(f"             {fault.message}; {fault.remedy}")
    if one.near:
        click.echo(
            f"             nearly the same as “{one.near.title}” {one.near.id or ''}".rstrip()
        )
