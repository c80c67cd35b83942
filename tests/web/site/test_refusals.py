"""What is refused says so at its field, which has the focus; what was typed and ticked stays."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.acts import answer, ask, hidden, tag_named

LATE = "SHP-014"


def marked(html: str, name: str) -> str:
    """The field of that name, which is the one that is wrong."""
    check_page(html)
    field = tag_named(html, name)
    assert 'aria-invalid="true"' in field
    assert "autofocus" in field
    told = re.search(r'aria-describedby="([^"]+)"', field)[1]
    assert f'id="{told}"' in html
    return field


def marked_tag(html: str) -> str:
    """The only one that is marked."""
    check_page(html)
    (tag,) = [t for t in re.findall(r"<[a-z]+ [^>]*>", html) if 'aria-invalid="true"' in t]
    return tag


def row_of(html: str, id: str) -> str:
    tags = re.findall(r"<input[^>]*>", html)
    return next(t for t in tags if 'name="chosen"' in t and f'value="{id} ' in t)


def is_ticked(tag: str) -> bool:
    return re.search(r"\schecked", tag) is not None


def value_of(tag: str) -> str:
    return unescape(re.search(r'value="([^"]*)"', tag)[1])


def test_nothing_ticked_to_confirm(reviewer: FlaskClient) -> None:
    page(reviewer, "/reviews?which=any")
    refused = reviewer.post("/reviews/confirmations?which=any", data={})
    assert refused.status_code == 400
    marked(refused.text, "chosen")
    assert "Tick the procedures that are still right" in refused.text
    assert 'href="/reviews/confirmations' not in refused.text


def test_nobody_chosen_to_hand_over_to_keeps_the_ticks(reviewer: FlaskClient) -> None:
    shown = page(reviewer, "/reviews?which=any")
    ticked = value_of(row_of(shown, LATE))
    refused = reviewer.post("/reviews/hand-overs?which=any", data={"chosen": ticked})
    assert refused.status_code == 400
    assert 'id="bulk-owner"' in marked_tag(refused.text)
    assert "checked" in row_of(refused.text, LATE)
    assert refused.text.count("checked") == 1


def test_nothing_ticked_to_hand_over_keeps_the_names(reviewer: FlaskClient) -> None:
    said = {"owner": "reviewer@kb.example", "deputy": "nobody"}
    refused = reviewer.post("/reviews/hand-overs?which=any", data=said)
    assert refused.status_code == 400
    marked(refused.text, "chosen")
    chosen = re.findall(r'<option value="([^"]*)"\s+selected', refused.text)
    assert [one for one in chosen if one in said.values()] == list(said.values())


def test_one_answer_for_several_without_one_of_them(rep: FlaskClient, editor: FlaskClient) -> None:
    for words in ("tractor", "balloon"):
        ask(rep, words)
    said = {"offered": ["1", "2"], "reply": "Look again", "outcome": "declined"}
    refused = editor.post("/inbox/answers", data=said)
    assert refused.status_code == 400
    field = marked(refused.text, "item")
    assert "checked" not in field
    assert "tractor" in refused.text
    assert "balloon" in refused.text
    assert "Look again" in refused.text
    # What was unticked on purpose stays so when something else is wrong.
    refused = editor.post("/inbox/answers", data={**said, "item": "2", "reply": ""})
    ticks = [tag for tag in re.findall(r"<input[^>]*>", refused.text) if 'name="item"' in tag]
    assert {value_of(tag): is_ticked(tag) for tag in ticks} == {"1": False, "2": True}
    marked(refused.text, "reply")


def test_one_answer_when_all_were_answered_meanwhile_comes_back(
    rep: FlaskClient, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    ask(rep, "tractor")
    answer(reviewer, 1)
    said = {"offered": "1", "item": "1", "reply": "We <sell> none", "outcome": "declined"}
    refused = editor.post("/inbox/answers", data=said)
    assert refused.status_code == 400
    check_page(refused.text)
    assert "We &lt;sell&gt; none" in refused.text


def test_nobody_selected_to_work_on(rep: FlaskClient, editor: FlaskClient) -> None:
    ask(rep, "tractor")
    refused = editor.post("/inbox/assignments", data={"offered": "1", "assignee": ""})
    assert refused.status_code == 400
    marked(refused.text, "item")
    refused = editor.post("/inbox/assignments", data={"item": "1", "assignee": "999"})
    assert refused.status_code == 400
    marked(refused.text, "assignee")


def test_no_place_ticked_to_replace_at(editor: FlaskClient) -> None:
    wording = {"old": "shipment", "new": "parcel", "whole": "1", "case": "any"}
    refused = editor.post("/departments/shipping/tidying/replacements", data=wording)
    assert refused.status_code == 400
    field = marked(refused.text, "place")
    assert "checked" not in field
    assert value_of(tag_named(refused.text, "new")) == "parcel"


def test_no_file_ticked_to_rename_in(editor: FlaskClient, parts: Parts) -> None:
    card = parts.catalogue.get(LATE)
    assert card is not None
    word = card.procedure.keywords[0].text
    said = {"old": word, "new": "Brand new: Word"}
    refused = editor.post("/departments/shipping/tidying/keywords/renamings", data=said)
    assert refused.status_code == 400
    assert "checked" not in marked(refused.text, "file")
    assert value_of(tag_named(refused.text, "new")) == "Brand new: Word"


def test_no_folder_ticked_to_become_a_department(
    home: Path, parts: Parts, administrator: FlaskClient
) -> None:
    folder = home / "content" / "warehouse"
    folder.mkdir()
    folder.joinpath("racks.md").write_text("# Racks\n")
    parts.publishing.publisher.refresh(NOW.date())
    refused = administrator.post("/departments/from-folders", data={})
    assert refused.status_code == 400
    assert "checked" not in marked(refused.text, "folder")


def test_the_last_administrator_stays_one_and_other_ticks_stay(
    parts: Parts, administrator: FlaskClient
) -> None:
    me = parts.people.directory.by_email("admin@kb.example")
    assert me is not None
    refused = administrator.post(f"/people/{me.id}/roles", data={"editor_of": "shipping"})
    assert refused.status_code == 409
    assert not is_ticked(marked(refused.text, "administrator"))
    assert is_ticked(tag_named(refused.text, "editor_of"))
    refused = administrator.post(f"/people/{me.id}/entry", data={"allowed": "no"})
    assert refused.status_code == 409
    check_page(refused.text)
    button = next(t for t in re.findall(r"<button[^>]*>", refused.text) if "danger" in t)
    assert 'aria-invalid="true"' in button
    assert 'id="allowed-wrong"' in refused.text


def test_a_synonym_that_is_there_already_is_told_at_its_words(editor: FlaskClient) -> None:
    def sent(words: str):
        seen = editor.get("/synonyms/new", query_string={"kind": "two-way", "words": words})
        check_page(seen.text)
        return {"kind": "two-way", "words": words, "seal": hidden(seen.text, "seal")}

    twice = sent("quokka, wallaby")
    assert editor.post("/synonyms", data=twice).status_code == 302
    refused = editor.post("/synonyms", data=twice)
    assert refused.status_code == 409
    marked(refused.text, "words")
    assert "quokka, wallaby" in refused.text
