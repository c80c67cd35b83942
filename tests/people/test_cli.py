from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from kb import settings as configuration
from kb.app import build
from kb.cli import kb
from kb.parts import Parts
from kb.people.passwords import Passwords
from kb.people.sql.directory import Directory
from kb.people.sql.tokens import Tokens

PASSWORD = "correct horse battery"
DANA = "dana@kb.example"


@pytest.fixture
def parts(home: Path) -> Iterator[Parts]:
    """As the command line gets them, with nobody registered yet."""
    built = build(configuration.load({}, home))
    directory = Directory(built.engine, Passwords(fast=True), built.people.endings)
    yield replace(built, people=replace(built.people, directory=directory))
    built.let_go()


def run(parts: Parts, *words: str, typed: str = "", fails: int = 0) -> Result:
    result = CliRunner().invoke(kb, words, obj=lambda: parts, input=typed)
    assert result.exit_code == fails, result.output
    return result


def added(parts: Parts, *words: str) -> Result:
    return run(parts, "person", "add", DANA, "--name", "Dana", "--password", PASSWORD, *words)


def test_a_person_is_added_with_roles_and_may_sign_in(parts: Parts, now):
    said = added(
        parts,
        *("--role", "editor", "--role", "reviewer"),
        *("--department", "shipping", "--department", "billing"),
    )
    roles = "editor of billing, shipping; reviewer of billing, shipping"
    assert said.output == f"Added Dana <dana@kb.example>, {roles}.\n"
    person = parts.people.directory.sign_in(DANA, PASSWORD, "127.0.0.1", now, demo_allowed=False)
    assert person.editor_of == person.reviewer_of == {"shipping", "billing"}


def test_a_rep_and_an_administrator(parts: Parts):
    assert "rep." in added(parts).output
    said = run(
        parts,
        *("person", "add", "ada@kb.example", "--name", "Ada", "--password", PASSWORD),
        *("--role", "administrator"),
    )
    assert "administrator." in said.output


def test_the_password_is_asked_for_twice(parts: Parts, now):
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    said = run(parts, "person", "add", DANA, "--name", "Dana", typed=typed)
    assert PASSWORD not in said.output
    assert parts.people.directory.sign_in(DANA, PASSWORD, "127.0.0.1", now, demo_allowed=False)
    run(parts, "person", "password", DANA, typed="one of them\nanother one\n", fails=1)
    assert parts.people.directory.sign_in(DANA, PASSWORD, "127.0.0.1", now, demo_allowed=False)


def test_a_generated_password_is_printed_and_works(parts: Parts, now):
    added(parts)
    said = run(parts, "person", "password", DANA, "--generate")
    password = said.output.rpartition("Password: ")[2].strip()
    assert parts.people.directory.sign_in(DANA, password, "127.0.0.1", now, demo_allowed=False)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["person", "add", "dana", "--name", "D", "--password", PASSWORD], 1, "no e-mail address"),
        (["person", "add", "x@y", "--name", " ", "--password", PASSWORD], 1, "name is empty"),
        (["person", "add", "x@y", "--name", "X", "--password", "short"], 1, "too short"),
        (["person", "add", DANA, "--name", "D", "--password", PASSWORD], 1, "is there already"),
        (["person", "add", "x@y", "--name", "X", "--password", "a", "--generate"], 2, "not both"),
        (["person", "roles", DANA, "--role", "editor"], 2, "needs --department"),
        (["person", "roles", DANA, "--department", "shipping"], 2, "goes with --role"),
        (["person", "roles", DANA, "--role", "boss"], 2, "Invalid value for '--role'"),
        (
            ["person", "roles", DANA, "--role", "editor", "--department", "shiping"],
            1,
            'There is no department "shiping" in departments.yml; there are shipping, billing.',
        ),
        (["person", "disable", "nobody@kb.example"], 1, "There is nobody"),
        (["person", "enable", "nobody@kb.example"], 1, "There is nobody"),
        (["person", "password", "nobody@kb.example"], 1, "There is nobody"),
        (["token", "create", "nobody@kb.example"], 1, "There is nobody"),
        (["token", "list", "nobody@kb.example"], 1, "There is nobody"),
        (["token", "revoke", "99"], 1, "There is no token 99"),
        (["token", "revoke", "first"], 2, "not a valid integer"),
    ],
)
def test_what_is_refused_is_said_in_a_sentence(
    parts: Parts, words: list[str], code: int, sentence: str
):
    added(parts)
    said = run(parts, *words, fails=code)
    assert sentence in " ".join(said.output.split())
    assert "Traceback" not in said.output


def test_the_list_shows_everybody(parts: Parts, now):
    added(parts, "--role", "editor", "--department", "shipping")
    parts.people.directory.add("ana@kb.example", "Ana", PASSWORD, demo=True, now=now)
    run(parts, "person", "disable", DANA)
    lines = run(parts, "person", "list").output.splitlines()
    assert lines[0].split() == ["ana@kb.example", "Ana", "rep", "(demo)"]
    assert lines[1].split() == [DANA, "Dana", "editor", "of", "shipping", "(disabled)"]
    listed = json.loads(run(parts, "person", "list", "--json").output)
    assert [one["email"] for one in listed] == ["ana@kb.example", DANA]
    assert listed[1]["editor_of"] == ["shipping"]
    assert listed[1]["disabled"] is True


def test_disabled_and_enabled(parts: Parts):
    added(parts)
    run(parts, "person", "disable", DANA)
    assert parts.people.directory.by_email(DANA).disabled
    run(parts, "person", "enable", DANA.upper())
    assert not parts.people.directory.by_email(DANA).disabled


def test_roles_take_the_place_of_the_old_ones(parts: Parts):
    added(parts, "--role", "editor", "--department", "shipping")
    said = run(parts, "person", "roles", DANA, "--role", "reviewer", "--department", "billing")
    assert said.output == "dana@kb.example is reviewer of billing.\n"
    assert run(parts, "person", "roles", DANA).output == "dana@kb.example is rep.\n"


def test_the_last_administrator_stays(parts: Parts):
    added(parts, "--role", "administrator")
    assert "last administrator" in run(parts, "person", "disable", DANA, fails=1).output
    assert "last administrator" in run(parts, "person", "roles", DANA, fails=1).output


def test_a_token_is_printed_once_works_and_is_revoked(parts: Parts, now):
    added(parts)
    made = run(parts, "token", "create", DANA, "--label", "report")
    token = made.stdout.strip()
    tokens = Tokens(parts.engine)
    assert tokens.person_id_of(token, now) == parts.people.directory.by_email(DANA).id
    listed = run(parts, "token", "list", DANA).output
    assert token not in listed
    assert listed.split()[:3] == ["1", DANA, "report"]
    assert json.loads(run(parts, "token", "list", "--json").output)[0]["label"] == "report"
    run(parts, "token", "revoke", "1")
    assert tokens.person_id_of(token, now) is None
    assert "revoked" in run(parts, "token", "list").output


def test_help_builds_nothing():
    def build_nothing() -> Parts:
        raise AssertionError

    for words in (["person"], ["token"], ["person", "add"], ["token", "create"]):
        result = CliRunner().invoke(kb, [*words, "--help"], obj=build_nothing)
        assert result.exit_code == 0
