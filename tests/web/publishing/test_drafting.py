"""Drafts: kept for one person, found again, put away, had back."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import LATE, NOW
from tests.pagekit import page
from tests.web.acts import hidden, statements
from tests.web.publishing.test_editing import EDIT, fields, file_of

DRAFT = "/procedures/SHP-014/draft"


def keep(client: FlaskClient, **changes: str) -> dict:
    """As the script does every few seconds."""
    sent = {**fields(page(client, f"{EDIT}?draft=continue")), **changes}
    answer = client.post(DRAFT, data=sent)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_draft_is_asked_about_and_continued(editor: FlaskClient, home: Path) -> None:
    first = keep(editor, body="Half a thought.", note="why")
    again = keep(editor, body="Half a thought more.", note="why")
    assert first["draft"] == again["draft"]
    asked = page(editor, EDIT)
    assert "You were writing this" in asked
    assert "Half a thought more." in asked
    assert "id: SHP-014" not in asked.partition("w-gone")[2]
    assert "Take" not in fields(page(editor, f"{EDIT}?draft=continue"))["body"]
    going_on = fields(page(editor, f"{EDIT}?draft=continue"))
    assert going_on["body"] == "Half a thought more."
    assert file_of(home).read_text() == LATE
    answer = editor.post("/procedures/SHP-014/edits", data={**going_on, "note": "n"})
    assert answer.status_code == 302
    assert "You were writing this" not in page(editor, EDIT)
    assert "No drafts" in page(editor, "/drafts")


def test_a_draft_keeps_who_must_read_it_and_by_when(editor: FlaskClient) -> None:
    keep(
        editor,
        body="Half a thought.",
        worth_telling="must",
        must_audience=["*reps", "billing", "<gone>"],
        must_read_by="2026-12-04",
    )
    html = page(editor, f"{EDIT}?draft=continue")
    boxes = re.findall(r'<input[^>]*name="must_audience"[^>]*>', html)
    ticked = [re.search(r'value="([^"]+)"', box)[1] for box in boxes if "checked" in box]
    assert ticked == ["*reps", "billing"]
    assert hidden(html, "must_read_by") == "2026-12-04"
    assert "checked" in next(b for b in re.findall(r"<input[^>]*>", html) if 'value="must"' in b)


def test_only_its_person_ever_sees_a_draft(
    editor: FlaskClient, reviewer: FlaskClient, administrator: FlaskClient, outsider: FlaskClient
) -> None:
    number = keep(editor, body="Secret thought.", title="Secret title")["draft"]
    assert "You were writing this" not in page(reviewer, EDIT)
    for other in (reviewer, outsider, administrator):
        assert "Secret" not in page(other, "/drafts")
        page(other, f"/drafts/{number}", 404)
        for verb in ("discarding", "restoring"):
            assert other.post(f"/drafts/{number}/{verb}").status_code == 404
    assert "Secret thought." in page(editor, f"/drafts/{number}")


def test_a_discarded_draft_can_be_had_back_for_a_day(
    app: Flask, editor: FlaskClient, parts: Parts
) -> None:
    app.config["KB_NOW"] = NOW
    number = keep(editor, body="Mine.", title="My title")["draft"]
    assert editor.post(f"/drafts/{number}/discarding").location == "/drafts"
    assert "Restore it" in page(editor, "/drafts")
    assert "You were writing this" not in page(editor, EDIT)
    assert editor.post(f"/drafts/{number}/restoring").status_code == 302
    assert "You were writing this" in page(editor, EDIT)
    editor.post(f"/drafts/{number}/discarding")
    newer = keep(editor, body="Newer.")["draft"]
    assert newer != number
    editor.post(f"/drafts/{number}/restoring")
    assert "begun a newer draft" in page(editor, "/drafts")
    app.config["KB_NOW"] = NOW + timedelta(days=2)
    assert "Restore it" not in page(editor, "/drafts")
    editor.post(f"/drafts/{newer}/discarding")
    page(editor, f"/drafts/{number}", 404)


def test_the_way_from_home_and_account(editor: FlaskClient, rep: FlaskClient) -> None:
    assert "not saved yet" not in page(editor, "/")
    keep(editor, body="x")
    assert "1 draft that is not saved" in page(editor, "/")
    assert 'href="/drafts"' in page(editor, "/account")
    assert 'href="/drafts"' not in page(rep, "/account")
    page(rep, "/drafts", 404)


def test_the_list_costs_the_same_however_long(editor: FlaskClient, parts: Parts) -> None:
    def cost() -> int:
        with statements(parts.engine) as sent:
            page(editor, "/drafts")
        return len(sent)

    none = cost()
    who = parts.people.directory.by_email("editor@kb.example").id
    for nth in range(60):
        parts.publishing.drafts.keep(who, None, b"", {"title": f"t{nth}"}, NOW)
    assert "t59" in page(editor, "/drafts")
    assert cost() == none


def test_of_very_many_the_oldest_goes(parts: Parts) -> None:
    who = parts.people.directory.by_email("editor@kb.example").id
    for nth in range(205):
        parts.publishing.drafts.keep(
            who, None, b"", {"title": f"t{nth}"}, NOW + timedelta(seconds=nth)
        )
    kept = parts.publishing.drafts.all(who)
    assert len(kept) == 200
    assert kept[0].title == "t204"


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999"])
def test_a_number_that_nobody_has_begins_a_new_draft(editor: FlaskClient, number: str) -> None:
    begun = page(editor, "/procedures/new?template=empty&department=shipping&title=n")
    sent = {"base": fields(begun)["base"], "draft": number, "title": "n"}
    assert editor.post("/procedures/new/draft", data=sent).json["draft"] > 0
    assert editor.post("/procedures/new/draft", data={"base": "?"}).status_code == 400


def test_signed_out_the_script_is_told(anonymous: FlaskClient) -> None:
    assert anonymous.post(DRAFT, data={}).status_code == 401
