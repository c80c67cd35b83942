"""Nobody writes past a reviewer or past their rights, whatever base, path or moment they choose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.people.person import Person
from kb.procedures.model import Status
from kb.publishing.along import Typed
from kb.publishing.edits import Edit, Saved, author_of
from kb.publishing.outcomes import Refusal, Waits
from kb.publishing.writing import Relocation
from kb.reviews.reviewing import HandOver
from tests.conftest import NOW
from tests.pagekit import page
from tests.web.acts import hidden, tag_named, version_of
from tests.web.publishing.test_editing import EDIT, fields

LATE, CUSTOMS = "shipping/late-shipment.md", "shipping/customs.md"
NOTE = {"note": "Better so"}
# Its last status counts. Whoever takes one of the two away decides which that is.
TWICE = b"""---
id: SHP-015
status: draft
title: Customs Zebra Papers
department: shipping
keywords: [zebra]
%s---

1. Send the form.
"""
ONCE = TWICE % b""


def person(parts: Parts, name: str) -> Person:
    found = parts.people.directory.by_email(f"{name}@kb.example")
    assert found is not None
    return found


def reviewed(home: Path) -> None:
    file = home / "content" / "departments.yml"
    name = "name: Shipping\n"
    file.write_text(file.read_text().replace(name, f"{name}    changes: reviewed\n"))


def put(home: Path, path: str, old: str, new: str) -> bytes:
    """As other hands change a file; kb has not looked since."""
    file = home / "content" / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return file.read_bytes()


def write(parts: Parts, who: str, id: str, base: bytes, text: bytes):
    card, by = parts.catalogue.get(id), person(parts, who)
    assert card is not None
    edit = Edit(card.procedure.path, base, text, "Better so", False, author_of(by))
    return parts.writing.write(card.procedure, edit, by, NOW, typed=Typed(anyway=True))


@pytest.mark.parametrize(("who", "done"), [("editor", Refusal), ("reviewer", Saved)])
def test_what_is_joined_to_a_published_text_takes_who_may_publish(
    home: Path, parts: Parts, who: str, done: type
) -> None:
    (home / "content" / CUSTOMS).write_bytes(ONCE)
    parts.publishing.publisher.refresh(NOW.date())
    base = TWICE % b"status: draft\n"
    typed = base.replace(b"status: draft\ntitle", b"status: published\ntitle")
    became = write(parts, who, "SHP-015", base, typed)  # the typed text says draft
    assert isinstance(became, done)
    status = b"published" if done is Saved else b"draft"
    assert b"status: " + status in (home / "content" / CUSTOMS).read_bytes()


@pytest.mark.parametrize(
    ("who", "where", "done"),
    [
        ("editor", "", Saved),
        ("editor", "reviewed", Waits),
        ("reviewer", "reviewed", Saved),
        ("outsider", "", Refusal),
        ("admin", "", Refusal),
    ],
)
def test_a_draft_that_is_up_by_now_is_written_as_what_is_up(
    home: Path, parts: Parts, who: str, where: str, done: type
) -> None:
    base = (home / "content" / CUSTOMS).read_bytes()
    if where:
        reviewed(home)
    now = put(home, CUSTOMS, "status: draft\n", "reviewed: 2026-11-01\n")
    parts.publishing.publisher.refresh(NOW.date())
    became = write(parts, who, "SHP-015", base, base.replace(b"customs office", b"port"))
    assert isinstance(became, done)
    after = (home / "content" / CUSTOMS).read_bytes()
    assert (after == now) is (done is not Saved)


def retire(parts: Parts, by: Person) -> object:
    return parts.writing.retire(parts.catalogue.get("SHP-014").procedure, None, "", by, NOW)


def edit(parts: Parts, by: Person) -> object:
    raw = (parts.settings.content / LATE).read_bytes()
    return write(parts, "editor", "SHP-014", raw, raw.replace(b"code L5", b"code L7"))


def rename(parts: Parts, by: Person) -> object:
    it = parts.catalogue.get("SHP-014").procedure
    return parts.writing.move(it, Relocation("Late", "shipping", it.path, ""), by, NOW)


def move(parts: Parts, by: Person) -> object:
    it = parts.catalogue.get("SHP-014").procedure
    there = Relocation(it.title, "shipping", "shipping/new/late.md", "")
    return parts.writing.move(it, there, by, NOW)


def hand_over(parts: Parts, by: Person) -> object:
    change = HandOver(owner="reviewer@kb.example")
    to = [person(parts, "reviewer")]
    done = parts.reviews.reviewing.hand_over(["SHP-014"], change, to, by, NOW)
    return None if done.commit else done


def confirm(parts: Parts, by: Person) -> object:
    version = {"SHP-014": version_of(parts, "SHP-014")}
    done = parts.reviews.reviewing.confirm(version, by, NOW)
    return None if done.commit else done


@pytest.mark.parametrize("verb", [retire, edit, rename, move, hand_over, confirm])
def test_what_became_anothers_this_moment_stays_as_it_is(
    home: Path, parts: Parts, verb: Callable[[Parts, Person], object]
) -> None:
    now = put(home, LATE, "department: shipping", "department: billing")
    became = verb(parts, person(parts, "editor"))
    assert became is not None
    assert not isinstance(became, Saved | Waits)
    assert (home / "content" / LATE).read_bytes() == now
    assert not (home / "content" / "shipping/new/late.md").exists()


def test_a_draft_that_is_up_by_now_is_not_removed(home: Path, parts: Parts, editor) -> None:
    now = put(home, CUSTOMS, "status: draft", "status: published")
    assert "no longer your draft" in editor.post("/procedures/SHP-015/removal").text
    assert (home / "content" / CUSTOMS).read_bytes() == now


@pytest.mark.parametrize("folder", ["billing", "billing/deep"])
def test_a_folder_of_another_department_takes_rights_there(
    home: Path, parts: Parts, editor: FlaskClient, folder: str
) -> None:
    put(home, LATE, "department: shipping\n", "")
    parts.publishing.publisher.refresh(NOW.date())
    before = (home / "content" / LATE).read_bytes()
    sent = {"title": "Late", "department": "shipping", "path": f"{folder}/late.md", **NOTE}
    answer = editor.post("/procedures/SHP-014/place", data=sent)
    assert (answer.status_code, "do not write for Billing" in answer.text) == (400, True)
    assert (home / "content" / LATE).read_bytes() == before
    assert not (home / "content" / folder / "late.md").exists()


@pytest.mark.parametrize("folder", ["billing", "Billing/deep", "archive/billing"])
def test_a_folder_of_another_department_is_not_filled_by_naming_ones_own(
    home: Path, editor: FlaskClient, folder: str
) -> None:
    path = f"{folder}/late.md"
    sent = {"title": "Late", "department": "shipping", "path": path, **NOTE}
    moved = editor.post("/procedures/SHP-014/place", data=sent)
    (home / "content/_templates").mkdir()
    (home / "content/_templates/plain.md").write_text("1. …\n")
    asked = "title=Zebra&department=shipping&template=_templates/plain.md"
    new = fields(page(editor, f"/procedures/new?{asked}"))
    made = editor.post("/procedures", data={**new, "path": path, "body": "1. Wait.", **NOTE})
    for answer in (moved, made):
        assert answer.status_code == 400
        assert f"The folder {folder} is for Billing" in answer.text
        assert 'aria-invalid="true"' in tag_named(answer.text, "path")
    assert not (home / "content" / path).exists()


def test_a_folder_takes_new_files_of_those_whose_files_lie_there(
    home: Path, parts: Parts, editor: FlaskClient
) -> None:
    text = (home / "content" / LATE).read_text().replace("SHP-014", "SHP-016")
    (home / "content/billing/third.md").write_text(text.replace("Late Shipment", "Third"))
    parts.publishing.publisher.refresh(NOW.date())
    sent = {"title": "Late", "department": "shipping", "path": "billing/late.md", **NOTE}
    assert editor.post("/procedures/SHP-014/place", data=sent).status_code == 302
    assert parts.catalogue.get("SHP-014").procedure.path == "billing/late.md"


def test_in_a_folder_of_nobody_it_stays_the_departments(
    home: Path, parts: Parts, editor: FlaskClient
) -> None:
    put(home, LATE, "department: shipping\n", "")
    parts.publishing.publisher.refresh(NOW.date())
    sent = {"title": "Late", "department": "shipping", "path": "archive/late.md", **NOTE}
    assert editor.post("/procedures/SHP-014/place", data=sent).status_code == 302
    assert parts.catalogue.get("SHP-014").procedure.department == "shipping"
    assert b"department: shipping" in (home / "content/archive/late.md").read_bytes()


@pytest.mark.parametrize(
    "made",
    [
        lambda base: base[::-1],
        lambda base: base.rpartition(".")[0],
        lambda base: "",
        lambda base: "é.é",
        lambda base: f"{base}x",
    ],
)
def test_a_base_that_nobody_was_shown_is_not_taken(
    editor: FlaskClient, home: Path, made: Callable[[str], str]
) -> None:
    sent = fields(page(editor, EDIT))
    before = (home / "content" / LATE).read_bytes()
    sent |= {"base": made(sent["base"]), "body": "What I typed", **NOTE}
    for address in ("edits", "preview", "draft"):
        answer = editor.post(f"/procedures/SHP-014/{address}", data=sent)
        assert answer.status_code == 400
    assert (home / "content" / LATE).read_bytes() == before


def test_a_base_holds_for_its_procedure_and_its_person(
    editor: FlaskClient, reviewer: FlaskClient
) -> None:
    sent = {**fields(page(editor, EDIT)), **NOTE}
    assert editor.post("/procedures/SHP-015/edits", data=sent).status_code == 400
    assert reviewer.post("/procedures/SHP-014/edits", data=sent).status_code == 400


def test_where_changes_are_reviewed_so_are_retiring_and_using_again(
    home: Path, parts: Parts, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    reviewed(home)
    assert "goes to a reviewer first" in page(editor, "/procedures/SHP-014/retirement")
    waits = editor.post("/procedures/SHP-014/retirement", data={"successor": "BIL-001", **NOTE})
    assert waits.location == "/submissions/1"
    assert parts.catalogue.get("SHP-014").procedure.status is Status.PUBLISHED
    shown = page(reviewer, "/submissions/1")
    assert ("retired" in shown, "BIL-001" in shown) == (True, True)
    approved = {"shown": hidden(shown, "shown")}
    assert reviewer.post("/submissions/1/approval", data=approved).status_code == 302
    assert parts.catalogue.get("SHP-014").procedure.status is Status.RETIRED
    again = editor.post("/procedures/SHP-014/reinstatement")
    assert again.location == "/submissions/2"
    assert parts.catalogue.get("SHP-014").procedure.status is Status.RETIRED


@pytest.mark.parametrize("when", ["now", "later"])
def test_only_what_was_shown_is_approved(
    home: Path, parts: Parts, editor: FlaskClient, reviewer: FlaskClient, when: str
) -> None:
    reviewed(home)
    reviewer.application.config["KB_NOW"] = NOW
    raw = (home / "content" / LATE).read_bytes()
    mine = raw.replace(b"code L5", b"code L7")
    assert isinstance(write(parts, "editor", "SHP-014", raw, mine), Waits)
    shown = hidden(page(reviewer, "/submissions/1"), "shown")
    now = put(home, LATE, "above 500 euro", "above 900 euro")
    parts.publishing.publisher.refresh(NOW.date())
    sent = {"shown": shown, "when": when, "at": "2026-12-01T10:00"}
    answer = reviewer.post("/submissions/1/approval", data=sent)
    assert answer.status_code == 409
    assert ("Others have changed the file" in answer.text, "900 euro" in answer.text) == (True,) * 2
    assert (home / "content" / LATE).read_bytes() == now
    sent["shown"] = hidden(answer.text, "shown")
    assert reviewer.post("/submissions/1/approval", data=sent).status_code == 302
    if when == "now":
        assert (home / "content" / LATE).read_bytes() == now.replace(b"code L5", b"code L7")


def test_what_waits_of_a_procedure_that_moved_is_approved_where_it_is_now(
    home: Path, parts: Parts, outsider: FlaskClient, reviewer: FlaskClient
) -> None:
    reviewed(home)
    billing = frozenset({"billing"})
    id = person(parts, "outsider").id
    parts.people.directory.set_roles(id, administrator=False, editor_of=(), reviewer_of=billing)
    raw = (home / "content" / LATE).read_bytes()
    write(parts, "editor", "SHP-014", raw, raw.replace(b"code L5", b"code L7"))
    put(home, LATE, "department: shipping", "department: billing")
    parts.publishing.publisher.refresh(NOW.date())
    assert reviewer.get("/submissions/1").status_code == 404
    shown = page(outsider, "/submissions/1")
    assert "Nobody in Billing may approve" not in shown
    approved = {"shown": hidden(shown, "shown")}
    assert outsider.post("/submissions/1/approval", data=approved).status_code == 302
    now = (home / "content" / LATE).read_bytes()
    assert (b"code L7" in now, b"department: billing" in now) == (True, True)


def test_what_was_approved_for_later_does_not_go_up_as_something_else(
    home: Path, parts: Parts, reviewer: FlaskClient
) -> None:
    reviewed(home)
    reviewer.application.config["KB_NOW"] = NOW
    raw = (home / "content" / LATE).read_bytes()
    write(parts, "editor", "SHP-014", raw, raw.replace(b"code L5", b"code L7"))
    shown = hidden(page(reviewer, "/submissions/1"), "shown")
    sent = {"shown": shown, "when": "later", "at": "2026-11-22T12:00"}
    assert reviewer.post("/submissions/1/approval", data=sent).status_code == 302
    now = put(home, LATE, "above 500 euro", "above 900 euro")
    parts.publishing.publisher.refresh(NOW.date())
    parts.approval.keep_up(NOW.replace(hour=20))
    assert (home / "content" / LATE).read_bytes() == now
    assert parts.approval.waiting.get(1).state.value == "waiting"
    assert "look at it again" in page(reviewer, "/submissions/1")
