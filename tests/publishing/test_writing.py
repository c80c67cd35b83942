"""One way of writing: whatever becomes of an edit comes back as one of a few results."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from kb.parts import Parts
from kb.people.person import Person
from kb.procedures.model import Procedure, Status
from kb.publishing.along import Typed
from kb.publishing.edits import Clash, Edit, Saved, author_of
from kb.publishing.outcomes import Became, Breaks, Obstacle, Refusal, Unchanged, Waits
from kb.publishing.writing import Relocation
from tests.conftest import NOW
from tests.publishing.conftest import LATE_PATH, read


class Noted:
    """Goes along, and writes down what it is told."""

    def __init__(self, objection: str = "") -> None:
        self.said = Refusal(objection, about="note") if objection else None
        self.heard: list[str] = []

    def objection(self, text: bytes, path: str) -> Refusal | None:
        return self.said

    def begin(self, procedure_id: str, text: bytes) -> None:
        self.heard.append(f"begin {procedure_id}")

    def take_back(self) -> None:
        self.heard.append("take back")

    def end(self, saved: Saved) -> None:
        self.heard.append(f"end {saved.procedure_id}")


@pytest.fixture
def editor(parts: Parts) -> Person:
    found = parts.people.directory.by_email("editor@kb.example")
    assert found is not None
    return found


@pytest.fixture
def reviewed(home: Path) -> None:
    file = home / "content" / "departments.yml"
    text = file.read_text()
    file.write_text(text.replace("name: Shipping", "name: Shipping\n    changes: reviewed"))


def late(parts: Parts) -> Procedure:
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    return card.procedure


def write(
    parts: Parts, by: Person, text: bytes, base: bytes, along: Noted, note: str = "Better so"
) -> Became:
    edit = Edit(LATE_PATH, base, text, note, True, author_of(by))

    def keep() -> int:
        return parts.publishing.drafts.keep(by.id, "SHP-014", base, {"note": note}, NOW)

    return parts.writing.write(late(parts), edit, by, NOW, typed=Typed(keep), along=(along,))


def test_it_is_written_and_the_draft_has_done_its_work(parts: Parts, editor: Person) -> None:
    base, along = read(parts), Noted()
    done = write(parts, editor, base.replace(b"code L5", b"code L7"), base, along)
    assert isinstance(done, Saved)
    assert b"code L7" in read(parts)
    assert along.heard == ["begin SHP-014", "end SHP-014"]
    assert parts.publishing.drafts.count(editor.id) == 0


def test_it_waits_where_changes_are_reviewed(parts: Parts, editor: Person, reviewed: None) -> None:
    base, along = read(parts), Noted()
    done = write(parts, editor, base.replace(b"code L5", b"code L7"), base, along)
    assert isinstance(done, Waits)
    assert read(parts) == base
    assert along.heard == ["begin SHP-014"]
    assert parts.approval.waiting.get(done.number) is not None
    assert parts.publishing.drafts.count(editor.id) == 0


def test_it_clashes_and_the_draft_stays(parts: Parts, editor: Person) -> None:
    base, along = read(parts), Noted()
    assert isinstance(write(parts, editor, base.replace(b"L5", b"L6"), base, Noted()), Saved)
    done = write(parts, editor, base.replace(b"L5", b"L7"), base, along)
    assert isinstance(done, Clash)
    assert along.heard == ["begin SHP-014", "take back"]
    assert parts.publishing.drafts.count(editor.id) == 1


def test_it_breaks_a_search_test_unless_it_is_wanted_anyway(parts: Parts, editor: Person) -> None:
    base, along = read(parts), Noted()
    text = base.replace(b"related:", b"finds: [zeppelin]\nrelated:")
    done = write(parts, editor, text, base, along)
    assert isinstance(done, Breaks)
    assert [one.test.query for one in done.finds] == ["zeppelin"]
    assert along.heard == []
    assert parts.publishing.drafts.count(editor.id) == 1
    edit = Edit(LATE_PATH, base, text, "So be it", True, author_of(editor))
    typed = Typed(anyway=True)
    assert isinstance(parts.writing.write(late(parts), edit, editor, NOW, typed=typed), Saved)
    assert parts.publishing.drafts.count(editor.id) == 0


def test_nothing_changed_is_nothing_written(parts: Parts, editor: Person) -> None:
    base, along = read(parts), Noted()
    assert write(parts, editor, base, base, along) == Unchanged()
    assert along.heard == []


@pytest.mark.parametrize(
    ("was", "becomes", "note", "why"),
    [
        (b"id: SHP-014", b"id: SHP-099", "Better so", "The id stays SHP-014: it never changes."),
        (b'"Complaint: Late Shipment"\nkey', b'""\nkey', "Better so", "Give it a title."),
        (b"code L5", b"code L7", " ", "People are told what you write as the note"),
        (b"department: shipping", b"department: billing", "Better so", "You do not write for"),
        (b"code L5", b"code \0", "Better so", "The text has a NUL character in it"),
    ],
)
def test_it_is_refused_with_the_reason(
    was: bytes, becomes: bytes, note: str, why: str, parts: Parts, editor: Person
) -> None:
    base = read(parts)
    done = write(parts, editor, base.replace(was, becomes), base, Noted(), note)
    assert isinstance(done, Refusal)
    assert done.why.startswith(why)
    assert not done.for_now
    assert read(parts) == base


def test_what_goes_along_may_object(parts: Parts, editor: Person) -> None:
    base, along = read(parts), Noted("Say what changed.")
    done = write(parts, editor, base.replace(b"L5", b"L7"), base, along)
    assert done == Refusal("Say what changed.", about="note")
    assert along.heard == []
    assert parts.publishing.drafts.count(editor.id) == 0


def test_what_cannot_be_written_now_may_be_tried_again(parts: Parts, editor: Person) -> None:
    base, along = read(parts), Noted()
    lock = parts.settings.var / "saving.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    done = write(parts, editor, base.replace(b"L5", b"L7"), base, along)
    assert isinstance(done, Refusal)
    assert done.obstacle is Obstacle.NOT_NOW
    assert along.heard == ["begin SHP-014", "take back"]
    assert parts.publishing.drafts.count(editor.id) == 1


def test_a_move_that_changes_nothing_says_so(parts: Parts, editor: Person) -> None:
    it = late(parts)
    stays = Relocation(it.title, it.department, it.path, "")
    assert parts.writing.move(it, stays, editor, NOW) == Unchanged()
    done = parts.writing.move(it, Relocation("Late", "billing", it.path, ""), editor, NOW)
    assert done == Refusal("You do not write for Billing.", Obstacle.NOT_YOURS, "department")


def test_the_other_verbs_return_their_no(parts: Parts, editor: Person) -> None:
    unknown = replace(late(parts), id="SHP-099")
    gone = parts.writing.retire(unknown, None, "", editor, NOW)
    assert gone == Refusal("Procedure SHP-099 no longer exists.")
    assert parts.writing.reinstate(unknown, editor, NOW) == gone
    erased = parts.writing.erase("SHP-014", editor, NOW)
    assert isinstance(erased, Refusal)
    assert erased.obstacle is Obstacle.NOT_YOURS
    assert isinstance(parts.writing.retire(late(parts), None, "", editor, NOW), Saved)
    assert late(parts).status is Status.RETIRED
