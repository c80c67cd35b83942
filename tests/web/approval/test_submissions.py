"""Submitting, reviewing and deciding on the pages: who sees what, and what each button does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.app import create_app
from kb.parts import Parts
from tests.conftest import DEPARTMENTS, LATE, NOW, signed_in
from tests.pagekit import check_page, page
from tests.web.acts import statements, version_of
from tests.web.publishing.test_editing import fields

AT = "/submissions/1"
VERBS = ("comments", "approval", "calling-off", "return", "withdrawal", "mending")


def submit(client: FlaskClient, parts: Parts, note: str = "Please look"):
    sent = {"version": version_of(parts, "SHP-015"), "note": note}
    return client.post("/procedures/SHP-015/submissions", data=sent)


@pytest.fixture
def waits(editor: FlaskClient, parts: Parts) -> str:
    """The draft of shipping, submitted by its editor."""
    assert submit(editor, parts).location == AT
    return AT


@pytest.fixture
def reviewed(parts: Parts) -> None:
    """Shipping has its changes reviewed."""
    said = DEPARTMENTS.replace(
        "review_every: 6 months", "review_every: 6 months\n    changes: reviewed"
    )
    (parts.settings.content / "departments.yml").write_text(said)
    parts.publishing.publisher.refresh(NOW.date())


def text(parts: Parts, path: str = "shipping/customs.md") -> str:
    return (parts.settings.content / path).read_text()


def propose(client: FlaskClient, **changes: str):
    sent = fields(page(client, "/procedures/SHP-014/edit"))
    sent = {**sent, "note": "Six now", "body": sent["body"].replace("5 days", "6 days"), **changes}
    return client.post("/procedures/SHP-014/edits", data=sent)


def test_a_draft_says_where_it_stands_and_can_be_submitted(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    shown = page(editor, "/procedures/SHP-015")
    assert "Submit for review" in shown
    assert 'action="/procedures/SHP-015/submissions"' in shown
    assert submit(editor, parts).location == AT
    after = page(editor, "/procedures/SHP-015")
    assert "submitted by Eddy Editor" in after
    assert "Submit for review" not in after
    page(reviewer, "/procedures/SHP-015")
    assert submit(editor, parts).location == "/procedures/SHP-015"
    assert "waits for review already" in page(editor, "/procedures/SHP-015")


@pytest.mark.usefixtures("waits")
def test_it_stands_in_the_queue_with_a_count(
    reviewer: FlaskClient, editor: FlaskClient, outsider: FlaskClient
) -> None:
    queue = page(reviewer, "/submissions")
    assert queue.index("Waits for you") < queue.index("Customs Zebra Papers")
    assert "Please look" in queue
    assert re.search(r'Approvals\s*<span class="count">1', queue)
    mine = page(editor, "/submissions")
    assert "You review for no department" in mine
    assert mine.index("Submitted by you") < mine.index("Customs Zebra Papers")
    assert not re.search(r'Approvals\s*<span class="count">', mine)
    others = page(outsider, "/submissions")
    assert "Zebra" not in others
    assert "Nothing yet" in others


@pytest.mark.usefixtures("waits")
def test_who_sees_it_and_who_decides(
    app: Flask, anonymous: FlaskClient, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    for client in (editor, reviewer):
        page(client, AT)
    assert "Approve: up now" not in page(editor, AT)
    assert "Withdraw</button>" in page(editor, AT)
    assert "Withdraw</button>" not in page(reviewer, AT)
    for name in ("rep", "outsider", "admin"):
        other = signed_in(app, f"{name}@kb.example")
        assert page(other, AT, 404) == page(other, "/submissions/999", 404)
        for verb in VERBS:
            assert other.post(f"{AT}/{verb}", data={"text": "x", "word": "x"}).status_code == 404
    for verb in ("approval", "calling-off", "return"):
        if verb != "calling-off":
            refused = editor.post(f"{AT}/{verb}", data={"word": "x"})
            check_page(refused.text)
            assert refused.status_code == 409
    assert reviewer.post(f"{AT}/withdrawal").status_code == 404
    assert anonymous.post(f"{AT}/approval").status_code == 401
    for verb in VERBS:
        assert reviewer.get(f"{AT}/{verb}").status_code in (404, 405)


@pytest.mark.usefixtures("waits")
def test_sent_back_with_a_comment_mended_and_approved(
    editor: FlaskClient, reviewer: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    assert "Comment on “Steps”" in page(reviewer, AT)
    empty = reviewer.post(f"{AT}/return", data={"word": " "})
    assert (empty.status_code, "Say what has to change" in empty.text) == (409, True)
    check_page(empty.text)
    assert reviewer.post(f"{AT}/comments", data={"anchor": "steps", "text": ""}).status_code == 400
    said = reviewer.post(f"{AT}/comments", data={"anchor": "steps", "text": "Which <b>form</b>?"})
    assert said.location == f"{AT}#on.steps"
    assert "Which &lt;b&gt;form" in page(editor, AT)
    assert reviewer.post(f"{AT}/return").location == AT
    assert "status: draft" in text(parts)
    back = page(editor, AT)
    assert "Sent back" in back
    assert "Edit the draft" in back
    sent = fields(page(editor, "/procedures/SHP-015/edit"))
    sent["body"] = sent["body"].replace("zebra form", "form Z-1")
    answer = editor.post("/procedures/SHP-015/edits", data={**sent, "then": "submit"})
    assert answer.location == "/submissions/2"
    second = page(reviewer, "/submissions/2")
    assert "Which &lt;b&gt;form" in second  # said in the round before
    assert "against the round before" in second
    assert "Z-1" in second
    page(reviewer, "/submissions/2?of=source")
    reviewer.post("/submissions/2/approval", data={"word": "Good now"})
    assert "form Z-1" in page(rep, "/procedures/SHP-015")
    life = page(editor, "/procedures/SHP-015/life")
    for word in ("Submitted", "Sent back", "Approved", "Good now", "Send the zebra form"):
        assert word in life
    outside = page(rep, "/procedures/SHP-015/life")
    assert "Approved" in outside
    for word in ("Sent back", "Which", "Submitted"):
        assert word not in outside


@pytest.mark.usefixtures("waits")
def test_approved_for_later_and_called_off(
    app: Flask, editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    app.config["KB_NOW"] = NOW
    for at in ("", "tomorrow", "2026-11-22T08:59", "2999-01-01T00:00", "2026-11-24T09:00+02:00"):
        refused = reviewer.post(f"{AT}/approval", data={"when": "later", "at": at})
        assert refused.status_code in (400, 409), at
        check_page(refused.text)
    reviewer.post(f"{AT}/approval", data={"when": "later", "at": "2026-11-24T09:00"})
    assert "24 Nov 2026, 09:00 UTC" in page(editor, "/procedures/SHP-015")
    assert "Approved for later" in page(reviewer, "/submissions")
    assert "24 Nov 2026, 09:00" in page(reviewer, AT)
    reviewer.post(f"{AT}/calling-off", data={"word": "Not yet"})
    parts.approval.keep_up(NOW + timedelta(days=9))
    assert "status: in review" in text(parts)
    assert reviewer.post(f"{AT}/calling-off").status_code == 409


def test_a_time_is_of_the_departments_clocks(
    app: Flask, editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    said = DEPARTMENTS.replace(
        "    name: Shipping", "    name: Shipping\n    time_zone: Asia/Tokyo"
    )
    (parts.settings.content / "departments.yml").write_text(said)
    app.config["KB_NOW"] = NOW
    submit(editor, parts)
    reviewer.post(f"{AT}/approval", data={"when": "later", "at": "2026-11-23T09:00"})
    found = parts.approval.waiting.get(1)
    assert found is not None
    assert found.publish_at == NOW.replace(day=23, hour=0)
    assert "09:00 JST" in page(editor, AT)


@pytest.mark.usefixtures("reviewed")
def test_where_changes_are_reviewed_a_save_waits(
    editor: FlaskClient, reviewer: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    assert "Submit change for review" in page(editor, "/procedures/SHP-014/edit")
    assert "Submit change for review" not in page(reviewer, "/procedures/SHP-014/edit")
    page(editor, "/procedures/SHP-014/place", 404)
    assert propose(editor).location == AT
    assert "what you submit here takes its place" in page(editor, "/procedures/SHP-014/edit")
    assert "No drafts" in page(editor, "/drafts")
    assert "6 days" not in page(rep, "/procedures/SHP-014")
    assert "A change by" in page(reviewer, "/procedures/SHP-014")
    assert "A change by" not in page(rep, "/procedures/SHP-014")
    shown = page(reviewer, AT)
    assert "<ins><strong>6</strong></ins>" in shown
    assert "<del><strong>5</strong></del>" in shown
    reviewer.post(f"{AT}/approval")
    assert "6 days" in page(rep, "/procedures/SHP-014")


@pytest.mark.usefixtures("reviewed")
def test_what_others_changed_meanwhile_is_resolved_by_who_submitted(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    propose(editor)
    sent = fields(page(reviewer, "/procedures/SHP-014/edit"))
    sent["body"] = sent["body"].replace("5 days", "9 days")
    assert reviewer.post("/procedures/SHP-014/edits", data=sent).status_code == 302
    reviewer.post(f"{AT}/approval")
    assert "9 days" in text(parts, "shipping/late-shipment.md")
    assert "went back to Eddy Editor" in page(reviewer, AT)
    assert "Decide which to keep" in page(editor, AT)
    clash = page(editor, f"{AT}/resolution")
    form = dict(
        re.findall(r'name="(base|mine|theirs|note|worth_telling)"\s+value="([^"]*)"', clash)
    )
    form = {name: unescape(value) for name, value in form.items()}
    answer = editor.post("/procedures/SHP-014/resolution", data={**form, "choice-1": "mine"})
    assert answer.location == "/submissions/2"
    reviewer.post("/submissions/2/approval")
    assert "6 days" in text(parts, "shipping/late-shipment.md")


@pytest.mark.usefixtures("reviewed")
def test_a_change_that_was_sent_back_goes_on_in_the_editor(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    propose(editor)
    reviewer.post(f"{AT}/return", data={"word": "Seven"})
    answer = editor.post(f"{AT}/mending")
    assert answer.location == "/procedures/SHP-014/edit?draft=continue"
    sent = fields(page(editor, answer.location))
    assert "6 days" in sent["body"]
    sent["body"] = sent["body"].replace("6 days", "7 days")
    again = editor.post("/procedures/SHP-014/edits", data={**sent, "note": "Seven"})
    assert again.location == "/submissions/2"
    assert "Seven" in page(reviewer, "/submissions/2")
    assert "7 days" not in text(parts, "shipping/late-shipment.md")


@pytest.mark.usefixtures("reviewed")
def test_an_older_version_comes_back_by_review_too(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    sent = fields(page(reviewer, "/procedures/SHP-014/edit"))
    sent["body"] = sent["body"].replace("5 days", "9 days")
    reviewer.post("/procedures/SHP-014/edits", data=sent)
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    old = parts.versions.oldest_first(
        card.procedure, parts.people.directory.by_email("editor@kb.example").reader(), 9
    )[0]
    data = {"version": old.commit, "base": card.procedure.version}
    assert editor.post("/procedures/SHP-014/restorations", data=data).location == AT
    assert "9 days" in text(parts, "shipping/late-shipment.md")
    reviewer.post(f"{AT}/approval")
    assert text(parts, "shipping/late-shipment.md") == LATE


def test_an_edit_while_it_waits_takes_its_place(
    editor: FlaskClient, reviewer: FlaskClient, waits: str, parts: Parts
) -> None:
    sent = fields(page(reviewer, "/procedures/SHP-015/edit"))
    assert sent["status"] == "in review"
    sent["body"] = sent["body"].replace("zebra form", "form Z-1")
    reviewer.post("/procedures/SHP-015/edits", data=sent)
    assert "Replaced by another text" in page(editor, waits)
    assert "submitted by Rena Reviewer" in page(editor, "/submissions/2")
    sent = fields(page(reviewer, "/procedures/SHP-015/edit"))
    reviewer.post("/procedures/SHP-015/edits", data={**sent, "status": "draft"})
    assert "Withdrawn" in page(editor, "/submissions/2")


def test_a_reviewer_publishes_alone_unless_two_are_asked_for(
    app: Flask, reviewer: FlaskClient, parts: Parts, again: Callable[..., Flask]
) -> None:
    strict = signed_in(again(four_eyes=True), "reviewer@kb.example")
    shown = page(strict, "/procedures/SHP-015/edit")
    assert 'value="published"' not in shown
    assert (
        strict.post(
            "/procedures/SHP-015/edits", data={**fields(shown), "status": "published"}
        ).status_code
        == 400
    )
    assert submit(strict, parts).location == AT
    assert "somebody else approves it here" in page(strict, AT)
    refused = strict.post(f"{AT}/approval")
    assert (refused.status_code, "somebody else" in refused.text) == (409, True)
    assert "Nobody in Shipping may approve this" not in page(reviewer, AT)
    sent = fields(page(reviewer, "/procedures/SHP-015/edit"))
    reviewer.post("/procedures/SHP-015/edits", data={**sent, "status": "published"})
    assert "status: published" in text(parts)
    assert "Published by Rena Reviewer" in page(reviewer, "/procedures/SHP-015")


@pytest.fixture
def again(parts: Parts) -> Callable[..., Flask]:
    """The same knowledge base with other settings."""
    from msgspec.structs import replace

    from kb.approval.approving import Approving
    from kb.approval.sql.submissions import Submissions
    from kb.publishing.writing import Writing

    def made(four_eyes: bool) -> Flask:
        approving = Approving(
            Submissions(parts.engine),
            parts.approval.waiting,
            parts.publishing.saver,
            parts.catalogue,
            parts.people.directory,
            parts.publishing.publisher.departments,
            parts.feedback.fixing.approved,
            four_eyes=four_eyes,
        )
        settings = replace(parts.settings, four_eyes=four_eyes)
        writing = Writing(parts.publishing, approving)
        whole = replace(parts, settings=settings, approval=approving, writing=writing)
        site = create_app(whole)
        site.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        return site

    return made


def test_a_file_changed_by_other_hands_is_submitted_anew(
    editor: FlaskClient, reviewer: FlaskClient, waits: str, parts: Parts
) -> None:
    file = parts.settings.content / "shipping/customs.md"
    file.write_text(file.read_text() + "2. Burn it.\n")
    parts.publishing.publisher.refresh(NOW.date())
    shown = page(reviewer, waits)
    assert "says something else by now" in shown
    assert "Burn it" not in shown
    assert reviewer.post(f"{waits}/approval").status_code == 409
    assert submit(editor, parts).location == "/submissions/2"
    assert "Burn it" in page(reviewer, "/submissions/2")


def test_a_list_costs_the_same_for_many(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    counts = []
    people = [parts.people.directory.by_email("editor@kb.example")]
    for number in range(60):
        people.append(
            parts.people.directory.add(
                f"e{number}@kb.example", f"E {number}", "correct horse battery",
                editor_of=["shipping"], now=NOW,
            )
        )  # fmt: skip
    page(reviewer, "/procedures/SHP-014")
    for some in (people[:2], people):
        for one in some:
            assert one is not None
            parts.approval.propose(
                card.procedure, LATE.encode(), LATE.encode() + b"More.\n", "", worth_telling=False,
                by=one, now=NOW,
            )  # fmt: skip
        with statements(parts.engine) as sent:
            page(reviewer, "/submissions")
        counts.append(len(sent))
        with statements(parts.engine) as sent:
            page(reviewer, "/procedures/SHP-014")
        counts.append(len(sent))
    assert counts[:2] == counts[2:]


def test_the_rules_are_shown_as_they_are(rep: FlaskClient) -> None:
    shown = page(rep, "/help/rules")
    for word in ("Approve", "Send back", "in review", "KB_FOUR_EYES", "Lead"):
        assert word in shown


def test_what_is_submitted_is_a_draft_whatever_was_chosen(
    reviewer: FlaskClient, parts: Parts
) -> None:
    sent = fields(page(reviewer, "/procedures/SHP-015/edit"))
    sent = {**sent, "status": "published", "then": "submit", "title": "Customs Zebra"}
    assert reviewer.post("/procedures/SHP-015/edits", data=sent).location == AT
    assert "status: in review" in text(parts)


def test_a_draft_that_nobody_wants_is_removed(
    editor: FlaskClient, reviewer: FlaskClient, waits: str, parts: Parts
) -> None:
    page(editor, "/procedures/SHP-014/removal", 404)  # it is up
    assert 'href="/procedures/SHP-015/removal"' in page(editor, "/procedures/SHP-015")
    page(editor, "/procedures/SHP-015/removal")
    answer = editor.post("/procedures/SHP-015/removal", data={"note": "Never mind"})
    assert answer.location == "/departments/shipping"
    page(editor, "/procedures/SHP-015", 404)
    assert not (parts.settings.content / "shipping/customs.md").exists()
    shown = page(reviewer, waits)
    assert "Withdrawn" in shown
    assert "zebra form" in shown  # what was submitted is kept
    page(reviewer, "/submissions")


def test_erased_for_good_nothing_of_it_is_left(
    app: Flask, reviewer: FlaskClient, waits: str, parts: Parts
) -> None:
    reviewer.post(f"{waits}/approval")
    assert (
        signed_in(app, "admin@kb.example")
        .post("/procedures/SHP-015/erasure", data={"typed": "SHP-015"})
        .status_code
        == 302
    )
    page(reviewer, waits, 404)
    assert parts.approval.waiting.steps("SHP-015") == ()


def test_a_reviewer_sees_what_a_template_left_to_be_written(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts, home: Path
) -> None:
    file = home / "content" / "shipping" / "customs.md"
    file.write_text(f"{file.read_text()}\n## When to escalate\n\n- When … to …\n")
    parts.publishing.publisher.refresh(NOW.date())
    assert submit(editor, parts).status_code == 302
    shown = page(reviewer, "/submissions/1")
    assert "“- When … to …” is still the template" in shown
    assert re.search(r"Line \d+: “- When", shown)
