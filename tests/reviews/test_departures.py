"""Somebody leaves: one word to each department that they leave something in."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kb.database import notices, reading
from kb.parts import Parts
from kb.people.errors import LastAdministrator
from kb.people.person import Person
from tests.conftest import DEPARTMENTS, NOW
from tests.pagekit import page


def person(parts: Parts, name: str) -> Person:
    found = parts.people.directory.by_email(f"{name}@kb.example")
    assert found is not None
    return found


def told(parts: Parts) -> list[tuple[str, str, str]]:
    """(who, title, link) of every notice."""
    with reading(parts.engine) as connection:
        rows = connection.execute(select(notices).order_by(notices.c.id)).all()
    people = {one.id: one.email for one in parts.people.directory.everyone(1, 99).people}
    return [(people[row.person_id].partition("@")[0], row.title, row.link) for row in rows]


def test_the_lead_is_told_how_many_and_where(parts: Parts) -> None:
    left = parts.reviews.leaving.disable(person(parts, "editor"), NOW)
    assert left.person.disabled
    assert left.procedures == 1
    link = "/reviews?which=any&owner=editor%40kb.example&department=shipping"
    title = "Eddy Editor has left 2 procedures of Shipping"
    assert told(parts) == [("reviewer", title, link)]


def test_a_lead_without_a_role_is_told_of_the_drafts_too(parts: Parts, home: Path) -> None:
    file = home / "content" / "departments.yml"
    file.write_text(DEPARTMENTS.replace("reviewer@kb.example", "rep@kb.example"))
    parts.reviews.leaving.disable(person(parts, "editor"), NOW)
    assert [each[:2] for each in told(parts)] == [
        ("rep", "Eddy Editor has left 2 procedures of Shipping")
    ]


def test_who_may_not_see_the_drafts_is_told_of_none(parts: Parts, home: Path) -> None:
    file = home / "content" / "departments.yml"
    file.write_text(DEPARTMENTS.replace("reviewer@kb.example", "nobody@kb.example"))
    reviewer = person(parts, "reviewer")
    parts.people.directory.set_roles(reviewer.id, administrator=False, editor_of=(), reviewer_of=())
    parts.reviews.leaving.disable(person(parts, "editor"), NOW)
    assert [each[:2] for each in told(parts)] == [
        ("admin", "Eddy Editor has left 1 procedure of Shipping")
    ]


def test_when_the_lead_leaves_the_members_are_told_then_the_administrators(parts: Parts) -> None:
    parts.reviews.leaving.disable(person(parts, "reviewer"), NOW)
    assert [each[0] for each in told(parts)] == ["editor"]
    parts.reviews.leaving.disable(person(parts, "outsider"), NOW)
    assert [each[0] for each in told(parts)] == ["editor", "admin"]


def test_who_has_nothing_leaves_without_a_word(parts: Parts) -> None:
    parts.reviews.leaving.disable(person(parts, "rep"), NOW)
    assert told(parts) == []


def test_the_last_administrator_stays_and_nobody_is_told(parts: Parts, home: Path) -> None:
    path = home / "content" / "shipping" / "late-shipment.md"
    path.write_text(path.read_text().replace("owner: editor@", "owner: admin@"))
    parts.publishing.publisher.refresh(NOW.date())
    with pytest.raises(LastAdministrator):
        parts.reviews.leaving.disable(person(parts, "admin"), NOW)
    assert told(parts) == []


def test_the_page_of_a_person_says_what_they_have(
    parts: Parts, administrator: FlaskClient, reviewer: FlaskClient
) -> None:
    editor = person(parts, "editor")
    shown = " ".join(page(administrator, f"/people/{editor.id}").split())
    assert "Answers for 1 procedure." in shown
    answer = administrator.post(
        f"/people/{editor.id}/entry", data={"allowed": "no"}, follow_redirects=True
    )
    assert "They leave 1 procedure to be handed over." in answer.text
    assert "Hand them over" in answer.text
    link = told(parts)[0][2]
    shown = page(reviewer, link)
    assert "Instead of <strong>Eddy Editor</strong>" in shown
    assert "its owner is disabled" in shown
    form = {
        "every": "y",
        "instead_of": "editor@kb.example",
        "owner": "reviewer@kb.example",
    }
    done = reviewer.post(link.replace("/reviews", "/reviews/hand-overs"), data=form)
    assert done.status_code == 302
    assert parts.reviews.listed.held_by("editor@kb.example") == ()
    parts.publishing.publisher.refresh(NOW.date())
    assert not [
        fault
        for fault in parts.publishing.publisher.check(NOW.date())
        if fault.code.endswith(("-owner", "-deputy"))
    ]


def test_a_disabled_owner_is_a_fault_of_the_file(parts: Parts) -> None:
    parts.reviews.leaving.disable(person(parts, "editor"), NOW)
    codes = [fault.code for fault in parts.publishing.publisher.check(NOW.date())]
    assert codes.count("disabled-owner") == 2
    parts.publishing.publisher.refresh(NOW.date())
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    assert "disabled-owner" in {fault.code for fault in card.faults}
