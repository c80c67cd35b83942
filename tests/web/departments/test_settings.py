"""Departments as administrators keep them: settings in departments.yml, members, history."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import DEPARTMENTS, NOW, signed_in
from tests.pagekit import check_page, page
from tests.publishing.conftest import git
from tests.web.acts import ask, statements

SETTINGS = "/departments/shipping/settings"


@pytest.fixture(autouse=True)
def _by_the_clock(app: Flask) -> None:
    app.config["KB_NOW"] = NOW


def yml(parts: Parts) -> str:
    return (parts.settings.content / "departments.yml").read_text(encoding="utf-8")


def form_of(client: FlaskClient, address: str = SETTINGS) -> dict[str, str]:
    """The fields of the first form after the search, as they stand there."""
    html = page(client, address)
    tags = re.findall(r"<input[^>]*>", html.partition('method="post"')[2].partition("</form>")[0])
    found = {}
    for tag in tags:
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        found[name[1]] = unescape(value[1]) if value else ""
    chosen = re.search(r'value="([^"]*)"\s+selected', html.partition('name="changes"')[2])
    return {**found, "changes": chosen[1] if chosen else ""}


def save(client: FlaskClient, form: dict[str, str], **changes: str):
    return client.post(SETTINGS, data={**form, **changes})


def test_a_change_is_one_commit_of_that_line(administrator: FlaskClient, parts: Parts) -> None:
    answer = save(administrator, form_of(administrator), channel="#ship-now: 4411")
    assert answer.status_code == 302
    assert yml(parts) == DEPARTMENTS.replace('"#shipping-now, ext. 4410"', '"#ship-now: 4411"')
    told = git(parts.settings.var / "history.git", "log", "-1", "--format=%an|%s", "main")
    assert told == "Ada Admin|Department shipping: channel\n"
    assert "Saved: channel." in page(administrator, SETTINGS)


@pytest.mark.parametrize("said", ["direct", "reviewed", "strange"])
def test_whether_changes_are_reviewed_is_chosen_and_stays_as_it_is_written(
    administrator: FlaskClient, parts: Parts, said: str
) -> None:
    path = parts.settings.content / "departments.yml"
    path.write_text(
        DEPARTMENTS.replace("    name: Shipping\n", f"    name: Shipping\n    changes: {said}\n")
    )
    form = form_of(administrator)
    assert form["changes"] == form["was-changes"] == said
    save(administrator, form, channel="ext. 1")
    assert f"changes: {said}" in yml(parts)
    save(administrator, form_of(administrator), changes="reviewed")
    assert "changes: reviewed" in yml(parts)


def test_everything_can_be_set_and_is_known_at_once(
    administrator: FlaskClient, parts: Parts, rep: FlaskClient
) -> None:
    said = {
        "name": "Ships & Boats",
        "lead": "editor@kb.example",
        "answer_within": "4 hours",
        "review_every": "90 days",
        "hours": "Mon-Fri 9:00-17:00; Sat 10:00-14:00",
        "holidays": "2026-12-25, 2026-12-26",
        "time_zone": "Europe/Amsterdam",
    }
    assert save(administrator, form_of(administrator), **said).status_code == 302
    found = parts.publishing.publisher.departments().by_id["shipping"]
    assert (found.name, found.lead, found.review_every) == (
        "Ships & Boats",
        "editor@kb.example",
        90,
    )
    assert found.calendar.zone.key == "Europe/Amsterdam"
    assert len(found.calendar.holidays) == 2
    shown = page(rep, "/departments")
    assert "Ships &amp; Boats" in shown
    assert "4 hours" in shown
    assert "Ships &amp; Boats" in page(rep, "/search?q=late+shipment")
    assert "Ships &amp; Boats" in page(rep, "/procedures/SHP-014")
    parts.publishing.publisher.refresh(NOW.date())
    card = parts.catalogue.get("SHP-015")
    assert card is not None
    assert card.procedure.review_every == 90
    assert {k: form_of(administrator)[k] for k in said} == said | {"lead": "Eddy Editor"}


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("answer_within", "soon", "write “8 hours” or “2 days”"),
        ("review_every", "often", "6 months"),
        ("hours", "always", "Mon-Fri 9:00-17:00"),
        ("holidays", "Christmas", "2026-12-25"),
        ("time_zone", "Atlantis", "Europe/Amsterdam"),
        ("lead", "nobody@kb.example", "is nobody who may enter"),
        ("name", "", "Write a name."),
        ("channel", "x" * 2001, "At most 2,000 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field(
    field: str, text: str, told: str, administrator: FlaskClient, parts: Parts
) -> None:
    answer = save(administrator, form_of(administrator), **{field: text})
    assert answer.status_code == 400
    check_page(answer.text)
    shown = unescape(answer.text).replace('"', "“")
    assert told.replace("”", "“") in shown
    assert 'aria-invalid="true"' in answer.text
    assert yml(parts) == DEPARTMENTS


def test_two_administrators_change_two_things_and_both_stay(
    administrator: FlaskClient, parts: Parts
) -> None:
    first, second = form_of(administrator), form_of(administrator)
    assert save(administrator, first, name="Ships").status_code == 302
    assert save(administrator, second, channel="#new").status_code == 302
    found = parts.publishing.publisher.departments().by_id["shipping"]
    assert (found.name, found.channel) == ("Ships", "#new")


def test_two_who_change_the_same_are_told_and_may_decide(
    administrator: FlaskClient, parts: Parts, home: Path
) -> None:
    form = form_of(administrator)
    file = home / "content" / "departments.yml"
    file.write_text(
        yml(parts).replace("name: Shipping", "name: By Hand").replace("8 hours", "3 hours")
    )
    answer = save(administrator, form, name="Ships")
    assert answer.status_code == 400
    assert "Somebody changed this to “By Hand” meanwhile" in answer.text
    assert "name: By Hand" in yml(parts)
    tags = re.findall(r'<input[^>]*name="was-(\w+)"[^>]*value="([^"]*)"', answer.text)
    again = {f"was-{name}": unescape(value) for name, value in tags}
    fields = re.findall(r'name="([a-z_]+)"\s+type="text"\s+value="([^"]*)"', answer.text)
    typed = {"changes": "", **{name: unescape(value) for name, value in fields}}
    answer = save(administrator, again | typed)
    assert answer.status_code == 302
    assert "name: Ships" in yml(parts)
    assert "answer_within: 3 hours" in yml(parts)


def test_nothing_changed_is_no_commit(administrator: FlaskClient, parts: Parts) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    head = git(parts.settings.var / "history.git", "rev-parse", "main")
    assert save(administrator, form_of(administrator)).status_code == 302
    assert git(parts.settings.var / "history.git", "rev-parse", "main") == head


def test_a_layout_that_cannot_be_edited_is_told(
    administrator: FlaskClient, parts: Parts, home: Path
) -> None:
    (home / "content" / "departments.yml").write_text("departments: [{id: shipping, name: S}]\n")
    shown = page(administrator, SETTINGS)
    assert "cannot be edited here" in shown
    answer = save(administrator, form_of(administrator), name="Ships")
    assert answer.status_code == 503
    assert "not a list of lines" in answer.text
    assert yml(parts) == "departments: [{id: shipping, name: S}]\n"


def test_a_department_is_added_given_members_and_removed(
    administrator: FlaskClient, parts: Parts, rep: FlaskClient
) -> None:
    page(administrator, "/departments/new")
    answer = administrator.post(
        "/departments", data={"name": "Lost & Found", "answer_within": "1 day"}
    )
    assert answer.location == "/departments/lost-found/settings"
    assert "  - id: lost-found\n    name: Lost & Found\n    answer_within: 1 day\n" in yml(parts)
    assert "Lost &amp; Found" in page(rep, "/departments")
    assert "come to the administrators" in page(administrator, answer.location)
    members = "/departments/lost-found/members"
    administrator.post(members, data={"email": "editor@kb.example", "reviewer": "y"})
    editor = parts.people.directory.by_email("editor@kb.example")
    assert editor is not None
    assert (editor.editor_of, editor.reviewer_of) == ({"shipping"}, {"lost-found"})
    removal = "/departments/lost-found/removal"
    administrator.post(removal, data={"id": "lost-found"})
    assert "lost-found" in yml(parts)
    administrator.post(members, data={"email": "editor@kb.example"})
    answer = administrator.post(removal, data={"id": "lost-found"})
    assert answer.location == "/departments"
    assert yml(parts) == DEPARTMENTS


def test_a_department_that_owns_something_stays_and_says_what(
    administrator: FlaskClient, parts: Parts, rep: FlaskClient
) -> None:
    ask(rep, "norway")
    shown = " ".join(re.sub(r"<[^>]+>", " ", page(administrator, SETTINGS)).split())
    assert "Shipping still has 2 procedures" in shown
    assert "1 question to answer" in shown
    assert "2 members" in shown
    answer = administrator.post("/departments/shipping/removal", data={"id": "shipping"})
    assert answer.status_code == 302
    assert yml(parts) == DEPARTMENTS


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"name": ""}, "Write a name."),
        ({"name": "Shipping"}, "There is a department"),
        ({"name": "New"}, "Write another id"),
        ({"name": "X", "id": "unassigned"}, "Write another id"),
        ({"name": "!!!"}, "Write another id"),
        ({"name": "X", "answer_within": "soon"}, "8 hours"),
    ],
)
def test_a_department_that_cannot_be_is_refused(
    form: dict[str, str], told: str, administrator: FlaskClient, parts: Parts
) -> None:
    answer = administrator.post("/departments", data=form)
    assert answer.status_code == 400
    check_page(answer.text)
    assert told in answer.text
    assert yml(parts) == DEPARTMENTS


def test_a_role_given_here_leaves_other_departments_alone(
    administrator: FlaskClient, parts: Parts
) -> None:
    address = "/departments/billing/members"
    administrator.post(address, data={"email": "editor@kb.example", "editor": "y", "reviewer": "y"})
    editor = parts.people.directory.by_email("editor@kb.example")
    assert editor is not None
    assert editor.editor_of == {"shipping", "billing"}
    assert editor.reviewer_of == {"billing"}
    answer = administrator.post(address, data={"email": "no@kb.example"}, follow_redirects=True)
    assert "Nobody is no@kb.example" in answer.text


def test_the_history_says_who_changed_what(administrator: FlaskClient, parts: Parts) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    save(administrator, form_of(administrator), channel="#new")
    shown = page(administrator, "/departments/history")
    assert "Ada Admin" in shown
    assert "Department shipping: channel" in shown
    assert '<code class="yml-old"><span class="yml-sign">-</span>    channel: ' in shown
    assert '<code class="yml-new"><span class="yml-sign">+</span>    channel: ' in shown
    assert "Found on disk" in shown


def test_the_ways_are_shown_to_administrators_only(
    administrator: FlaskClient, reviewer: FlaskClient
) -> None:
    for address, way in (("/departments", "/departments/new"), ("/departments/shipping", SETTINGS)):
        assert f'href="{way}"' in page(administrator, address)
        assert f'href="{way}"' not in page(reviewer, address)


def test_the_page_costs_the_same_for_many_members(administrator: FlaskClient, parts: Parts) -> None:
    counted = []
    for many in (1, 30):
        for nth in range(many):
            email = f"m{many}-{nth}@kb.example"
            parts.people.directory.add(
                email, f"M {nth}", "correct horse battery", editor_of=["shipping"], now=NOW
            )
        with statements(parts.engine) as sent:
            page(administrator, SETTINGS)
        counted.append(len(sent))
    assert counted[0] == counted[1]


def test_signed_out_and_others_see_nothing(
    anonymous: FlaskClient, editor: FlaskClient, app: Flask
) -> None:
    for client, status in (
        (anonymous, 302),
        (editor, 404),
        (signed_in(app, "rep@kb.example"), 404),
    ):
        for address in ("/departments/new", "/departments/history", SETTINGS):
            assert client.get(address).status_code == status
    assert signed_in(app, "admin@kb.example").get("/departments/nope/settings").status_code == 404
