"""Every time on every page stands in one notation, where its reader is."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.people.person import Person
from kb.people.time_zones import zone_of
from kb.procedures.calendar import Calendar
from kb.procedures.model import Department, Departments
from kb.resources import TEMPLATES
from tests.conftest import DEPARTMENTS, NOW, signed_in
from tests.pagekit import page

KB = Path(__file__).parents[3] / "kb"
# What formats a moment: a template may do it for machines only.
_FORMATS = re.compile(r"strftime|isoformat|%H|\.hour\b")
_FOR_MACHINES = re.compile(r"""(?:datetime|data-\w+|value|min|max)="[^"]*\{\{[^"]*"|as_of=""")


def test_no_template_formats_a_time_of_its_own() -> None:
    for template in TEMPLATES.rglob("*.html"):
        shown = _FOR_MACHINES.sub("", template.read_text(encoding="utf-8"))
        assert not _FORMATS.search(shown), template


def test_no_page_formats_a_time_but_by_the_clock() -> None:
    allowed = {
        KB / "web" / "site" / "wording.py",
        KB / "web" / "approval" / "submissions.py",
        KB / "web" / "notices" / "forms.py",  # as browsers send it
    }
    for module in (KB / "web").rglob("*.py"):
        if module not in allowed:
            assert "%H" not in module.read_text(encoding="utf-8"), module


def test_no_script_leaves_the_notation_to_the_browser() -> None:
    for script in (KB / "static").glob("*.js"):
        assert "LocaleTimeString([]" not in script.read_text(encoding="utf-8"), script


@pytest.fixture
def far_away(home: Path) -> None:
    """Shipping works in Auckland, the others in Lima."""
    there = DEPARTMENTS.replace("    name: Shipping\n", "    name: Shipping\n    time_zone: {}\n")
    text = "time_zone: America/Lima\n" + there.format("Pacific/Auckland")
    (home / "content" / "departments.yml").write_text(
        text + "  - id: stores\n    name: Stores\n", encoding="utf-8"
    )


@pytest.mark.usefixtures("far_away")
def test_each_reads_the_same_moment_on_their_own_clock(
    app: Flask, rep: FlaskClient, editor: FlaskClient
) -> None:
    app.config["KB_NOW"] = NOW
    rep.post("/requests", data={"q": "norway", "department": "shipping", "comment": ""})
    asked = page(rep, "/questions/1")
    assert "22 Nov 2026, 04:00 -05" in asked
    assert "UTC" not in asked
    assert "22 Nov 2026, 22:00 NZDT" in page(editor, "/inbox/1")
    outsider = signed_in(app, "outsider@kb.example")
    assert 'data-zone="America/Lima"' in page(outsider, "/")


def test_people_of_none_live_where_most_departments_are() -> None:
    def placed(id: str, where: str) -> Department:
        return Department(id, id, calendar=Calendar(zone=ZoneInfo(where)))

    known = Departments(
        {
            "a": placed("a", "Asia/Tokyo"),
            "b": placed("b", "Europe/Oslo"),
            "c": placed("c", "Europe/Oslo"),
        }
    )
    member = Person(1, "x@kb.example", "X", editor_of=frozenset({"a"}))
    assert zone_of(member, known).key == "Asia/Tokyo"
    assert zone_of(None, known).key == "Europe/Oslo"
    assert zone_of(None, Departments()).key == "UTC"
