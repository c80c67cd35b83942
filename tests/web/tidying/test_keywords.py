"""Keywords merged and renamed over a department, in one commit that can be undone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import NOW
from tests.pagekit import check_page, page

BASE = "/departments/shipping/tidying/keywords"


@pytest.fixture
def words(parts: Parts, home: Path) -> None:
    """Two spellings in shipping, and one of them in billing too."""
    for id, department, keyword in (
        ("K-1", "shipping", "parcel box"),
        ("K-2", "shipping", "parcel boxes"),
        ("K-3", "shipping", "Parcel box"),
        ("K-4", "billing", "parcel boxes"),
        ("K-5", "shipping", "giraffe"),
    ):
        path = home / "content" / department / f"{id}.md"
        path.write_text(f"---\nid: {id}\ntitle: {id}\nkeywords: [{keyword}]\n---\n\nText {id}.\n")
    parts.publishing.publisher.refresh(NOW.date())


def keywords(parts: Parts, *ids: str) -> list[list[str]]:
    cards = parts.catalogue.by_ids(ids)
    return [[word.text for word in cards[id].procedure.keywords] for id in ids]


def ticked(html: str) -> list[str]:
    return re.findall(r'name="file"\s+value="([^"]+)"', html)


def test_spelt_two_ways_and_used_once_are_told(words: None, editor: FlaskClient) -> None:
    shown = page(editor, BASE)
    alike, once = shown.split('id="once"')
    for word in ("parcel box", "Parcel box", "parcel boxes"):
        assert f'name="old" value="{word}"' in re.sub(r"\s+", " ", alike)
    assert "giraffe" not in alike
    assert "giraffe" in once


def test_the_preview_names_every_file_and_what_stays(words: None, editor: FlaskClient) -> None:
    asked = "old=parcel+boxes&old=Parcel+box&old=parcel+box&new=parcel+box"
    shown = page(editor, f"{BASE}/renaming?{asked}")
    assert len(ticked(shown)) == 2
    assert "K-1" not in shown.split("<h2>")[1]
    assert "1 procedure of other departments keep" in shown


def test_renaming_is_one_commit_and_undone_in_one(
    words: None, editor: FlaskClient, parts: Parts
) -> None:
    shown = page(editor, f"{BASE}/renaming?old=parcel+boxes&old=Parcel+box&new=parcel+box")
    form = {"old": ["parcel boxes", "Parcel box"], "new": "parcel box", "file": ticked(shown)}
    before = parts.tidying.keyword_uses.all("shipping")
    answer = editor.post(f"{BASE}/renamings", data=form, follow_redirects=True)
    assert "Changed: 2 procedures." in re.sub(r"\s+", " ", answer.text)
    assert keywords(parts, "K-1", "K-2", "K-3", "K-4") == [
        ["parcel box"],
        ["parcel box"],
        ["parcel box"],
        ["parcel boxes"],
    ]
    undo = re.search(r'action="(/changes/[0-9a-f]{40}/undo)"', answer.text)
    assert undo
    editor.post(undo[1])
    assert parts.tidying.keyword_uses.all("shipping") == before


def test_a_file_that_changed_since_is_left_alone(
    words: None, editor: FlaskClient, parts: Parts, home: Path
) -> None:
    shown = page(editor, f"{BASE}/renaming?old=giraffe&new=zebra")
    path = home / "content" / "shipping" / "K-5.md"
    path.write_text(path.read_text() + "Later.\n")
    parts.publishing.publisher.refresh(NOW.date())
    form = {"old": "giraffe", "new": "zebra", "file": ticked(shown)}
    answer = editor.post(f"{BASE}/renamings", data=form, follow_redirects=True)
    assert "it was changed since you looked" in answer.text
    assert keywords(parts, "K-5") == [["giraffe"]]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"old": "giraffe", "new": "zebra"},
        {"old": "giraffe", "file": "x.K-5"},
        {"old": "giraffe", "new": "  ", "file": "x.K-5"},
        {"old": "giraffe", "new": "z" * 300, "file": "x.K-5"},
        {"old": "giraffe", "new": "zebra", "file": "K-5"},
    ],
)
def test_bad_input_changes_nothing(
    form: dict[str, str], words: None, editor: FlaskClient, parts: Parts
) -> None:
    refused = editor.post(f"{BASE}/renamings", data=form)
    assert refused.status_code == (400 if form else 404)
    assert form.get("new", "").strip() in refused.text
    if form:
        check_page(refused.text)
        assert refused.text.count('aria-invalid="true"') == 1
    assert keywords(parts, "K-5") == [["giraffe"]]


def test_another_departments_files_are_never_touched(
    words: None, editor: FlaskClient, parts: Parts
) -> None:
    version = parts.catalogue.by_ids(["K-4"])["K-4"].procedure.version
    form = {"old": "parcel boxes", "new": "zebra", "file": f"{version}.K-4"}
    editor.post(f"{BASE}/renamings", data=form)
    assert keywords(parts, "K-4") == [["parcel boxes"]]


@pytest.mark.parametrize("who", ["rep", "outsider", "administrator"])
def test_strangers_have_no_part_in_it(
    who: str, words: None, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    assert client.get(BASE).status_code == 404
    assert client.post(f"{BASE}/renamings", data={"old": "giraffe"}).status_code == 404


def test_another_departments_drafts_are_in_no_count(
    words: None, outsider: FlaskClient, parts: Parts, home: Path
) -> None:
    (home / "content/shipping/K-6.md").write_text(
        "---\nid: K-6\ntitle: K-6\nstatus: draft\nkeywords: [parcel boxs, secret zebra]\n---\nX.\n"
    )
    parts.publishing.publisher.refresh(NOW.date())
    shown = page(outsider, "/departments/billing/tidying/keywords")
    assert "parcel boxs" not in shown
    assert "secret zebra" not in shown
