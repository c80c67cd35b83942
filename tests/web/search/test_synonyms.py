"""Synonyms: seen, tried and changed by those who write procedures, without losing a byte."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from threading import Thread
from urllib.parse import unquote_plus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb.documents.settings_files.synonyms import Synonym, parse_synonyms
from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import NOW, signed_in
from tests.pagekit import check_page, page
from tests.web.acts import hidden, statements

FILE = """\
# What customers say.
two_way:
  - [late, delayed]  # the commonest
one_way:
  - from: WISMO
    to: [where is my parcel]
"""
LATE = Synonym(("late", "delayed"))
WISMO = Synonym(("WISMO",), ("where is my parcel",))
BELATED = "/synonyms/new?kind=two-way&words=belated,+late"


@pytest.fixture
def source(home: Path) -> Path:
    """The file, with one entry of each kind."""
    path = home / "content" / "synonyms.yml"
    path.write_text(FILE, encoding="utf-8")
    return path


def save(client: FlaskClient, address: str) -> TestResponse:
    """Look at what it changes, and save it."""
    shown = page(client, address)
    return client.post("/synonyms", data=looked_at(shown))


def looked_at(shown: str) -> dict[str, str]:
    form = shown.partition('class="save-bar"')[2]
    return {name: hidden(form, name) for name in ("kind", "words", "typed", "finds", "seal")}


def found(parts: Parts, text: str) -> list[str]:
    return [hit.id for hit in parts.search.searcher.search(text, Reader(), NOW.date()).hits]


def plain(html: str) -> str:
    """A page's text, without marks."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<main")[2])).split())


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("client", ["editor", "reviewer", "outsider", "administrator"])
def test_all_who_write_see_them(client: str, request: pytest.FixtureRequest) -> None:
    shown = plain(page(request.getfixturevalue(client), "/synonyms"))
    assert "late = delayed" in shown
    assert "WISMO → also finds where is my parcel" in shown


@pytest.mark.usefixtures("source")
def test_to_reps_they_are_not_there(rep: FlaskClient, source: Path) -> None:
    for address in ("/synonyms", BELATED, f"/synonyms/{LATE.key}"):
        assert rep.get(address).status_code == 404
    assert rep.post("/synonyms", data={"kind": "two-way", "words": "a, b"}).status_code == 404
    assert rep.post(f"/synonyms/{LATE.key}/removal").status_code == 404
    assert source.read_text() == FILE


@pytest.mark.usefixtures("source")
def test_signed_out_it_asks_to_sign_in(anonymous: FlaskClient, source: Path) -> None:
    assert anonymous.get("/synonyms").status_code == 302
    assert anonymous.post("/synonyms", data={"kind": "two-way"}).status_code == 401
    assert anonymous.post(f"/synonyms/{LATE.key}/removal").status_code == 401
    assert source.read_text() == FILE


@pytest.mark.usefixtures("source")
def test_they_are_found_by_a_word(editor: FlaskClient) -> None:
    shown = page(editor, "/synonyms?q=PARCEL")
    assert "WISMO" in shown
    assert "delayed" not in shown
    nothing = page(editor, "/synonyms?q=%3Cscript%3E")
    assert "No synonym has “&lt;script&gt;” in it" in nothing


def test_there_are_none_yet(editor: FlaskClient) -> None:
    assert "There are no synonyms yet" in page(editor, "/synonyms")
    page(editor, "/synonyms/new")
    assert save(editor, BELATED).location == "/synonyms"
    assert "belated" in page(editor, "/synonyms")


def test_there_are_very_many(editor: FlaskClient, home: Path) -> None:
    lines = "".join(f"  - [one{n}, other{n}]\n" for n in range(1000))
    (home / "content" / "synonyms.yml").write_text(f"two_way:\n{lines}")
    assert "other59" in page(editor, "/synonyms")
    assert "other999" in page(editor, "/synonyms?page=17")
    assert "nothing on this page" in page(editor, "/synonyms?page=18")
    assert "nothing on this page" in page(editor, "/synonyms?page=999999")


