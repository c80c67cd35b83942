"""A slip in a file of settings: what it said before holds, and everybody goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from kb.app import build
from kb.documents.settings_files.departments_editing import without_department
from kb.parts import Parts
from kb.storage.git.repository import FOUND, Note
from tests import databases
from tests.conftest import DEPARTMENTS, NOW, signed_in
from tests.pagekit import page

SLIPS = {
    "a bracket": "departments: [\n",
    "a tab": "departments:\n\t- id: shipping\n",
    "a colon": "departments:\n  - id shipping\n    name: Shipping\n",
    "a quote": 'departments:\n  - id: shipping\n    name: "Shipping\n',
    "no id": DEPARTMENTS.replace("id: shipping", "idd: shipping"),
    "an id with blanks": DEPARTMENTS.replace("id: shipping", "id: the shipping people"),
    "another key": DEPARTMENTS.replace("departments:", "departmnets:"),
    "no list": "departments: shipping\n",
    "nothing": "",
    "blanks": "  \n\n",
    "no text": "\x00\x01\x02",
}


@pytest.fixture
def file(home: Path) -> Path:
    return home / "content" / "departments.yml"


@pytest.mark.parametrize("slip", SLIPS)
def test_asking_and_editing_go_on(app: Flask, parts: Parts, file: Path, slip: str) -> None:
    file.write_text(SLIPS[slip])
    assert list(parts.publishing.departments().by_id) == ["shipping", "billing"]
    asked = {"q": "norway", "department": "shipping", "comment": "Which form?"}
    assert signed_in(app, "rep@kb.example").post("/requests", data=asked).status_code == 302
    assert "last carrier scan" in page(
        signed_in(app, "editor@kb.example"), "/procedures/SHP-014/edit"
    )
    parts.publishing.publisher.refresh(NOW.date())
    assert "zebra" in page(signed_in(app, "editor@kb.example"), "/search?q=zebra").casefold()


@pytest.mark.parametrize("slip", SLIPS)
def test_a_restart_knows_it_too_and_check_tells_where(
    parts: Parts, home: Path, file: Path, slip: str
) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    file.write_text(SLIPS[slip])
    again = build(databases.load({}, home))
    assert list(again.publishing.departments().by_id) == ["shipping", "billing"]
    found = [one for one in again.publishing.publisher.check(NOW.date()) if one.path == file.name]
    assert found
    assert all(one.line and one.remedy for one in found)
    (older,) = again.publishing.live.older
    assert older in found
    again.insight.log.close()
    again.let_go()


def test_what_is_mended_holds_at_once(parts: Parts, file: Path) -> None:
    file.write_text(SLIPS["a bracket"])
    assert parts.publishing.live.older
    file.write_text("departments:\n  - id: returns\n")
    assert list(parts.publishing.departments().by_id) == ["returns"]
    assert parts.publishing.live.older == ()
    parts.publishing.publisher.refresh(NOW.date())
    file.unlink()
    assert list(parts.publishing.departments().by_id) == ["returns"]
    file.write_text("# none\n")
    assert parts.publishing.departments().by_id == {}
    assert parts.publishing.live.older == ()


def test_a_lesser_fault_costs_its_own_value(parts: Parts, file: Path) -> None:
    file.write_text(DEPARTMENTS.replace("8 hours", "8 hourz").replace("Shipping", "Parcels"))
    shipping = parts.publishing.departments().get("shipping")
    assert (shipping.name, shipping.answer_within) == ("Parcels", timedelta(days=2))
    assert parts.publishing.live.older == ()
    assert [fault.line for fault in parts.publishing.live.found] == [6]


def test_a_file_that_cannot_be_read_is_told_and_costs_nothing(
    app: Flask, parts: Parts, file: Path
) -> None:
    file.unlink()
    file.mkdir()
    assert list(parts.publishing.departments().by_id) == ["shipping", "billing"]
    assert "cannot be read" in str(parts.publishing.live.older[0])
    page(signed_in(app, "rep@kb.example"), "/departments")


def test_synonyms_hold_through_a_slip(parts: Parts, home: Path) -> None:
    file = home / "content" / "synonyms.yml"
    file.write_text("two_way:\n  - [parcel, kollo]\n")
    parts.publishing.publisher.refresh(NOW.date())

    def found() -> int:
        reader = parts.people.directory.everyone(1, 1).people[0].reader()
        return parts.search.searcher.search("kollo", reader, NOW.date()).total

    assert found() > 0
    for slip in ("two_way: [\n", "two_wya:\n  - [parcel, kollo]\n", "two_way: parcel\n", ""):
        file.write_text(slip)
        assert found() > 0, slip
        assert parts.publishing.live.older, slip
    again = build(databases.load({}, home))
    assert again.search.searcher.synonyms().found_in(["kollo"])
    again.insight.log.close()
    again.let_go()


def test_a_damaged_copy_of_the_last_good_one_is_not_believed(
    parts: Parts, home: Path, file: Path
) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    (home / "var" / "last_good" / "departments.yml").write_bytes(b"\xff\x00[")
    file.write_text(SLIPS["a tab"])
    assert list(parts.publishing.departments().by_id) == ["shipping", "billing"], "remembered"


def test_the_last_one_that_is_taken_out_is_gone(parts: Parts, file: Path) -> None:
    file.write_text("- id: returns\n")
    parts.publishing.publisher.refresh(NOW.date())
    parts.publishing.publisher.change_departments(
        lambda raw: without_department(raw, "returns"), Note("Removed", FOUND, NOW)
    )
    assert parts.publishing.departments().by_id == {}
    assert parts.publishing.live.older == ()
