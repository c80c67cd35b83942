"""Search and replace over a department: seen first, ticked, one commit, undone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import NOW
from tests.pagekit import page

BASE = "/departments/shipping/tidying/replacement"
SCREEN = "old=Orders+%3E+Shipping&new=Orders+%3E+Delivery&whole=1"
TEXT = """\
---
id: {id}
title: "Orders > Shipping in {id}"
---

Open Orders > Shipping, then Orders > Shipping > Late.
See [it](https://kb.example/Orders > Shipping).
"""


@pytest.fixture
def screens(parts: Parts, home: Path) -> None:
    """Two procedures of shipping and one of billing name a screen."""
    for id, department in (("S-1", "shipping"), ("S-2", "shipping"), ("S-3", "billing")):
        (home / "content" / department / f"{id}.md").write_text(TEXT.format(id=id))
    parts.publishing.publisher.refresh(NOW.date())


def ticked(html: str) -> list[str]:
    return re.findall(r'name="place"\s+value="([^"]+)"\s+checked', html)


def text(home: Path, id: str, department: str = "shipping") -> str:
    return (home / "content" / department / f"{id}.md").read_text()


def form(places: list[str]) -> dict[str, object]:
    said = {"old": "Orders > Shipping", "new": "Orders > Delivery", "whole": "1", "case": "same"}
    return {**said, "place": places}


def test_every_place_is_shown_before_anything_changes(
    screens: None, editor: FlaskClient, home: Path
) -> None:
    assert 'name="place"' not in page(editor, BASE)
    shown = page(editor, f"{BASE}?{SCREEN}")
    assert "in 2 files" in shown
    assert "S-3" not in shown
    assert "line 6" in shown
    assert "title" in shown
    assert text(home, "S-1") == TEXT.format(id="S-1")


def test_the_ticked_places_change_in_one_commit_and_are_undone_in_one(
    screens: None, editor: FlaskClient, home: Path, parts: Parts
) -> None:
    places = ticked(page(editor, f"{BASE}?{SCREEN}"))
    left = next(place for place in places if place.endswith("1.S-2"))
    places.remove(left)
    answer = editor.post(f"{BASE}s", data=form(places), follow_redirects=True)
    assert "Changed: 2 procedures." in re.sub(r"\s+", " ", answer.text)
    assert "Orders > Delivery in S-1" in text(home, "S-1")
    assert "Open Orders > Delivery, then Orders > Delivery > Late." in text(home, "S-1")
    assert "Open Orders > Shipping, then Orders > Delivery > Late." in text(home, "S-2")
    assert "id: S-1\n" in text(home, "S-1")
    assert text(home, "S-3", "billing") == TEXT.format(id="S-3")
    assert parts.catalogue.by_ids(["S-1"])["S-1"].procedure.title == "Orders > Delivery in S-1"
    undo = re.search(r'action="(/changes/[0-9a-f]{40}/undo)"', answer.text)
    assert undo
    editor.post(undo[1])
    assert text(home, "S-1") == TEXT.format(id="S-1")
    assert text(home, "S-2") == TEXT.format(id="S-2")


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(
    screens: None, editor: FlaskClient, home: Path, parts: Parts
) -> None:
    places = ticked(page(editor, f"{BASE}?{SCREEN}"))
    path = home / "content/shipping/S-1.md"
    path.write_text(TEXT.format(id="S-1") + "Later.\n")
    parts.publishing.publisher.refresh(NOW.date())
    answer = editor.post(f"{BASE}s", data=form(places), follow_redirects=True)
    assert "it was changed since you looked" in answer.text
    assert "Shipping" in text(home, "S-1")
    assert "Delivery" in text(home, "S-2")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("old=", ""),
        ("old=+", "Write what is to be replaced"),
        ("old=late&new=late", "The two are the same"),
        (f"old={'x' * 300}&new=y", "At most 200 characters"),
        ("old=quokka&new=zebra&whole=1", "is not in the procedures"),
    ],
)
def test_what_cannot_be_looked_for_is_said(asked: str, said: str, editor: FlaskClient) -> None:
    assert said in page(editor, f"{BASE}?{asked}")


@pytest.mark.parametrize(
    "places",
    [[], ["nonsense"], ["x.y.S-1"], ["aaaaaaaaaaaa.0.S-3"], ["aaaaaaaaaaaa.999999999.S-1"]],
)
def test_bad_input_changes_nothing(
    places: list[str], screens: None, editor: FlaskClient, home: Path
) -> None:
    stale = places == ["aaaaaaaaaaaa.0.S-3"]
    assert editor.post(f"{BASE}s", data=form(places)).status_code == (302 if stale else 400)
    for id, department in (("S-1", "shipping"), ("S-3", "billing")):
        assert text(home, id, department) == TEXT.format(id=id)


def test_a_place_of_another_department_is_never_changed(
    screens: None, editor: FlaskClient, home: Path, parts: Parts
) -> None:
    version = parts.catalogue.by_ids(["S-3"])["S-3"].procedure.version
    editor.post(f"{BASE}s", data=form([f"{version}.0.S-3"]))
    assert text(home, "S-3", "billing") == TEXT.format(id="S-3")


def test_what_was_typed_runs_nothing(editor: FlaskClient) -> None:
    shown = page(editor, f"{BASE}?old=%3Cscript%3Ex&new=%22%3E%3Cb%3E")
    assert "<script>x" not in shown


@pytest.mark.parametrize("who", ["rep", "outsider", "administrator"])
def test_strangers_have_no_part_in_it(
    who: str, screens: None, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    assert client.get(f"{BASE}?{SCREEN}").status_code == 404
    assert client.post(f"{BASE}s", data=form(["a.0.S-1"])).status_code == 404
