"""Nobody reads a file of another department's draft by showing it on a page of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.documents.source.amending import amend
from kb.parts import Parts
from kb.people.person import Person
from kb.people.rights import Role
from kb.publishing.along import Typed
from kb.publishing.batches import FileEdit
from kb.publishing.edits import Edit, Saved, author_of
from kb.publishing.outcomes import Refusal
from tests.conftest import NOW
from tests.web.publishing.test_editing import EDIT, fields, save

DRAFT = "---\nid: BIL-90\ntitle: Kiosk\nstatus: draft\n---\n\n[Plan](till.txt) ![Plan](till.png)\n"
LATE = "shipping/late-shipment.md"
WAYS = [
    "[Till](../billing/{})",
    "![Till](../billing/{})",
    "[Till](/billing/{})",
    "[Till][t]\n\n[t]: ../billing/{}",
    '<img src="../billing/{}" alt="Till">',
    "[Till](../../billing/{})",  # as in a site whose pages end in a slash
    "[Till](../billing/./{})",
    "[[billing/{}]]",
    "[![Till](../billing/{})](https://example.org/till)",  # beside links to other sites
    "[There](https://example.org/)[Till](../billing/{})",
    "[There](https://example.org/[[billing/{}]])",
    "<https://example.org/>[Till](../billing/{})",
    "[Till](<https://example.org/>)\n\n[Till](../billing/{})",
    "[Till](https://example.org/)\n\n[There]\n\n[There]: ../billing/{}",
    "[There](https://example.org/ 'Here')[Till]\\](https://example.org)](../billing/{})",
]


@pytest.fixture
def draft(home: Path, parts: Parts) -> Path:
    folder = home / "content" / "billing"
    folder.joinpath("kiosk.md").write_text(DRAFT)
    folder.joinpath("till.txt").write_text("Opens at four")
    folder.joinpath("till.png").write_bytes(b"png")
    parts.publishing.publisher.refresh(NOW.date())
    return folder


def person(parts: Parts, name: str) -> Person:
    found = parts.people.directory.by_email(f"{name}@kb.example")
    assert found is not None
    return found


def write(parts: Parts, who: str, more: str, id: str = "SHP-014"):
    card, by = parts.catalogue.get(id), person(parts, who)
    assert card is not None
    base = (parts.settings.content / card.procedure.path).read_bytes()
    text = base + f"\n{more}\n".encode()
    edit = Edit(card.procedure.path, base, text, "Better so", False, author_of(by))
    return parts.writing.write(card.procedure, edit, by, NOW, typed=Typed(anyway=True))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("file", ["till.txt", "till.png"])
def test_a_text_does_not_show_what_its_writer_may_not_see(
    parts: Parts, draft: Path, editor: FlaskClient, rep: FlaskClient, way: str, file: str
) -> None:
    became = write(parts, "editor", way.format(file))
    assert isinstance(became, Refusal)
    assert became.about == "body"
    assert "billing/till." in became.why
    for who in (editor, rep):
        assert who.get(f"/files/billing/{file}").status_code == 404


def test_a_file_that_is_not_there_is_refused_like_one_that_is(parts: Parts, draft: Path) -> None:
    there = write(parts, "editor", "[Till](../billing/till.txt)")
    absent = write(parts, "editor", "[Till](../billing/toll.txt)")
    assert isinstance(there, Refusal)
    assert isinstance(absent, Refusal)
    assert there.why.replace("till", "toll") == absent.why


@pytest.mark.parametrize(
    "more",
    [
        "[Gift cards](../billing/gift-card-not-accepted.md)",
        "[Gift cards](../billing/gift-card-not-accepted)",
        "[Gift cards](../billing/gift-card-not-accepted.html)",
        "[Later](later.pdf)",
        "[For all](../forms/all.pdf)",
        "![Own](box.png)",
        "See <https://example.org/billing/till.txt>",
        "See <https://example.org/billing/[till.txt>",
        "See [there](https://example.org/billing/till.txt)",
    ],
)
def test_pages_and_own_files_are_shown_as_ever(parts: Parts, draft: Path, more: str) -> None:
    assert isinstance(write(parts, "editor", more), Saved)


def test_what_a_page_for_all_shows_may_be_shown_by_all(parts: Parts, draft: Path) -> None:
    kiosk = draft / "kiosk.md"
    kiosk.write_bytes(amend(kiosk.read_bytes(), {"status": "published"}))
    parts.publishing.publisher.refresh(NOW.date())
    assert isinstance(write(parts, "editor", "[Till](../billing/till.txt)"), Saved)
    # It stays, whatever becomes of that page.
    kiosk.write_text(DRAFT)
    parts.publishing.publisher.refresh(NOW.date())
    assert isinstance(write(parts, "editor", "One more line."), Saved)


def test_a_folder_that_is_called_like_a_department_with_capitals_is_its_own(
    parts: Parts, home: Path, draft: Path, editor: FlaskClient
) -> None:
    folder = home / "content" / "Billing"
    folder.mkdir(exist_ok=True)
    folder.joinpath("new.txt").write_text("Not for all")
    assert editor.get("/files/Billing/new.txt").status_code == 404
    assert isinstance(write(parts, "editor", "[New](../Billing/new.txt)"), Refusal)


def test_the_editor_says_so_beside_the_text_and_keeps_it(
    parts: Parts, draft: Path, editor: FlaskClient
) -> None:
    typed = fields(editor.get(EDIT).text)
    typed["body"] += "\n\n[Till](../billing/till.txt)\n"
    answer = save(editor, body=typed["body"])
    assert answer.status_code in (400, 403)
    assert "You may not show billing/till.txt" in answer.text
    assert "[Till](../billing/till.txt)" in answer.text


def test_a_new_procedure_and_a_restored_one_are_asked_too(
    parts: Parts, draft: Path, home: Path
) -> None:
    by = person(parts, "editor")
    text = b"---\nid: SHP-90\ntitle: New\nstatus: draft\n---\n\n[Till](../billing/till.txt)\n"
    edit = Edit("shipping/new.md", b"", text, "", False, author_of(by))
    assert isinstance(parts.writing.write(None, edit, by, NOW), Refusal)
    assert not (home / "content" / "shipping" / "new.md").exists()


def test_search_and_replace_is_asked_too(parts: Parts, draft: Path, home: Path) -> None:
    assert isinstance(write(parts, "editor", "[Till](till.txt)"), Saved)
    base = (home / "content" / LATE).read_bytes()
    by = person(parts, "editor")
    saver = parts.publishing.on_behalf(by)
    wanted = FileEdit(LATE, base, base.replace(b"](till.txt)", b"](../billing/till.txt)"))
    done = saver.change_many([wanted], "Replaced", author_of(by), NOW)
    assert "You may not show" in done.skipped[LATE]


def test_a_change_for_a_reviewer_is_asked_too(parts: Parts, draft: Path, home: Path) -> None:
    file = home / "content" / "departments.yml"
    name = "name: Shipping\n"
    file.write_text(file.read_text().replace(name, f"{name}    changes: reviewed\n"))
    assert isinstance(write(parts, "editor", "[Till](../billing/till.txt)"), Refusal)


def test_who_writes_for_both_may_show_it(parts: Parts, draft: Path) -> None:
    by = person(parts, "editor")
    parts.people.directory.set_member(by.id, "billing", [Role.EDITOR])
    assert isinstance(write(parts, "editor", "[Till](../billing/till.txt)"), Saved)


def test_a_file_is_not_stored_under_a_name_that_others_show_already(
    parts: Parts, home: Path, rep: FlaskClient
) -> None:
    # By other hands: no form would take it.
    waits = "---\nid: SHP-91\ntitle: Waits\n---\n\n![Soon](../billing/soon.png)\n"
    home.joinpath("content", "shipping", "waits.md").write_text(waits)
    parts.publishing.publisher.refresh(NOW.date())
    by = person(parts, "outsider")
    assert parts.writing.attach("billing/soon.png", b"png", by, NOW) == "billing/soon-2.png"
    assert rep.get("/files/billing/soon.png").status_code == 404
    # One's own dead link is mended by the file that it wants.
    home.joinpath("content", "billing", "own.md").write_text("# Own\n\n![Own](own.png)\n")
    parts.publishing.publisher.refresh(NOW.date())
    assert parts.writing.attach("billing/own.png", b"png", by, NOW) == "billing/own.png"