def test_a_new_one_is_looked_at_then_saved(editor: FlaskClient, parts: Parts, source: Path) -> None:
    assert found(parts, "belated") == []
    shown = plain(page(editor, BELATED))
    assert "“belated” finds 0 procedures, then 1" in shown
    assert "1 changes nothing Complaint: Late Shipment new" in shown
    assert "Nothing changes for “late”" in shown
    assert source.read_text() == FILE
    assert found(parts, "belated") == []
    assert save(editor, BELATED).location == "/synonyms"
    assert "Saved: belated = late." in page(editor, "/synonyms")
    added = "  - [late, delayed]  # the commonest\n  - [belated, late]\n"
    assert source.read_text() == FILE.replace("  - [late, delayed]  # the commonest\n", added)
    assert found(parts, "belated") == ["SHP-014"]


def test_a_one_way_synonym_finds_one_way(editor: FlaskClient, parts: Parts, source: Path) -> None:
    address = "/synonyms/new?kind=one-way&typed=zz9&finds=customer"
    assert save(editor, address).location == "/synonyms"
    assert parse_synonyms(source.read_bytes()).one_way[-1] == ("zz9", ("customer",))
    assert found(parts, "zz9") == ["SHP-014"]


def test_keywords_with_the_word_are_tried_too(editor: FlaskClient) -> None:
    shown = plain(page(editor, "/synonyms/new?kind=two-way&words=parcel,+refund"))
    assert "“where is my parcel”" in shown


@pytest.mark.usefixtures("source")
def test_it_warns_of_what_may_not_be_meant(editor: FlaskClient) -> None:
    shown = plain(page(editor, "/synonyms/new?kind=two-way&words=late,+shipping,+xyzzy"))
    assert "stand in another one already: late = delayed" in shown
    assert "“xyzzy” stands in no procedure that you can find" in shown
    assert "“shipping” stands in 2 of 3 procedures" in shown
    shown = plain(page(editor, "/synonyms/new?kind=one-way&typed=xyzzy&finds=express"))
    assert "stands in" not in shown


@pytest.mark.usefixtures("source")
def test_what_is_there_already_is_not_saved_again(editor: FlaskClient, source: Path) -> None:
    shown = page(editor, "/synonyms/new?kind=two-way&words=Delayed,+late")
    assert "This synonym exists already: late = delayed" in plain(shown)
    assert 'class="save-bar"' not in shown
    sent = editor.post("/synonyms", data={"kind": "one-way", "typed": "late", "finds": "delayed"})
    assert sent.status_code == 409
    check_page(sent.text)
    assert source.read_text() == FILE


def test_nothing_is_told_of_drafts_of_others(
    editor: FlaskClient, outsider: FlaskClient, administrator: FlaskClient
) -> None:
    address = "/synonyms/new?kind=two-way&words=zebra,+refund"
    assert "Customs Zebra" in page(editor, address)
    for other in (outsider, administrator):
        shown = page(other, address)
        assert "Customs Zebra" not in shown
        assert "“zebra” stands in no procedure that you can find" in plain(shown)


def test_one_is_removed_and_added_again(editor: FlaskClient, parts: Parts, source: Path) -> None:
    assert found(parts, "WISMO")[0] == "SHP-014"
    shown = plain(page(editor, f"/synonyms/{WISMO.key}"))
    assert "“WISMO” finds 2 procedures, then 0" in shown
    assert "Complaint: Late Shipment drops out nothing" in shown
    gone = editor.post(f"/synonyms/{WISMO.key}/removal")
    assert gone.location == "/synonyms"
    assert "WISMO" not in source.read_text()
    assert found(parts, "WISMO") == []
    message = page(editor, "/synonyms").partition('class="messages"')[2].partition("</div>")[0]
    assert "Removed: WISMO → where is my parcel." in plain("<main" + message)
    again = unescape(re.search(r'href="([^"]*)">Add it again', message)[1])
    assert save(editor, again).location == "/synonyms"
    assert source.read_text() == FILE


@pytest.mark.usefixtures("source")
def test_a_second_removal_says_that_it_is_gone(editor: FlaskClient, outsider: FlaskClient) -> None:
    for client in (editor, outsider):
        assert client.post(f"/synonyms/{LATE.key}/removal").status_code == 302
    assert "no longer exists" in page(outsider, "/synonyms")
    assert editor.get(f"/synonyms/{LATE.key}").status_code == 404


