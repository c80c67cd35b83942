"""Procedures alike: offered, compared, merged or told apart, and secret where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.tidying.twin_search import Comparing
from tests.conftest import LATE, NOW, REFUND
from tests.pagekit import page

BASE = "/departments/shipping/tidying/alike"
PAIR = f"{BASE}/pair?one=SHP-014&other=SHP-099"


@pytest.fixture
def copied(parts: Parts, home: Path) -> None:
    """SHP-099 is an edited copy of SHP-014, and SHP-098 a draft that copies billing's."""
    copy = LATE.replace("SHP-014", "SHP-099").replace("Late Shipment", "Parcel Is Late")
    (home / "content/shipping/copy.md").write_text(copy.replace("more than 5", "at least 6"))
    draft = REFUND.replace("BIL-001", "SHP-098").replace("department: billing", "status: draft")
    (home / "content/shipping/refund.md").write_text(draft)
    parts.publishing.publisher.refresh(NOW.date())
    compare(parts)


def compare(parts: Parts) -> None:
    Comparing(parts.catalogue, parts.search.searcher, parts.tidying.twins).compare()


def test_before_the_first_comparison_the_page_says_so(editor: FlaskClient) -> None:
    assert "have not been compared yet" in page(editor, BASE)


def test_an_edited_copy_is_offered(copied: None, editor: FlaskClient) -> None:
    shown = page(editor, BASE)
    assert "2 pairs" in shown
    assert "one=SHP-014&amp;other=SHP-099" in shown
    side = page(editor, PAIR)
    assert "at least 6" in side
    assert "/procedures/SHP-099/retirement?successor=SHP-014" in side
    assert "/procedures/SHP-014/retirement?successor=SHP-099" in side


def test_another_departments_draft_is_not_offered_nor_counted(
    copied: None, outsider: FlaskClient, editor: FlaskClient
) -> None:
    base = "/departments/billing/tidying/alike"
    shown = page(outsider, base)
    assert "No two procedures" in shown
    assert "SHP-098" not in shown
    assert outsider.get(f"{base}/pair?one=BIL-001&other=SHP-098").status_code == 404
    assert "SHP-098" in page(editor, BASE)


def test_merging_retires_one_with_the_other_as_successor(
    copied: None, editor: FlaskClient, parts: Parts
) -> None:
    form = page(editor, "/procedures/SHP-099/retirement?successor=SHP-014")
    assert 'value="SHP-014"' in form
    said = {"successor": "SHP-014", "note": ""}
    answer = editor.post("/procedures/SHP-099/retirement", data=said)
    assert answer.status_code == 302, answer.text
    assert "SHP-099" not in page(editor, BASE)
    compare(parts)
    assert "SHP-099" not in page(editor, BASE)


def test_told_apart_is_remembered_and_can_be_taken_back(
    copied: None, editor: FlaskClient, parts: Parts
) -> None:
    both = {"one": "SHP-099", "other": "SHP-014"}
    assert editor.post(f"{BASE}/distinctions", data=both).location == BASE
    assert editor.post(f"{BASE}/distinctions", data=both).location == BASE
    compare(parts)
    shown = page(editor, BASE)
    assert "1 pair " in shown
    assert "Told apart" in shown
    editor.post(f"{BASE}/distinctions/removal", data=both)
    shown = page(editor, BASE)
    assert "2 pairs" in shown
    assert "Told apart" not in shown


@pytest.mark.parametrize(
    "asked",
    ["", "?one=SHP-014", "?one=SHP-014&other=SHP-014", "?one=BIL-001&other=BIL-001", "?one=x"],
)
def test_what_is_no_pair_of_the_department_is_not_there(
    asked: str, copied: None, editor: FlaskClient
) -> None:
    assert editor.get(f"{BASE}/pair{asked}").status_code == 404


@pytest.mark.parametrize("who", ["rep", "outsider", "administrator"])
def test_strangers_have_no_part_in_it(
    who: str, copied: None, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    both = {"one": "SHP-099", "other": "SHP-014"}
    assert client.get(BASE).status_code == 404
    assert client.get(PAIR).status_code == 404
    assert client.post(f"{BASE}/distinctions", data=both).status_code == 404


def test_they_are_compared_again_when_something_changed(copied: None, parts: Parts) -> None:
    comparing = Comparing(parts.catalogue, parts.search.searcher, parts.tidying.twins)
    assert not comparing.wanted()
    parts.storage.library.root.joinpath("shipping/copy.md").unlink()
    parts.publishing.publisher.refresh(NOW.date())
    assert comparing.wanted()
    comparing.compare()
    pairs, total = parts.tidying.twins.listed("shipping", 1, 10)
    assert (total, [pair.other_id for pair in pairs]) == (1, ["SHP-098"])
