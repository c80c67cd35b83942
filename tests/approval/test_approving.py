"""Submitted, sent back, approved, now or later: what each step does to file, history, notices."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from kb.app import build
from kb.approval.submission import (
    ChangedSince,
    Comment,
    Decided,
    NoWord,
    Submission,
    SubmissionError,
    SubmissionState,
    SubmissionStep,
    WrongTime,
    digest_of,
)
from kb.database import notices as notices_table
from kb.database import reading
from kb.parts import Parts
from kb.people.person import Person
from kb.procedures.model import Status
from kb.procedures.visibility import Reader
from kb.publishing.edits import Author, Collision, Edit, NotAllowed
from tests.conftest import NOW
from tests.databases import load

LATER = NOW + timedelta(hours=3)
CUSTOMS, LATE = "shipping/customs.md", "shipping/late-shipment.md"


def who(parts: Parts, name: str) -> Person:
    found = parts.people.directory.by_email(f"{name}@kb.example")
    assert found is not None
    return found


def raw(parts: Parts, path: str = CUSTOMS) -> bytes:
    return (parts.settings.content / path).read_bytes()


def version(parts: Parts, path: str = CUSTOMS) -> str:
    return sha256(raw(parts, path)).hexdigest()[:12]


def submitted(parts: Parts, by: str = "editor", note: str = "Please look") -> Submission:
    id = parts.approval.submit("SHP-015", version(parts), who(parts, by), note, NOW)
    return again(parts, id)


def proposed(
    parts: Parts, text: bytes, by: str = "editor", base: bytes | None = None
) -> Submission:
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    base = raw(parts, LATE) if base is None else base
    return again(
        parts,
        parts.approval.propose(
            card.procedure, base, text, "Six days", worth_telling=True, by=who(parts, by), now=NOW
        ),
    )


def again(parts: Parts, id: int) -> Submission:
    found = parts.approval.waiting.get(id)
    assert found is not None
    return found


def status(parts: Parts, id: str = "SHP-015") -> Status:
    card = parts.catalogue.get(id)
    assert card is not None
    return card.procedure.status


def steps(parts: Parts, id: str = "SHP-015") -> list[tuple[SubmissionStep, str | None]]:
    return [(one.kind, one.by_name) for one in parts.approval.waiting.steps(id)]


def told(parts: Parts, name: str) -> list[str]:
    query = select(notices_table).where(notices_table.c.person_id == who(parts, name).id)
    with reading(parts.engine) as connection:
        rows = connection.execute(query.order_by(notices_table.c.id)).all()
    assert {row.kind for row in rows} <= {"approval"}
    return [row.title for row in rows]


def newest(parts: Parts, id: str = "SHP-015"):
    card = parts.catalogue.get(id)
    assert card is not None
    return parts.versions.newest(card.procedure, Reader(frozenset({"shipping"})))


def test_a_draft_is_submitted_sent_back_and_approved(parts: Parts) -> None:
    draft = raw(parts)
    first = submitted(parts)
    assert status(parts) is Status.IN_REVIEW
    assert raw(parts) == draft.replace(b"status: draft", b"status: in review")
    assert told(parts, "reviewer") == ["A draft waits for review: Shipping: Customs Zebra Papers"]
    assert told(parts, "outsider") == told(parts, "editor") == []
    rena = who(parts, "reviewer")
    parts.approval.send_back(first, rena, "Which form?", NOW)
    assert raw(parts) == draft
    assert told(parts, "editor") == ["Sent back to you: Shipping: Customs Zebra Papers"]
    second = submitted(parts)
    assert second.follows == first.id
    saved = parts.approval.approve(second, rena, "Good", NOW)
    assert saved is not None
    assert status(parts) is Status.PUBLISHED
    card = parts.catalogue.get("SHP-015")
    assert card is not None
    assert card.procedure.reviewed == date(2026, 11, 22)
    assert steps(parts) == [
        (SubmissionStep.SUBMITTED, "Eddy Editor"),
        (SubmissionStep.SENT_BACK, "Rena Reviewer"),
        (SubmissionStep.SUBMITTED, "Eddy Editor"),
        (SubmissionStep.APPROVED, "Rena Reviewer"),
    ]
    assert told(parts, "editor")[1:] == ["Approved: Shipping: Customs Zebra Papers"]
    latest = newest(parts)
    assert (latest.author_name, latest.note) == ("Rena Reviewer", "Approved: Good")


def test_only_a_reviewer_of_that_department_approves(parts: Parts) -> None:
    waits = submitted(parts)
    for name in ("rep", "editor", "outsider", "admin"):
        for verb in (parts.approval.approve, parts.approval.send_back):
            with pytest.raises(NotAllowed):
                verb(waits, who(parts, name), "Fine", NOW)
        with pytest.raises(NotAllowed):
            parts.approval.approve_later(waits, who(parts, name), LATER, "", NOW)
    for name in ("rep", "outsider", "admin"):
        with pytest.raises(NotAllowed):
            parts.approval.comment(waits, who(parts, name), said("No"), NOW)
        with pytest.raises(NotAllowed):
            submitted(parts, name)
    with pytest.raises(NotAllowed):
        parts.approval.withdraw(waits, who(parts, "reviewer"), "", NOW)
    assert again(parts, waits.id).state is SubmissionState.WAITING


def said(text: str) -> Comment:
    return Comment(0, "", NOW, "steps", "Steps", "1. Send the zebra form.", text)


def test_who_talks_about_it_hears_what_is_said_next(parts: Parts) -> None:
    waits = submitted(parts)
    rena, eddy = who(parts, "reviewer"), who(parts, "editor")
    comment = "A comment on Shipping: Customs Zebra Papers"
    parts.approval.comment(waits, eddy, said("Anybody?"), NOW)
    assert comment not in told(parts, "reviewer")  # she is told of what waits, not of each word
    parts.approval.comment(waits, rena, said("Which form?"), NOW + timedelta(seconds=1))
    parts.approval.comment(waits, eddy, said("The striped one."), NOW + timedelta(seconds=2))
    assert told(parts, "reviewer").count(comment) == told(parts, "editor").count(comment) == 1
    parts.approval.send_back(waits, rena, "", NOW + timedelta(seconds=3))
    next_round = submitted(parts, note="The form is named")
    parts.approval.comment(next_round, eddy, said("As you asked."), NOW + timedelta(seconds=4))
    assert told(parts, "reviewer").count(comment) == 2


def test_who_may_look_no_more_hears_no_more(parts: Parts) -> None:
    waits = submitted(parts)
    parts.approval.comment(waits, who(parts, "reviewer"), said("Which form?"), NOW)
    parts.people.directory.set_roles(
        who(parts, "reviewer").id, administrator=False, editor_of=[], reviewer_of=["billing"]
    )
    parts.approval.comment(waits, who(parts, "editor"), said("The striped one."), LATER)
    assert told(parts, "reviewer") == ["A draft waits for review: Shipping: Customs Zebra Papers"]


def test_to_send_back_takes_a_word_or_a_comment(parts: Parts) -> None:
    waits, rena = submitted(parts), who(parts, "reviewer")
    with pytest.raises(NoWord):
        parts.approval.send_back(waits, rena, "  ", NOW)
    with pytest.raises(NoWord):
        parts.approval.comment(waits, rena, said(" "), NOW)
    parts.approval.comment(waits, rena, said("Which form?"), NOW)
    assert told(parts, "editor") == ["A comment on Shipping: Customs Zebra Papers"]
    parts.approval.send_back(waits, rena, "", NOW)
    (kept,) = parts.approval.waiting.comments("SHP-015")
    assert (kept.by_name, kept.passage, kept.text) == (
        "Rena Reviewer",
        "1. Send the zebra form.",
        "Which form?",
    )


def test_who_submitted_may_withdraw(parts: Parts) -> None:
    draft = raw(parts)
    waits = submitted(parts)
    parts.approval.withdraw(waits, who(parts, "editor"), "", NOW)
    assert raw(parts) == draft
    assert again(parts, waits.id).state is SubmissionState.WITHDRAWN
    with pytest.raises(Decided):
        parts.approval.approve(waits, who(parts, "reviewer"), "", NOW)
    assert raw(parts) == draft


def test_four_eyes_forbid_to_approve_ones_own(parts: Parts, home: Path) -> None:
    rena = who(parts, "reviewer")
    own = submitted(parts, "reviewer")
    strict = build(load({"KB_FOUR_EYES": "1"}, home))
    with pytest.raises(NotAllowed, match="somebody else"):
        strict.approval.approve(own, rena, "", NOW)
    with pytest.raises(NotAllowed):
        strict.approval.approve_later(own, rena, LATER, "", NOW)
    assert status(parts) is Status.IN_REVIEW
    parts.approval.approve(own, rena, "", NOW)
    assert status(parts) is Status.PUBLISHED
    strict.insight.log.close()
    strict.engine.dispose()


def test_what_is_approved_is_what_was_submitted(parts: Parts) -> None:
    waits, rena = submitted(parts), who(parts, "reviewer")
    file = parts.settings.content / CUSTOMS
    file.write_bytes(raw(parts) + b"2. Burn it.\n")
    parts.publishing.publisher.refresh(NOW.date())
    with pytest.raises(ChangedSince):
        parts.approval.approve(waits, rena, "", NOW)
    assert status(parts) is Status.IN_REVIEW
    assert again(parts, waits.id).intent is None
    anew = submitted(parts)
    assert again(parts, waits.id).state is SubmissionState.REPLACED
    with pytest.raises(Decided):
        parts.approval.approve(waits, rena, "", NOW)
    parts.approval.approve(anew, rena, "", NOW)
    assert b"Burn it" in raw(parts)


def test_it_is_submitted_as_it_was_looked_at_and_once(parts: Parts) -> None:
    with pytest.raises(ChangedSince):
        parts.approval.submit("SHP-015", "0" * 12, who(parts, "editor"), "", NOW)
    assert parts.approval.waiting.of_procedure("SHP-015") == ()
    submitted(parts)
    with pytest.raises(SubmissionError, match="already"):
        submitted(parts)


def test_approved_for_later_is_published_then(parts: Parts) -> None:
    waits, rena = submitted(parts), who(parts, "reviewer")
    for wrong in (NOW, NOW - timedelta(days=1), NOW + timedelta(days=900)):
        with pytest.raises(WrongTime):
            parts.approval.approve_later(waits, rena, wrong, "", NOW)
    parts.approval.approve_later(waits, rena, LATER, "On Monday", NOW)
    parts.approval.keep_up(LATER - timedelta(seconds=1))
    assert status(parts) is Status.IN_REVIEW
    parts.approval.keep_up(LATER)
    parts.approval.keep_up(LATER)
    assert status(parts) is Status.PUBLISHED
    assert steps(parts)[1:] == [
        (SubmissionStep.LATER, "Rena Reviewer"),
        (SubmissionStep.PUBLISHED, None),
    ]
    assert told(parts, "editor")[-1].startswith("Published: ")
    assert told(parts, "reviewer")[-1].startswith("Published: ")
    assert newest(parts).author_name == "Rena Reviewer"


def test_it_can_be_called_off(parts: Parts) -> None:
    waits, rena = submitted(parts), who(parts, "reviewer")
    parts.approval.approve_later(waits, rena, LATER, "", NOW)
    with pytest.raises(SubmissionError):
        parts.approval.call_off(waits, rena, "", NOW)
    parts.approval.call_off(again(parts, waits.id), rena, "Not yet", NOW)
    parts.approval.keep_up(LATER)
    assert status(parts) is Status.IN_REVIEW
    assert again(parts, waits.id).state is SubmissionState.WAITING


def test_what_changed_before_its_time_is_held_up(parts: Parts) -> None:
    waits, rena = submitted(parts), who(parts, "reviewer")
    parts.approval.approve_later(waits, rena, LATER, "", NOW)
    (parts.settings.content / CUSTOMS).write_bytes(raw(parts) + b"2. Burn it.\n")
    parts.publishing.publisher.refresh(NOW.date())
    parts.approval.keep_up(LATER)
    assert status(parts) is Status.IN_REVIEW
    assert again(parts, waits.id).state is SubmissionState.WAITING
    assert steps(parts)[-1] == (SubmissionStep.HELD_UP, None)
    assert told(parts, "reviewer")[-1].startswith("Could not be published")


def test_a_change_waits_while_the_old_text_stays_up(parts: Parts) -> None:
    before = raw(parts, LATE)
    waits = proposed(parts, before.replace(b"5 days", b"6 days"))
    assert raw(parts, LATE) == before
    assert told(parts, "reviewer")[0].startswith("A change waits for review")
    parts.publishing.saver.save(
        Edit(
            LATE, before, before.replace(b"500 euro", b"400 euro"), "", False, Author("A", "a@b.c")
        ),
        NOW,
    )
    both = parts.approval.text_to_be(waits) or b""
    assert (b"6 days" in both, b"400 euro" in both) == (True, True)
    with pytest.raises(ChangedSince):  # that is not what was submitted
        parts.approval.approve(waits, who(parts, "reviewer"), "", NOW)
    parts.approval.approve(waits, who(parts, "reviewer"), "", NOW, digest_of(both))
    assert raw(parts, LATE) == both
    assert b"6 days" in raw(parts, LATE)
    assert b"400 euro" in raw(parts, LATE)
    assert b"reviewed: 2026-10-02" in raw(parts, LATE)  # a change is no review
    latest = newest(parts, "SHP-014")
    assert (latest.author_name, latest.note) == (
        "Eddy Editor",
        "Six days (approved by Rena Reviewer)",
    )


def test_a_change_that_collides_goes_back_with_nothing_lost(parts: Parts) -> None:
    before = raw(parts, LATE)
    mine, theirs = before.replace(b"5 days", b"6 days"), before.replace(b"5 days", b"9 days")
    waits = proposed(parts, mine)
    parts.publishing.saver.save(Edit(LATE, before, theirs, "", False, Author("A", "a@b.c")), NOW)
    with pytest.raises(Collision):
        parts.approval.approve(waits, who(parts, "reviewer"), "", NOW)
    assert raw(parts, LATE) == theirs
    back = again(parts, waits.id)
    assert (back.state, back.proposal.text, back.intent) == (SubmissionState.SENT_BACK, mine, None)
    assert told(parts, "editor") == ["Others changed the same lines: Complaint: Late Shipment"]
    resolved = proposed(parts, theirs.replace(b"9 days", b"7 days"), base=theirs)
    assert resolved.follows == waits.id
    parts.approval.approve(resolved, who(parts, "reviewer"), "", NOW)
    assert b"7 days" in raw(parts, LATE)


def test_a_second_change_of_the_same_person_takes_the_first_ones_place(parts: Parts) -> None:
    before = raw(parts, LATE)
    first = proposed(parts, before.replace(b"5 days", b"6 days"))
    other = proposed(parts, before.replace(b"L5", b"L7"), by="reviewer")
    second = proposed(parts, before.replace(b"5 days", b"7 days"))
    states = [again(parts, one.id).state for one in (first, other, second)]
    assert states == [SubmissionState.REPLACED, SubmissionState.WAITING, SubmissionState.WAITING]


def test_lists_tell_nobody_of_other_departments(parts: Parts) -> None:
    waits = submitted(parts)
    waiting, rena = parts.approval.waiting, who(parts, "reviewer")
    (line,) = waiting.for_review({"shipping"}, rena.id, own_too=True)
    assert (line.id, line.by_name) == (waits.id, "Eddy Editor")
    assert waiting.for_review({"billing"}, rena.id, own_too=True) == ()
    assert waiting.count({"shipping"}, rena.id, own_too=True) == 1
    assert waiting.count({"shipping"}, waits.by_id, own_too=False) == 0
    assert waiting.count({"billing"}, rena.id, own_too=True) == 0
    assert waiting.submitted_by(waits.by_id, {"billing"}) == ()
    assert [one.id for one in waiting.submitted_by(waits.by_id, {"shipping"})] == [waits.id]