def test_a_very_long_one_is_removed_without_a_link(editor: FlaskClient, source: Path) -> None:
    long = Synonym(tuple(f"語{n}" * 40 for n in range(60)))
    source.write_text(f"two_way:\n  - [{', '.join(long.words)}]\n", encoding="utf-8")
    page(editor, f"/synonyms/{long.key}")
    editor.post(f"/synonyms/{long.key}/removal")
    shown = page(editor, "/synonyms")
    assert "Removed: " in shown
    assert "Add it again" not in shown


@pytest.mark.parametrize(
    "typed",
    [
        "kind=two-way&words=alone",
        "kind=two-way&words=a,+A",
        "kind=two-way&words=%21%21,+late",
        "kind=two-way&words=one+two+three+four+five+six+seven,+late",
        "kind=two-way&words=" + "a,b" * 400,
        "kind=one-way&typed=a,b&finds=c",
        "kind=one-way&typed=a&finds=",
        "kind=one-way&typed=late&finds=LATE",
        "kind=one-way&typed=late",
        "kind=sideways&words=a,b",
        "words=a,b",
        "kind=",
    ],
)
@pytest.mark.usefixtures("source")
def test_what_makes_no_synonym_is_refused(editor: FlaskClient, typed: str, source: Path) -> None:
    check_page(editor.get(f"/synonyms/new?{typed}").text)
    assert editor.get(f"/synonyms/new?{typed}").status_code == 400
    pairs = dict(pair.split("=", 1) for pair in unquote_plus(typed).split("&"))
    sent = editor.post("/synonyms", data=pairs)
    assert sent.status_code == 400
    check_page(sent.text)
    assert source.read_text() == FILE


def test_markup_stays_text(editor: FlaskClient, parts: Parts) -> None:
    address = "/synonyms/new?kind=two-way&words=%3Cimg+src%3Dx%3E,+%22a%3A+%27b%26"
    assert save(editor, address).location == "/synonyms"
    shown = page(editor, "/synonyms")
    assert "<img" not in shown
    lists = parse_synonyms(parts.storage.library.synonyms_source())
    assert lists.two_way == (("<img src=x>", "\"a: 'b&"),)
    key = lists.entries[0].key
    assert "<img" not in page(editor, f"/synonyms/{key}")
    editor.post(f"/synonyms/{key}/removal")
    assert "<img" not in page(editor, "/synonyms")


@pytest.mark.usefixtures("source")
def test_what_was_not_looked_at_is_not_saved(editor: FlaskClient, source: Path) -> None:
    sent = editor.post("/synonyms", data={"kind": "two-way", "words": "belated, late"})
    assert sent.status_code == 409
    assert "Look again" in sent.text
    check_page(sent.text)
    assert source.read_text() == FILE
    assert editor.post("/synonyms", data=looked_at(sent.text)).status_code == 302


@pytest.mark.usefixtures("source")
def test_a_second_person_undoes_nothing_of_the_first(
    editor: FlaskClient, outsider: FlaskClient, source: Path
) -> None:
    other = "/synonyms/new?kind=two-way&words=crate,+box"
    joined = "/synonyms/new?kind=two-way&words=tardy,+late"
    seen, seen_joined = page(outsider, other), page(outsider, joined)
    save(editor, BELATED)
    assert outsider.post("/synonyms", data=looked_at(seen)).status_code == 302
    late = outsider.post("/synonyms", data=looked_at(seen_joined))
    assert late.status_code == 409
    assert "have changed meanwhile" in late.text
    assert "stand in another one already: belated = late" in plain(late.text)
    assert outsider.post("/synonyms", data=looked_at(late.text)).status_code == 302
    expected = (LATE.words, ("belated", "late"), ("crate", "box"), ("tardy", "late"))
    assert parse_synonyms(source.read_bytes()).two_way == expected


