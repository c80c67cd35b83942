"""Two people changed the same lines: nothing is lost, and the second one decides."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.conftest import LATE
from tests.pagekit import check_page, page
from tests.web.acts import hidden
from tests.web.publishing.test_editing import EDIT, fields, file_of, save

RESOLUTION = "/procedures/SHP-014/resolution"
L5 = "3. Note the choice in the ticket with code L5."


def clash(mine: str, home: Path, editor: FlaskClient, reviewer: FlaskClient) -> str:
    """Both write another code into the same line; the page that the second one gets."""
    old = fields(page(editor, EDIT))
    save(reviewer, body=old["body"].replace("code L5", "code L7"))
    sent = {**old, "body": old["body"].replace("code L5", f"code {mine}"), "note": "Mine"}
    answer = editor.post("/procedures/SHP-014/edits", data=sent)
    assert answer.status_code == 409
    check_page(answer.text)
    assert file_of(home).read_text() == LATE.replace("code L5", "code L7")
    return answer.text


def sealed(html: str) -> dict[str, str]:
    return {
        name: hidden(html, name) for name in ("base", "mine", "theirs", "note", "worth_telling")
    }


@pytest.mark.parametrize(
    ("choice", "lines"),
    [
        ({"choice-1": "mine"}, [L5.replace("L5", "L9")]),
        ({"choice-1": "theirs"}, [L5.replace("L5", "L7")]),
        ({"choice-1": "both"}, [L5.replace("L5", "L7"), L5.replace("L5", "L9")]),
        ({"choice-1": "hand", "hand-1": "3. Code L79."}, ["3. Code L79."]),
        ({"choice-1": "hand", "hand-1": "3. A\r\n4. B\r\n"}, ["3. A", "4. B"]),
    ],
)
def test_what_was_decided_is_saved(
    choice: dict, lines: list[str], home: Path, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    shown = clash("L9", home, editor, reviewer)
    text = unescape(shown)
    for each in ("L7", "L9", "L5"):
        assert f"code {each}" in text
    answer = editor.post(RESOLUTION, data={**sealed(shown), **choice})
    assert answer.status_code == 302
    assert file_of(home).read_text() == LATE.replace(L5, "\n".join(lines))
    assert "<<<<" not in file_of(home).read_text()
    assert "No drafts" in page(editor, "/drafts")


def test_what_is_not_decided_is_not_saved_and_the_draft_stays(
    home: Path, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    shown = clash("L9", home, editor, reviewer)
    for choice in ({}, {"choice-1": "nonsense"}, {"choice-2": "mine"}):
        answer = editor.post(RESOLUTION, data={**sealed(shown), **choice})
        assert answer.status_code == 400
        check_page(answer.text)
        assert "Decide each place" in answer.text
    assert file_of(home).read_text() == LATE.replace("code L5", "code L7")
    assert "code L9" in page(editor, EDIT)


def test_a_third_change_meanwhile_is_asked_about_again(
    home: Path, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    shown = clash("L9", home, editor, reviewer)
    save(reviewer, body=fields(page(reviewer, EDIT))["body"].replace("code L7", "code L8"))
    again = editor.post(RESOLUTION, data={**sealed(shown), "choice-1": "mine"})
    assert again.status_code == 409
    assert "once more meanwhile" in again.text
    assert "code L8" in again.text
    done = editor.post(RESOLUTION, data={**sealed(again.text), "choice-1": "theirs"})
    assert done.status_code == 302
    assert "code L8" in file_of(home).read_text()


def test_a_file_changed_on_disk_is_a_second_person(home: Path, editor: FlaskClient) -> None:
    old = fields(page(editor, EDIT))
    file_of(home).write_text(LATE.replace("code L5", "code L6"))
    sent = {**old, "body": old["body"].replace("code L5", "code L9")}
    answer = editor.post("/procedures/SHP-014/edits", data=sent)
    assert answer.status_code == 409
    assert "code L6" in answer.text


def test_every_place_is_decided_for_itself(
    home: Path, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    old = fields(page(editor, EDIT))
    one, two = old["body"], old["body"]
    for place in ("code L5", "500 euro"):
        one, two = one.replace(place, f"{place} (A)"), two.replace(place, f"{place} (B)")
    save(reviewer, body=one)
    shown = editor.post("/procedures/SHP-014/edits", data={**old, "body": two}).text
    assert len(re.findall(r'value="mine"', shown)) == 2
    sent = {**sealed(shown), "choice-1": "mine", "choice-2": "theirs"}
    assert editor.post(RESOLUTION, data=sent).status_code == 302
    text = file_of(home).read_text()
    assert "code L5 (B)" in text
    assert "500 euro (A)" in text


def test_nobody_decides_into_another_department(
    home: Path, editor: FlaskClient, reviewer: FlaskClient, outsider: FlaskClient
) -> None:
    shown = clash("L9", home, editor, reviewer)
    sent = {**sealed(shown), "choice-1": "mine"}
    assert outsider.post(RESOLUTION, data=sent).status_code == 404
    assert editor.post(RESOLUTION, data={**sent, "base": "?"}).status_code == 400
    assert editor.get(RESOLUTION).status_code in (404, 405)
