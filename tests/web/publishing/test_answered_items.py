"""Fix it: what is saved answers those who reported it, now or as soon as it is published."""

from __future__ import annotations

from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.feedback.model import Outcome, State
from kb.parts import Parts
from kb.publishing.edits import Author, Edit
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.acts import answer, ask, hidden, version_of, vote

ALL = frozenset({"shipping", "billing", "unassigned"})


def item(parts: Parts, number: int = 1):
    return parts.feedback.inbox.get(number, ALL)


def edited(client: FlaskClient, parts: Parts, old: str = "code L5", new: str = "code L7", **more):
    """Save SHP-014 with some of its text changed."""
    shown = page(client, "/procedures/SHP-014/edit")
    body = parts.storage.library.read("shipping/late-shipment.md").decode().partition("---\n\n")[2]
    form = {"base": hidden(shown, "base"), "body": body.replace(old, new), **more}
    return client.post("/procedures/SHP-014/edits", data=form)


@pytest.fixture
def reported(rep: FlaskClient, reviewer: FlaskClient, editor: FlaskClient, parts: Parts) -> None:
    """Item 1 is the rep's about SHP-014; item 2 the reviewer's, merged into it."""
    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    vote(reviewer, parts, "no", reason="wrong", comment="L5 is gone.")
    editor.post("/inbox/2/merging", data={"into": 1})


@pytest.mark.usefixtures("reported")
def test_fix_it_leads_to_the_editor_with_the_item_ticked(editor: FlaskClient) -> None:
    shown = page(editor, "/inbox/1")
    assert 'href="/procedures/SHP-014/edit?item=1"' in unescape(shown)
    form = page(editor, "/procedures/SHP-014/edit?item=1")
    box = form.partition('name="item"')[2].partition(">")[0]
    assert "checked" in box
    assert "Rita Rep</strong> and 1 more" in form
    # Who comes without it is offered it all the same, not ticked.
    box = page(editor, "/procedures/SHP-014/edit").partition('name="item"')[2].partition(">")[0]
    assert "checked" not in box