@pytest.mark.usefixtures("source")
def test_many_save_at_once(app: Flask, source: Path) -> None:
    def add(nth: int) -> None:
        save(signed_in(app, "editor@kb.example"), f"/synonyms/new?kind=two-way&words=x{nth},y{nth}")

    threads = [Thread(target=add, args=(nth,)) for nth in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved = set(parse_synonyms(source.read_bytes()).two_way)
    assert saved == {LATE.words, *((f"x{nth}", f"y{nth}") for nth in range(6))}
    assert [path.name for path in source.parent.glob(".*")] == []


def test_a_broken_file_is_told_and_left_alone(editor: FlaskClient, source: Path) -> None:
    seen = looked_at(page(editor, BELATED))
    broken = "two_way:\n  - [late, delayed\none_way:\n"
    source.write_text(broken)
    for address in ("/synonyms", "/synonyms/new", BELATED):
        assert "synonyms.yml, line 2: a bracket is opened" in plain(page(editor, address))
    sent = editor.post("/synonyms", data=looked_at(page(editor, BELATED)))
    assert sent.status_code == 409
    assert "synonyms.yml:2: a bracket is opened and never closed; close the bracket" in sent.text
    assert editor.post("/synonyms", data=seen).status_code == 409
    assert source.read_text() == broken


def test_one_wrong_entry_hides_no_other(editor: FlaskClient, source: Path) -> None:
    source.write_text("two_way:\n  - [lonely]\n  - [late, delayed]\n")
    shown = plain(page(editor, "/synonyms"))
    assert "late = delayed" in shown
    assert "is no group of words" in shown
    assert save(editor, BELATED).status_code == 302


def test_a_file_that_cannot_be_written_is_said(editor: FlaskClient, source: Path) -> None:
    seen = looked_at(page(editor, BELATED))
    source.parent.chmod(0o500)
    try:
        if _may_write(source.parent):
            pytest.skip("this user may write anywhere")
        sent = editor.post("/synonyms", data=seen)
        editor.post(f"/synonyms/{LATE.key}/removal")
        told = page(editor, "/synonyms")
    finally:
        source.parent.chmod(0o700)
    assert sent.status_code == 503
    assert "cannot be written (Permission denied)" in sent.text
    assert "It is not removed" in told
    assert source.read_text() == FILE


def test_a_file_with_no_place_to_be_written_is_said(editor: FlaskClient, source: Path) -> None:
    source.unlink()
    source.symlink_to("nowhere/synonyms.yml")
    sent = editor.post("/synonyms", data=looked_at(page(editor, BELATED)))
    assert sent.status_code == 503
    assert "cannot be written (No such file or directory)" in sent.text
    check_page(sent.text)


def test_a_file_that_cannot_be_read_is_said(editor: FlaskClient, source: Path) -> None:
    source.unlink()
    source.mkdir()
    assert editor.get("/synonyms").status_code == 503


@pytest.mark.usefixtures("source")
def test_saving_is_no_get_and_needs_its_token(
    app: Flask, editor: FlaskClient, source: Path
) -> None:
    assert editor.get(f"/synonyms/{LATE.key}/removal").status_code == 405
    seen = looked_at(page(editor, BELATED))
    app.config["WTF_CSRF_ENABLED"] = True
    assert editor.post("/synonyms", data=seen).status_code == 400
    assert editor.post(f"/synonyms/{LATE.key}/removal").status_code == 400
    assert source.read_text() == FILE
    token = hidden(page(editor, BELATED), "csrf_token")
    assert editor.post("/synonyms", data={**seen, "csrf_token": token}).status_code == 302


@pytest.mark.usefixtures("source")
def test_ways_lead_there(editor: FlaskClient, rep: FlaskClient) -> None:
    assert 'href="/synonyms"' in page(editor, "/inbox")
    assert 'href="/synonyms"' in page(editor, "/help/search")
    assert 'href="/synonyms"' not in page(rep, "/help/search")


def test_the_list_costs_the_same_however_long(
    editor: FlaskClient, parts: Parts, home: Path
) -> None:
    def cost() -> int:
        with statements(parts.engine) as sent:
            page(editor, "/synonyms")
        return len(sent)

    none = cost()
    lines = "".join(f"  - [one{n}, other{n}]\n" for n in range(200))
    (home / "content" / "synonyms.yml").write_text(f"two_way:\n{lines}")
    assert cost() == none


def _may_write(folder: Path) -> bool:
    try:
        (folder / "tried").touch()
    except PermissionError:
        return False
    (folder / "tried").unlink()
    return True
