"""The documentation is complete: what exists is described, what is described exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from msgspec.structs import fields

from kb.cli import kb
from kb.database import procedures
from kb.documents.front_matter import FIELDS
from kb.feedback.model import Outcome, Reason
from kb.notices.kinds import KINDS, Kind
from kb.people.rights import Role
from kb.procedures.model import Procedure
from kb.search.filters import FILTERS, TYPED
from kb.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def commands(group: click.Group, prefix: str = "kb") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


@pytest.mark.parametrize("setting", [field.name for field in fields(Settings)])
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`KB_{setting.upper()}`" in text("settings.md")


def test_every_documented_setting_exists() -> None:
    known = {f"KB_{field.name.upper()}" for field in fields(Settings)}
    assert set(re.findall(r"`(KB_[A-Z_]+)`", text("settings.md"))) <= known


@pytest.mark.parametrize(("name", "command"), list(commands(kb)), ids=lambda value: str(value))
def test_every_command_and_option_is_documented(name: str, command: click.Command) -> None:
    section = text("commands.md").partition(f"## `{name}")[2].partition("\n## ")[0]
    assert section, f"docs/commands.md has no section for {name}"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in section, f"{name} {parameter.opts[0]} is not documented"


def test_the_fields_of_front_matter_are_those_that_are_documented() -> None:
    table = text("front-matter.md").partition("## Fields")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == set(FIELDS)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_of_front_matter_is_one_of_a_procedure_and_of_the_catalogue(name: str) -> None:
    assert name in Procedure.__struct_fields__
    assert name in procedures.c
    assert FIELDS[name].means


@pytest.mark.parametrize("name", list(TYPED))
def test_every_filter_that_can_be_typed_is_documented(name: str) -> None:
    assert f"`{name}:" in text("search.md")
    assert f"{name}:" in FILTERS[name].example
    assert FILTERS[name].means


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_notice_is_documented(kind: Kind) -> None:
    assert f"| {KINDS[kind].words} |" in text("notices.md")


@pytest.mark.parametrize("word", [*Reason, *Outcome])
def test_every_reason_and_outcome_is_documented(word: str) -> None:
    assert word.replace("_", " ") in text("feedback.md")


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_documented(role: str) -> None:
    assert role in text("people.md").lower()


def test_the_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.M):
        assert re.search(rf"^{target}:", makefile, re.M), f"make {target}"


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=str)
def test_relative_links_of_the_documentation_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
