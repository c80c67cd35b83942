"""Learned words on a procedure's page: its department sees, adopts, bans and allows them again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import NOW, signed_in
from tests.insight.uses import counted, stay
from tests.pagekit import check_page, page
from tests.web.acts import statements

PAGE = "/procedures/SHP-014"
ADOPT, BAN = f"{PAGE}/learned-words/adoption", f"{PAGE}/learned-words/bans"


@pytest.fixture
def wismo(parts: Parts) -> None:
    """Three people find SHP-014 by it; "delayed" has only two."""
    stay(parts, "abc", "wismo")
    stay(parts, "ab", "delayed")
    counted(parts)


def keywords(parts: Parts) -> list[str]:
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    return [keyword.text for keyword in card.procedure.keywords]


def found(parts: Parts, text: str) -> list[str]:
    return [hit.id for hit in parts.search.searcher.search(text, Reader(), NOW.date()).hits]


def file(parts: Parts) -> Path:
    return parts.settings.content / "shipping" / "late-shipment.md"


@pytest.mark.usefixtures("wismo")
@pytest.mark.parametrize("persona", ["editor", "reviewer"])
def test_its_department_sees_the_words_with_counts(
    persona: str, request: pytest.FixtureRequest
) -> None:
    shown = page(request.getfixturevalue(persona), PAGE)
    assert "Learned words" in shown
    assert re.search(r"wismo</span>\s*<span[^>]*>3 people", shown)
    assert "delayed" not in shown


@pytest.mark.usefixtures("wismo")
@pytest.mark.parametrize("persona", ["rep", "outsider", "administrator"])
def test_nobody_else_sees_them(persona: str, request: pytest.FixtureRequest) -> None:
    client: FlaskClient = request.getfixturevalue(persona)
    for place in (PAGE, "/search?q=wismo", "/search?q=wism", "/keywords"):
        shown = page(client, place)
        assert "Learned" not in shown
        assert "3 people" not in shown


def test_without_any_there_is_no_empty_box(editor: FlaskClient) -> None:
    assert "Learned" not in page(editor, PAGE)


@pytest.mark.usefixtures("wismo")
def test_one_click_makes_it_a_keyword(editor: FlaskClient, parts: Parts) -> None:
    before = file(parts).read_bytes()
    answer = editor.post(ADOPT, data={"word": "wismo"})
    assert answer.location == PAGE
    assert keywords(parts) == ["Complaint: Late Shipment", "where is my parcel", "wismo"]
    after = file(parts).read_bytes()
    assert after.replace(b', "wismo"]', b"]").replace(b", wismo]", b"]") == before
    shown = page(editor, PAGE)
    assert "“wismo” is a keyword now." in shown
    assert "Learned words" not in shown  # nothing is left to decide
    assert found(parts, "wismo") == ["SHP-014"]
    counted(parts)
    assert "Learned words" not in page(editor, PAGE)


@pytest.mark.usefixtures("wismo")
def test_adopting_twice_at_once_gives_one_keyword(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    editor.post(ADOPT, data={"word": "wismo"})
    reviewer.post(ADOPT, data={"word": "wismo"})
    assert keywords(parts).count("wismo") == 1


@pytest.mark.usefixtures("wismo")
def test_a_banned_word_stops_counting_at_once_and_can_come_back(
    editor: FlaskClient, reviewer: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    assert "SHP-014" in page(rep, "/search?q=wismo")
    assert editor.post(BAN, data={"word": "wismo"}).location == PAGE
    assert "SHP-014" not in page(rep, "/search?q=wismo")
    shown = page(reviewer, PAGE)
    assert "Banned here" in shown
    assert "by Eddy Editor" in shown
    (undo,) = re.findall(r'action="([^"]+/lifting)"', shown)
    assert reviewer.post(undo).location == PAGE
    assert "SHP-014" in page(rep, "/search?q=wismo")
    assert "Banned here" not in page(editor, PAGE)
    assert reviewer.post(undo, follow_redirects=True).text.count("is no longer banned") == 1


@pytest.mark.usefixtures("wismo")
@pytest.mark.parametrize("address", [ADOPT, BAN])
@pytest.mark.parametrize(
    ("persona", "status"),
    [("anonymous", 401), ("rep", 404), ("outsider", 404), ("administrator", 404)],
)
def test_nobody_else_decides(
    address: str, persona: str, status: int, request: pytest.FixtureRequest, parts: Parts
) -> None:
    before = file(parts).read_bytes()
    answer = request.getfixturevalue(persona).post(address, data={"word": "wismo"})
    assert answer.status_code == status
    assert file(parts).read_bytes() == before
    assert parts.insight.learned.bans_of("SHP-014") == ()


@pytest.mark.usefixtures("wismo")
def test_a_ban_is_lifted_by_its_department_only(
    editor: FlaskClient, outsider: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    editor.post(BAN, data={"word": "wismo"})
    (ban,) = parts.insight.learned.bans_of("SHP-014")
    for client in (outsider, rep):
        assert client.post(f"{BAN}/{ban.id}/lifting").status_code == 404
    # Nor through a procedure of one's own.
    outsider.post(f"/procedures/BIL-001/learned-words/bans/{ban.id}/lifting")
    assert parts.insight.learned.bans_of("SHP-014") == (ban,)


@pytest.mark.usefixtures("wismo")
@pytest.mark.parametrize("address", [ADOPT, BAN])
def test_bad_input_is_refused(editor: FlaskClient, address: str, parts: Parts) -> None:
    for said in ({}, {"word": ""}, {"word": "x" * 600}):
        assert editor.post(address, data=said).status_code == 400
    for unknown in ("delayed", "never learned", "<script>", "wismo\nstatus: draft"):
        answer = editor.post(address, data={"word": unknown}, follow_redirects=True)
        check_page(answer.text)
        assert "is no longer among the learned words" in answer.text
        assert "<script>" not in answer.text
    assert keywords(parts) == ["Complaint: Late Shipment", "where is my parcel"]
    assert editor.post("/procedures/NONE/learned-words/bans").status_code == 404
    assert editor.get(address).status_code in (404, 405)


@pytest.mark.usefixtures("wismo")
def test_a_file_that_cannot_be_amended_stays_and_the_message_says_why(
    editor: FlaskClient, parts: Parts
) -> None:
    text = file(parts).read_text("utf-8")
    broken = text.replace("department: shipping", "department: shipping\nbroken: [")
    file(parts).write_text(broken, "utf-8")
    answer = editor.post(ADOPT, data={"word": "wismo"}, follow_redirects=True)
    assert "“wismo” is not adopted:" in answer.text
    assert file(parts).read_text("utf-8") == broken


@pytest.mark.usefixtures("wismo")
def test_a_full_disk_refuses_the_ban_and_nothing_has_changed(
    editor: FlaskClient, parts: Parts
) -> None:
    learned = parts.settings.var / "learned.arrays"
    learned.unlink()
    learned.mkdir()  # cannot be replaced by a file
    assert editor.post(BAN, data={"word": "wismo"}).status_code == 503
    assert parts.insight.learned.bans_of("SHP-014") == ()


def test_a_colleague_who_left_is_still_named(
    editor: FlaskClient, parts: Parts, app: Flask, administrator: FlaskClient
) -> None:
    stay(parts, "abc", "wismo")
    counted(parts)
    editor.post(BAN, data={"word": "wismo"})
    who = parts.people.directory.by_email("editor@kb.example")
    administrator.post(f"/people/{who.id}/entry", data={"allowed": "no"})
    assert "by Eddy Editor" in page(signed_in(app, "reviewer@kb.example"), PAGE)


def test_many_words_cost_no_more_and_the_most_used_are_shown(
    editor: FlaskClient, parts: Parts
) -> None:
    def cost() -> int:
        editor.get(PAGE)
        with statements(parts.engine) as sent:
            editor.get(PAGE)
        return len(sent)

    stay(parts, "abc", "wismo")
    counted(parts)
    few = cost()
    letters = "abcdefghijklmnopqrstuvwxyz"
    stay(parts, "abc", " ".join(f"zz{one}{other}" for one in letters for other in "bd"))
    stay(parts, "abcd", "mostused")
    counted(parts)
    assert cost() == few
    shown = page(editor, PAGE)
    assert shown.count("3 people") == 19
    assert shown.index("mostused") < shown.index("zzab")
