"""Nothing that somebody wrote is lost when what it was about is gone, or another's, meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.publishing.sql.erasures import Erasure
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.acts import ask, hidden, tag_named, version_of
from tests.web.publishing.test_editing import EDIT, fields, file_of

GONE = {
    "procedure_id": "GONE-1",
    "item_id": 99_999,
    "submission_id": 99_999,
    "must_read_id": 99_999,
    "department_id": "shipping",
    "category": "Complaint",
    "ban_id": 1,
    "shared_id": 99_999,
}
WRITTEN = ("comment", "note", "reply", "text", "word", "words", "body", "title", "must_note")


def posts(app: Flask) -> list[tuple[str, str]]:
    """(endpoint, address) of every form about a procedure, a question or a submission."""
    about = {"procedure_id", "item_id", "submission_id", "must_read_id"}
    with app.test_request_context():
        return [
            (rule.endpoint, app.url_for(rule.endpoint, **{a: GONE[a] for a in rule.arguments}))
            for rule in app.url_map.iter_rules()
            if "POST" in rule.methods and about & rule.arguments
        ]


@pytest.mark.parametrize("persona", ["rep", "reviewer", "administrator"])
def test_whatever_is_gone_gives_the_words_back(
    app: Flask, request: pytest.FixtureRequest, persona: str
) -> None:
    client: FlaskClient = request.getfixturevalue(persona)
    walked = posts(app)
    assert len(walked) > 30
    sent = {name: f"My <{name}>\r\nand more" for name in WRITTEN}
    lost = {}
    for endpoint, address in walked:
        answer = client.post(address, data={**sent, "csrf_token": "hush", "item": "77"})
        if answer.status_code != 404 or not all(f"My <{n}>" in unescape(answer.text) for n in sent):
            lost[endpoint] = answer.status_code
        assert "hush" not in answer.text.partition("<main")[2]
    assert lost == {}


def test_another_sites_words_are_not_shown(app: Flask, rep: FlaskClient) -> None:
    assert "Pay now" not in rep.post("/nowhere", data={"text": "Pay now"}).text
    app.config["WTF_CSRF_ENABLED"] = True
    answer = rep.post("/procedures/GONE-1/votes", data={"comment": "Pay now"})
    assert answer.status_code == 400
    assert "not saved" not in answer.text


def deleted(home: Path) -> None:
    file_of(home).unlink()


def renamed(home: Path) -> None:
    file_of(home).write_text(file_of(home).read_text().replace("id: SHP-014", "id: SHP-077"))


def moved(home: Path) -> None:
    text = file_of(home).read_text()
    file_of(home).write_text(text.replace("department: shipping", "department: billing"))


def hidden_away(home: Path) -> None:
    moved(home)
    file_of(home).write_text(file_of(home).read_text().replace("title:", "status: draft\ntitle:"))


@pytest.mark.parametrize("happened", [deleted, renamed, moved, hidden_away])
def test_what_was_typed_becomes_another_procedure(
    home: Path, parts: Parts, editor: FlaskClient, happened: Callable[[Path], None]
) -> None:
    sent = fields(page(editor, EDIT))
    sent |= {"body": "Words one\r\n", "note": "The note"}
    assert editor.post("/procedures/SHP-014/draft", data=sent).json["draft"]
    happened(home)
    parts.publishing.publisher.refresh(NOW.date())
    sent["body"] = "Words one two\r\n"
    assert editor.post("/procedures/SHP-014/draft", data=sent).json["gone"]
    answer = editor.post("/procedures/SHP-014/edits", data=sent)
    assert answer.status_code == 404
    check_page(answer.text)
    assert ("Words one two" in answer.text, "The note" in answer.text) == (True, True)
    (draft,) = parts.publishing.drafts.all(parts.people.directory.by_email("editor@kb.example").id)
    listed = page(editor, "/drafts")
    assert f"/drafts/{draft.id}/renewal" in listed
    assert "Make a new procedure" in page(editor, f"/drafts/{draft.id}")
    way = editor.post(f"/drafts/{draft.id}/renewal").location
    form = fields(page(editor, way))
    assert (form["body"].strip(), form["department"]) == ("Words one two", "shipping")
    made = editor.post("/procedures", data=form)
    assert made.status_code == 302, made.text
    assert "Words one two" in page(editor, made.location)
    assert parts.catalogue.get(form["id"]).procedure.status.kept_back
    assert parts.publishing.drafts.count(draft.person_id) == 0


def test_what_was_decided_in_a_conflict_is_not_lost_either(
    home: Path, parts: Parts, editor: FlaskClient
) -> None:
    sent = fields(page(editor, EDIT))
    text = file_of(home).read_text()
    file_of(home).write_text(text.replace("code L5", "code L9"))
    parts.publishing.publisher.refresh(NOW.date())
    sent |= {"body": sent["body"].replace("code L5", "code L7"), "note": "Seven"}
    shown = editor.post("/procedures/SHP-014/edits", data=sent)
    assert shown.status_code == 409
    names = ("base", "mine", "theirs", "note")
    decided = {name: hidden(shown.text, name) for name in names}
    deleted(home)
    parts.publishing.publisher.refresh(NOW.date())
    decided |= {"choice-1": "hand", "hand-1": "code L8"}
    answer = editor.post("/procedures/SHP-014/resolution", data=decided)
    assert (answer.status_code, "code L8" in answer.text) == (404, True)
    (draft,) = parts.publishing.drafts.all(parts.people.directory.by_email("editor@kb.example").id)
    assert "code L7" in draft.form["body"]


def test_of_what_is_erased_nothing_is_kept(home: Path, parts: Parts, editor: FlaskClient) -> None:
    sent = {**fields(page(editor, EDIT)), "body": "Words", "note": "The note"}
    deleted(home)
    parts.publishing.saver._desk.erasures.enter(Erasure("SHP-014", "shipping", "Ada", NOW))
    parts.publishing.publisher.refresh(NOW.date())
    for noun in ("draft", "edits", "preview", "attachments"):
        answer = editor.post(f"/procedures/SHP-014/{noun}", data=sent)
        assert answer.status_code == 410
        assert "Words" in answer.text
    assert (
        parts.publishing.drafts.count(parts.people.directory.by_email("editor@kb.example").id) == 0
    )


def test_nobody_keeps_drafts_of_what_they_were_not_shown(
    home: Path, parts: Parts, editor: FlaskClient, outsider: FlaskClient
) -> None:
    sent = {**fields(page(editor, EDIT)), "body": "Words"}
    assert outsider.post("/procedures/SHP-014/draft", data=sent).status_code == 404
    assert outsider.post("/procedures/SHP-014/edits", data=sent).status_code == 404
    assert (
        parts.publishing.drafts.all(parts.people.directory.by_email("outsider@kb.example").id) == ()
    )


def test_a_word_to_the_reviewer_is_not_lost(home: Path, parts: Parts, editor: FlaskClient) -> None:
    version = version_of(parts, "SHP-015")
    file = home / "content/shipping/customs.md"
    file.write_text(file.read_text() + "More.\n")
    sent = {"version": version, "note": "Please look at step 1"}
    answer = editor.post("/procedures/SHP-015/submissions", data=sent)
    page(editor, "/procedures/SHP-014")
    shown = page(editor, answer.location)
    field = tag_named(shown, "note")
    assert "Not submitted: The text has changed" in shown
    assert 'value="Please look at step 1"' in field
    assert 'aria-invalid="true"' in field
    assert "autofocus" in field
    again = {**sent, "version": hidden(shown[shown.index("data-life") :], "version")}
    assert editor.post("/procedures/SHP-015/submissions", data=again).location == "/submissions/1"
    waits = editor.post("/procedures/SHP-015/submissions", data=again)
    assert "Please look at step 1" in page(editor, waits.location)
    assert "Please look at step 1" not in page(editor, waits.location)


def test_an_answer_to_a_question_that_moved_on_is_given_back(
    rep: FlaskClient, reviewer: FlaskClient, outsider: FlaskClient
) -> None:
    ask(rep, "norway")
    answer = outsider.post("/inbox/1/answer", data={"reply": "Long words", "outcome": "corrected"})
    assert (answer.status_code, "Long words" in answer.text) == (404, True)
