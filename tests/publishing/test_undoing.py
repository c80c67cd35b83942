"""Undoing a bulk change: what is no text goes straight, text takes who may publish it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.app import build
from kb.parts import Parts
from kb.publishing.batches import Batch, FileEdit
from kb.publishing.edits import Author
from kb.publishing.undoing import NOT_YOURS, REVIEWED
from kb.reviews.reviewing import HandOver
from tests.conftest import DEPARTMENTS, NOW
from tests.databases import load
from tests.reviews.test_departures import person

LATE, CUSTOMS = "shipping/late-shipment.md", "shipping/customs.md"
REVIEWED_SHIPPING = DEPARTMENTS.replace(
    "    name: Shipping", "    name: Shipping\n    changes: reviewed"
)


@pytest.fixture
def reviewed(parts: Parts, home: Path) -> None:
    """Shipping has its changes reviewed."""
    (home / "content" / "departments.yml").write_text(REVIEWED_SHIPPING)


def text(home: Path, path: str = LATE) -> str:
    return (home / "content" / path).read_text()


def replaced(parts: Parts, *paths: str) -> Batch:
    """A reviewer's search and replace."""
    raw = {path: parts.storage.library.read(path) for path in paths}
    changes = [FileEdit(path, was, was.replace(b"Steps", b"Ways")) for path, was in raw.items()]
    return parts.publishing.saver.change_many(
        changes, "“Steps” is now “Ways”", Author("Rena", "r@b"), NOW
    )


def handed(parts: Parts) -> str:
    rena = person(parts, "reviewer")
    change = HandOver("reviewer@kb.example", "editor@kb.example")
    done = parts.reviews.reviewing.hand_over(
        ["SHP-014"], change, [rena, person(parts, "editor")], rena, NOW
    )
    assert done.procedure_ids == ("SHP-014",)
    return done.commit


def undone(parts: Parts, commit: str, name: str) -> Batch:
    by = person(parts, name).leading(parts.publishing.publisher.departments())
    return parts.publishing.undoing.undo(commit, by, NOW)


@pytest.mark.usefixtures("reviewed")
def test_confirming_and_handing_over_go_straight_and_so_does_their_undo(
    parts: Parts, home: Path
) -> None:
    before = text(home)
    commit = handed(parts)
    assert text(home) != before
    assert undone(parts, commit, "editor").paths == (LATE,)
    assert text(home) == before
    card = parts.catalogue.get("SHP-014")
    eddy = person(parts, "editor")  # its owner
    done = parts.reviews.reviewing.confirm({"SHP-014": card.procedure.version}, eddy, NOW)
    assert "reviewed: 2026-11-22" in text(home)
    assert undone(parts, done.commit, "editor").paths == (LATE,)
    assert text(home) == before


@pytest.mark.usefixtures("reviewed")
def test_undoing_a_change_of_text_takes_who_may_publish_it(parts: Parts, home: Path) -> None:
    done = replaced(parts, LATE, CUSTOMS)
    changed = text(home)
    refused = undone(parts, done.commit, "editor")
    assert refused.skipped == {LATE: REVIEWED}
    assert refused.paths == (CUSTOMS,)  # a draft: its editors write it at once
    assert text(home) == changed
    assert "## Steps" in text(home, CUSTOMS)


@pytest.mark.usefixtures("reviewed")
def test_a_reviewer_undoes_it_at_once(parts: Parts, home: Path) -> None:
    before = text(home)
    done = replaced(parts, LATE)
    assert undone(parts, done.commit, "reviewer").paths == (LATE,)
    assert text(home) == before


@pytest.mark.usefixtures("reviewed")
def test_with_four_eyes_no_reviewer_undoes_text_alone(parts: Parts, home: Path) -> None:
    done, commit = replaced(parts, LATE), handed(parts)
    own = build(load({"KB_FOUR_EYES": "1"}, home))
    assert undone(own, commit, "reviewer").paths == (LATE,)
    assert undone(own, done.commit, "reviewer").skipped == {LATE: REVIEWED}
    own.insight.log.close()
    own.engine.dispose()


def test_where_changes_are_not_reviewed_an_editor_undoes_text(parts: Parts, home: Path) -> None:
    before = text(home)
    assert undone(parts, replaced(parts, LATE).commit, "editor").paths == (LATE,)
    assert text(home) == before


@pytest.mark.parametrize("name", ["reviewer", "admin"])
def test_lead_and_administrator_undo_hand_overs_and_no_text(
    parts: Parts, home: Path, name: str
) -> None:
    done, commit = replaced(parts, LATE), handed(parts)
    changed = text(home)
    rena = person(parts, "reviewer")
    parts.people.directory.set_roles(rena.id, administrator=False, editor_of=(), reviewer_of=())
    assert undone(parts, done.commit, name).skipped == {LATE: "it was changed since"}
    assert undone(parts, commit, name).paths == (LATE,)
    assert undone(parts, done.commit, name).skipped == {LATE: NOT_YOURS}
    assert text(home) != changed
    assert "Ways" in text(home)


@pytest.mark.parametrize("name", ["rep", "outsider"])
def test_others_undo_nothing(parts: Parts, home: Path, name: str) -> None:
    commit = handed(parts)
    changed = text(home)
    assert undone(parts, commit, name).skipped == {LATE: NOT_YOURS}
    assert text(home) == changed
