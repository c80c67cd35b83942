"""`kb person` and `kb token`: who may sign in, with which roles, and keys for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypedDict

import click

from kb.cli.audit import audited
from kb.cli.common import Build, built
from kb.people.audit import AuditKind
from kb.people.errors import NoSuchPerson, PeopleError
from kb.people.passwords import generated
from kb.people.person import Person
from kb.people.rights import GIVEN, Role
from kb.people.sql.directory import Directory
from kb.people.sql.tokens import Token
from kb.procedures.model import UNASSIGNED

_role_option = click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in GIVEN]),
    multiple=True,
    default=[Role.REP.value],
    help="May be given several times. Editors and reviewers need --department.",
)
_department_option = click.option(
    "--department",
    "departments",
    metavar="ID",
    multiple=True,
    help="The department that they edit or review. May be given several times.",
)
_password_option = click.option(
    "--password", help="Others on this machine can see it; leave it out to be asked."
)
_generate_option = click.option(
    "--generate", is_flag=True, help="Make up a password and print it once."
)


class Roles(TypedDict):
    """Roles as the directory takes them."""

    administrator: bool
    editor_of: tuple[str, ...]
    reviewer_of: tuple[str, ...]


@click.group()
def person() -> None:
    """Who may sign in, and what they may do."""


@person.command()
@click.argument("email")
@click.option("--name", required=True, help="As it is shown to others.")
@_role_option
@_department_option
@_password_option
@_generate_option
@click.pass_obj
def add(
    build: Build,
    email: str,
    name: str,
    roles: tuple[str, ...],
    departments: tuple[str, ...],
    password: str | None,
    generate: bool,
) -> None:
    """Add a person."""
    held = _held(build, roles, departments)
    with _directory(build) as directory:
        chosen = _chosen(password, generate)
        given = {"roles": ", ".join(roles), "departments": ", ".join(departments)}
        with audited(build, AuditKind.PERSON_ADDED, "people", email, **given):
            added = directory.add(email, name, chosen, **held, now=_now())
    click.echo(f"Added {added.name} <{added.email}>, {added.role_words}.")
    _show(chosen, generate)


@person.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON list of people.")
@click.pass_obj
def list_people(build: Build, as_json: bool) -> None:
    """List everybody by name."""
    with _directory(build) as directory:
        everybody = directory.everyone(page=1, per_page=1_000_000).people
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in everybody], indent=2, ensure_ascii=False))
        return
    for one in everybody:
        marks = [mark for mark in ("disabled", "demo") if getattr(one, mark)]
        notes = f" ({', '.join(marks)})" if marks else ""
        click.echo(f"{one.email:<36} {one.name:<24} {one.role_words}{notes}")


@person.command()
@click.argument("email")
@click.pass_obj
def disable(build: Build, email: str) -> None:
    """Let a person out at once: sign-in, sessions and tokens."""
    with _directory(build) as directory:
        who = _known(directory, email)
        with audited(build, AuditKind.PERSON_DISABLED, "people", who):
            left = built(build).reviews.leaving.disable(who, _now())
    click.echo(f"{left.person.email} is disabled.")
    for held in left.held:
        many = f"owns {held.owned} and is deputy of {held.deputised}"
        click.echo(f"They {many} procedures of {held.department}; its lead is told to hand over.")


@person.command()
@click.argument("email")
@click.pass_obj
def enable(build: Build, email: str) -> None:
    """Let a disabled person in again."""
    with _directory(build) as directory:
        who = _known(directory, email)
        with audited(build, AuditKind.PERSON_ENABLED, "people", who):
            one = directory.enable(who.id)
    click.echo(f"{one.email} may sign in.")


@person.command("password")
@click.argument("email")
@_password_option
@_generate_option
@click.pass_obj
def set_password(build: Build, email: str, password: str | None, generate: bool) -> None:
    """Give a person a new password. Their sessions end."""
    with _directory(build) as directory:
        one = _known(directory, email)
        chosen = _chosen(password, generate)
        with audited(build, AuditKind.PASSWORD_SET, "people", one):
            directory.set_password(one.id, chosen, _now())
    click.echo(f"{one.email} has a new password.")
    _show(chosen, generate)


@person.command("roles")
@click.argument("email")
@_role_option
@_department_option
@click.pass_obj
def set_roles(
    build: Build, email: str, roles: tuple[str, ...], departments: tuple[str, ...]
) -> None:
    """Give a person these roles instead of the ones they have."""
    held = _held(build, roles, departments)
    with _directory(build) as directory:
        who = _known(directory, email)
        given = {"roles": ", ".join(roles), "departments": ", ".join(departments)}
        with audited(build, AuditKind.ROLES_SET, "people", who, **given):
            one = directory.set_roles(who.id, **held)
    click.echo(f"{one.email} is {one.role_words}.")


@click.group()
def token() -> None:
    """Keys with which programs read as a person."""


@token.command()
@click.argument("email")
@click.option("--label", default="API", show_default=True, help="What it is for.")
@click.pass_obj
def create(build: Build, email: str, label: str) -> None:
    """Make a token for a person. It is printed once, alone on standard output."""
    with _directory(build) as directory:
        who = _known(directory, email)
        with audited(build, AuditKind.TOKEN_MADE, "tokens", who, label=label):
            made = built(build).people.tokens.create(who.id, label, _now())
    click.echo(made)
    click.echo("Keep it safe: it cannot be shown again.", err=True)


@token.command("list")
@click.argument("email", required=False)
@click.option("--json", "as_json", is_flag=True, help="A JSON list of tokens.")
@click.pass_obj
def list_tokens(build: Build, email: str | None, as_json: bool) -> None:
    """List the tokens of one person or of everybody, newest first."""
    with _directory(build) as directory:
        owner = _known(directory, email).id if email else None
        tokens = built(build).people.tokens.listed(owner)
    if as_json:
        click.echo(json.dumps([_token_as_json(one) for one in tokens], indent=2))
        return
    for one in tokens:
        used = f"last used {one.last_used_at:%Y-%m-%d}" if one.last_used_at else "never used"
        state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else used
        click.echo(f"{one.id:>5}  {one.email:<36} {one.label:<24} {state}")


@token.command()
@click.argument("number", type=click.IntRange(min=1))
@click.pass_obj
def revoke(build: Build, number: int) -> None:
    """End a token at once. NUMBER is the one in `kb token list`."""
    refused = f"There is no token {number}, or it was revoked before."
    with audited(build, AuditKind.TOKEN_REVOKED, "", f"token {number}"):
        if not built(build).people.tokens.revoke(number, _now()):
            raise click.ClickException(refused)
    click.echo(f"Token {number} is revoked.")


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _directory(build: Build) -> Iterator[Directory]:
    """The directory; what it refuses is said in its one sentence, with exit code 1."""
    try:
        yield built(build).people.directory
    except PeopleError as error:
        raise click.ClickException(str(error)) from error


def _known(directory: Directory, email: str) -> Person:
    one = directory.by_email(email)
    if one is None:
        raise NoSuchPerson(f"There is nobody with the e-mail {email}; see `kb person list`.")
    return one


def _held(build: Build, roles: tuple[str, ...], departments: tuple[str, ...]) -> Roles:
    """The roles as the directory takes them; a usage error when they do not go together."""
    belongs = Role.EDITOR in roles or Role.REVIEWER in roles
    if belongs and not departments:
        raise click.UsageError("An editor or reviewer needs --department.")
    if departments and not belongs:
        raise click.UsageError("--department goes with --role editor or --role reviewer.")
    _ensure_known(build, departments)
    return Roles(
        administrator=Role.ADMINISTRATOR in roles,
        editor_of=departments if Role.EDITOR in roles else (),
        reviewer_of=departments if Role.REVIEWER in roles else (),
    )


def _ensure_known(build: Build, departments: tuple[str, ...]) -> None:
    """A mistyped department would make somebody a member of nothing, unnoticed."""
    known = built(build).publishing.publisher.departments().by_id if departments else {}
    for department in departments:
        if known and department not in known and department != UNASSIGNED:
            raise click.ClickException(
                f'There is no department "{department}" in departments.yml; '
                f"there are {', '.join(known)}."
            )


def _chosen(password: str | None, generate: bool) -> str:
    if password is not None and generate:
        raise click.UsageError("Give --password or --generate, not both.")
    if generate:
        return generated()
    if password is not None:
        return password
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _show(chosen: str, generate: bool) -> None:
    if generate:
        click.echo(f"Password: {chosen}")


def _as_json(one: Person) -> dict[str, object]:
    return {
        "email": one.email,
        "name": one.name,
        "administrator": one.administrator,
        "editor_of": sorted(one.editor_of),
        "reviewer_of": sorted(one.reviewer_of),
        "disabled": one.disabled,
        "demo": one.demo,
    }


def _token_as_json(one: Token) -> dict[str, object]:
    def shown(at: datetime | None) -> str | None:
        return at.isoformat() if at else None

    return {
        "number": one.id,
        "email": one.email,
        "label": one.label,
        "created_at": shown(one.created_at),
        "last_used_at": shown(one.last_used_at),
        "revoked_at": shown(one.revoked_at),
    }
