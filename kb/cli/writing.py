"""`kb new`: a new procedure's file from a template, to be written with a text editor."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

import click

from kb.cli.common import Build, built, content_option
from kb.documents.source.amending import amend
from kb.documents.source.templates import EMPTY, Template, begun, offered
from kb.parts import Parts
from kb.publishing.edits import Author, author_of
from kb.publishing.outcomes import Refusal, or_refusal


@click.command()
@content_option
@click.argument("title", nargs=-1, required=True)
@click.option("--department", required=True, help="Whose it is (an id of departments.yml).")
@click.option("--template", help="What it begins with: a file's name in _templates, without .md.")
@click.option("--owner", help="E-mail address of who answers for it.")
@click.pass_obj
def new(
    build: Build, title: tuple[str, ...], department: str, template: str | None, owner: str | None
) -> None:
    """A draft with the next free id of its department. Prints its file."""
    parts = built(build)
    departments = parts.publishing.publisher.departments()
    if department not in departments:
        known = ", ".join(departments.by_id)
        raise click.UsageError(f"there is no department {department!r}; there are {known}.")
    chosen = _template(
        offered(parts.storage.library.templates(), departments), template, department
    )
    words = " ".join(title)
    id = parts.publishing.new_ids.next_id(department)
    raw = amend(begun(chosen, id, words, department, owner or "", ""), {"status": "draft"})
    folder = parts.publishing.new_ids.folder_of(department)
    path = parts.publishing.saver.free_path(folder, words.partition(":")[2].strip() or words)
    made = (path, raw, "", _author(parts, owner), datetime.now(UTC))
    saved = or_refusal(lambda: parts.publishing.saver.create(*made))
    if isinstance(saved, Refusal):
        raise click.ClickException(saved.why)
    click.echo(f"{saved.procedure_id}  {parts.storage.library.root / saved.path}")


def _template(templates: list[Template], name: str | None, department: str) -> Template:
    """The one of that name, the department's own before those for all."""
    if name is None:
        return EMPTY
    fitting = [one for one in templates if one.department in (None, department)]
    named = {one.path.rpartition("/")[2].removesuffix(".md"): one for one in fitting}
    named |= {
        one.path.rpartition("/")[2].removesuffix(".md"): one for one in fitting if one.department
    }
    if name not in named:
        raise click.UsageError(f"there is no template {name!r}; there are {', '.join(named)}.")
    return named[name]


def _author(parts: Parts, owner: str | None) -> Author:
    """Who answers for it, if known here, else whoever is at the keyboard."""
    person = parts.people.directory.by_email(owner) if owner else None
    if person is not None:
        return author_of(person)
    user = getpass.getuser()
    return Author(user, f"{user}@localhost")