@pytest.mark.usefixtures("reported")
def test_saving_answers_everybody_with_the_note_and_the_version(
    editor: FlaskClient, rep: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    saved = edited(editor, parts, note="L7 instead of L5", item="1")
    assert saved.status_code == 302
    closed = item(parts)
    assert (closed.state, closed.outcome) == (State.ANSWERED, Outcome.CORRECTED)
    assert closed.reply == "L7 instead of L5"
    assert (closed.fix.procedure_id, closed.fix.version) == (
        "SHP-014",
        version_of(parts, "SHP-014"),
    )
    for client, number in ((rep, 1), (reviewer, 2)):
        shown = page(client, f"/questions/{number}")
        assert "L7 instead of L5" in shown
        assert "Now it reads:" in shown
    assert "2 people can read it" in page(editor, "/procedures/SHP-014")


@pytest.mark.usefixtures("reported")
def test_a_word_of_its_own_goes_before_the_note(editor: FlaskClient, parts: Parts) -> None:
    edited(editor, parts, note="codes", item="1", word="Thank you, it is L7 now.")
    assert item(parts).reply == "Thank you, it is L7 now."


@pytest.mark.usefixtures("reported")
def test_nobody_is_answered_without_a_word_and_nothing_is_saved(
    editor: FlaskClient, parts: Parts
) -> None:
    before = version_of(parts, "SHP-014")
    refused = edited(editor, parts, item="1")
    assert refused.status_code == 400
    assert "Say what changed" in refused.text
    check_page(refused.text)
    assert version_of(parts, "SHP-014") == before
    assert item(parts).open
    assert parts.feedback.closings.all() == ()


@pytest.mark.usefixtures("reported")
def test_what_is_not_ticked_stays_open(editor: FlaskClient, parts: Parts) -> None:
    edited(editor, parts, note="something else")
    assert item(parts).open


def test_several_are_closed_by_one_save_but_not_another_departments(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    ask(rep, "code for late parcels")
    ask(rep, "billing question", department="billing")
    edited(editor, parts, note="L7", item=["1", "2", "3", "99", "x"])
    assert [item(parts, n).state for n in (1, 2, 3)] == [
        State.ANSWERED,
        State.ANSWERED,
        State.NEW,
    ]
    assert item(parts, 2).outcome is Outcome.SEARCH_IMPROVED


def test_another_departments_items_are_not_offered(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient
) -> None:
    ask(rep, "a secret question", department="billing")
    shown = page(editor, "/procedures/SHP-014/edit?item=1")
    assert "a secret question" not in shown
    assert "What this answers" not in shown
    assert "a secret question" not in page(editor, "/procedures/new?item=1")


@pytest.mark.usefixtures("reported")
def test_a_draft_and_a_clash_carry_it_along(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    shown = page(editor, "/procedures/SHP-014/edit?item=1")
    body = parts.storage.library.read("shipping/late-shipment.md").decode().partition("---\n\n")[2]
    form = {"base": hidden(shown, "base"), "body": body.replace("L5", "L7")}
    form |= {"note": "L7 now", "item": "1", "word": "It is L7."}
    editor.post("/procedures/SHP-014/draft", data=form)
    again = page(editor, "/procedures/SHP-014/edit?draft=continue")
    assert "checked" in again.partition('name="item"')[2].partition(">")[0]
    assert 'value="It is L7."' in again
    edited(reviewer, parts, new="code L9")
    clash = editor.post("/procedures/SHP-014/edits", data=form)
    assert clash.status_code == 409
    assert parts.feedback.closings.all() == ()
    fields = {name: hidden(clash.text, name) for name in ("base", "mine", "theirs", "note")}
    fields |= {name: hidden(clash.text, name) for name in ("item", "word")}
    assert fields["item"] == "1"
    done = editor.post("/procedures/SHP-014/resolution", data={**fields, "choice-1": "mine"})
    assert done.status_code == 302
    assert item(parts).reply == "It is L7."


def test_what_has_changed_since_is_shown(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    assert "text unchanged since" in page(editor, "/inbox/1")
    edited(editor, parts, note="codes")
    shown = page(editor, "/inbox/1")
    assert "Maybe already fixed" in shown
    assert "<del>L5</del>" in shown
    assert "<ins>L7</ins>" in shown


def begun(client: FlaskClient, number: int, status: str = "published"):
    """A new procedure from the words of a request."""
    chooser = page(client, f"/procedures/new?q=zebra+crossing+norway&item={number}")
    assert "as soon as it is published" in chooser
    shown = page(
        client,
        "/procedures/new?template=_templates/steps.md&title=Zebra+crossing"
        f"&q=zebra+crossing+norway&department=shipping&item={number}",
    )
    assert "zebra crossing norway" in shown
    names = ("base", "draft")
    form = {name: hidden(shown, name) for name in names}
    form |= {
        "title": "Zebra: Crossing",
        "keywords": "zebra crossing norway",
        "department": "shipping",
        "status": status,
        "id": "SHP-016",
        "path": "shipping/zebra.md",
        "body": "## Steps\n\n1. Cross.\n",
        "item": str(number),
        "anyway": "yes",
    }
    return client.post("/procedures", data=form)


@pytest.fixture
def templates(parts: Parts) -> None:
    folder = parts.settings.content / "_templates"
    folder.mkdir()
    (folder / "steps.md").write_text("---\ntemplate: Steps\n---\n\n## Steps\n\n1. …\n", "utf-8")


@pytest.mark.usefixtures("templates")
def test_a_request_becomes_a_procedure_and_who_asked_is_told(
    rep: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    ask(rep, "zebra crossing norway")
    assert begun(reviewer, 1).status_code == 302
    closed = item(parts)
    assert (closed.outcome, closed.fix.procedure_id) == (Outcome.NEW_PROCEDURE, "SHP-016")
    assert "Zebra: Crossing" in page(rep, "/questions/1")


@pytest.mark.usefixtures("templates")
def test_of_a_draft_they_are_told_when_it_is_published_and_nothing_before(
    rep: FlaskClient, reviewer: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    ask(rep, "zebra crossing norway")
    ask(reviewer, "zebra crossing norwegian")
    editor.post("/inbox/2/merging", data={"into": 1})
    begun(editor, 1, status="draft")
    assert item(parts).open
    assert "SHP-016" not in page(rep, "/questions/1")
    shown = page(editor, "/inbox/1")
    assert "answered by itself as soon as" in shown
    parts.feedback.fixing.keep_all(NOW)
    assert item(parts).open
    path = parts.settings.content / "shipping/zebra.md"
    path.write_text(path.read_text("utf-8").replace("status: draft\n", ""), "utf-8")
    parts.publishing.publisher.refresh(NOW.date())
    assert [one.id for one in parts.feedback.fixing.keep_all(NOW)] == [1]
    assert parts.feedback.fixing.keep_all(NOW) == []
    for number in (1, 2):
        assert item(parts, number).outcome is Outcome.NEW_PROCEDURE
    assert "Zebra" in page(rep, "/questions/1")


@pytest.mark.usefixtures("templates")
def test_what_was_promised_can_be_called_off(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    ask(rep, "zebra crossing norway")
    begun(editor, 1, status="draft")
    assert outsider.post("/inbox/1/keeping-open").status_code == 404
    assert len(parts.feedback.closings.all()) == 1
    editor.post("/inbox/1/keeping-open")
    assert parts.feedback.closings.all() == ()


@pytest.mark.usefixtures("templates")
def test_answered_by_hand_meanwhile_it_is_not_answered_twice(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    ask(rep, "zebra crossing norway")
    begun(editor, 1, status="draft")
    answer(editor, 1, reply="By hand.")
    assert parts.feedback.closings.all() == ()
    assert item(parts).reply == "By hand."


def test_a_kill_between_saving_and_answering_leaves_nobody_untold(
    rep: FlaskClient, parts: Parts
) -> None:
    """All that stands after a kill right behind the commit: the promise, and the new text."""
    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    path = "shipping/late-shipment.md"
    before = parts.storage.library.read(path)
    text = before.replace(b"code L5", b"code L7")
    version = sha256(text).hexdigest()[:12]
    parts.feedback.fixing.promise(
        [item(parts)], "SHP-014", version, "It is L7 now.", 2, NOW, new=False
    )
    assert parts.feedback.fixing.keep_all(NOW) == []
    by = Author("Eddy Editor", "editor@kb.example")
    parts.publishing.saver.save(Edit(path, before, text, "L7", False, by), NOW)
    # Somebody else was faster than the worker: their text has it in it too.
    later = text.replace(b"L7", b"L7b")
    parts.publishing.saver.save(Edit(path, text, later, "L7b", False, by), NOW)
    assert [one.id for one in parts.feedback.fixing.keep_all(NOW)] == [1]
    assert item(parts).reply == "It is L7 now."
    assert parts.feedback.fixing.keep_all(NOW) == []
    assert item(parts).answers == 1


def test_a_kill_before_the_save_answers_nobody(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    parts.feedback.fixing.promise(
        [item(parts)], "SHP-014", "0123456789ab", "never saved", 2, NOW, new=False
    )
    assert parts.feedback.fixing.keep_all(NOW) == []
    assert item(parts).open
    edited(editor, parts, note="something else")
    assert parts.feedback.fixing.keep_all(NOW) == []
    assert item(parts).open


def test_pointing_the_words_at_a_procedure_answers_too(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    ask(rep, "parcel late code")
    shown = unescape(page(editor, "/insight/search/pointing?words=parcel+late+code&item=1"))
    assert "/procedures/SHP-014/edit?keyword=parcel+late+code&item=1" in shown
    form = page(editor, "/procedures/SHP-014/edit?keyword=parcel+late+code&item=1")
    fields = {"base": hidden(form, "base"), "item": "1", "note": "Found by these words now"}
    fields["keywords"] = "Complaint: Late Shipment\nwhere is my parcel\nparcel late code"
    assert editor.post("/procedures/SHP-014/edits", data=fields).status_code == 302
    assert item(parts).outcome is Outcome.SEARCH_IMPROVED


@pytest.mark.usefixtures("reported")
def test_a_change_that_waits_answers_once_it_is_approved_whatever_is_joined_with_it(
    home: Path, parts: Parts, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    file = home / "content/departments.yml"
    name = "    name: Shipping\n"
    file.write_text(file.read_text().replace(name, f"{name}    changes: reviewed\n"))
    waiting = edited(editor, parts, note="L7 instead of L5", item="1")
    assert "/submissions/1" in waiting.location
    assert item(parts).state is not State.ANSWERED
    path = "shipping/late-shipment.md"
    now = parts.storage.library.read(path)
    other = now.replace(b"Store credit", b"Store credits")
    parts.publishing.saver.save(
        Edit(path, now, other, "", False, Author("Rena", "reviewer@kb.example")), NOW
    )
    shown = hidden(page(reviewer, "/submissions/1"), "shown")
    assert reviewer.post("/submissions/1/approval", data={"shown": shown}).status_code == 302
    assert b"code L7" in parts.storage.library.read(path)
    assert b"Store credits" in parts.storage.library.read(path)
    assert (item(parts).state, item(parts).outcome) == (State.ANSWERED, Outcome.CORRECTED)
