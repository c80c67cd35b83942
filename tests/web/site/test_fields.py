"""What is refused is said at its field, which is marked, described and has the focus."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import LATE, NOW
from tests.pagekit import check_page, page
from tests.web.acts import hidden

EDITS = "/procedures/SHP-014/edits"


@pytest.fixture(autouse=True)
def today(app: Flask) -> None:
    app.config["KB_NOW"] = NOW


def wrong(html: str) -> list[str]:
    """The fields that are marked, by their names; the first has the focus, and each says why."""
    check_page(html)
    tags = re.findall(r'<(?:input|select|textarea)[^>]*aria-invalid="true"[^>]*>', html)
    assert all("aria-describedby" in tag for tag in tags)
    assert [("autofocus" in tag) for tag in tags] == [True] + [False] * (len(tags) - 1)
    return [match[1] for tag in tags if (match := re.search(r'name="([^"]+)"', tag))]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": "  "}, "title"),
        ({"worth_telling": "yes", "note": ""}, "note"),
        ({"worth_telling": "must", "note": "x", "must_read_by": "2026-12-01"}, "must_audience"),
        (
            {"worth_telling": "must", "note": "x", "must_audience": "*reps", "must_read_by": ""},
            "must_read_by",
        ),
        ({"body": "<<<<<<< mine\na\n=======\nb\n>>>>>>> theirs\n"}, "body"),
    ],
)
def test_the_editor_says_it_where_it_is(
    editor: FlaskClient, typed: dict[str, str], field: str
) -> None:
    form = {
        "base": hidden(page(editor, "/procedures/SHP-014/edit"), "base"),
        "body": LATE.split("---\n", 2)[2].replace("L5", "L6"),
    }
    answer = editor.post(EDITS, data=form | typed)
    assert answer.status_code == 400, answer.text
    assert wrong(answer.text) == [field]
    assert "Not saved" in answer.text


@pytest.mark.parametrize(
    ("address", "typed", "field"),
    [
        ("/procedures/SHP-014/place", {"title": "", "path": "shipping/x.md"}, "title"),
        ("/procedures/SHP-014/place", {"title": "X", "path": "billing/lost-in-transit.md"}, "path"),
        ("/procedures/SHP-014/retirement", {"successor": "nothing like it"}, "successor"),
        ("/procedures/SHP-014/must-reads", {"must_note": "x", "must_read_by": ""}, "must_read_by"),
    ],
)
def test_so_do_the_pages_beside_it(
    reviewer: FlaskClient, address: str, typed: dict[str, str], field: str
) -> None:
    answer = reviewer.post(address, data=typed)
    assert answer.status_code == 400, answer.text
    assert wrong(answer.text) == [field]


@pytest.mark.parametrize(
    ("address", "typed", "field"),
    [
        ("/procedures/SHP-014/erasure", {"typed": "SHP-01"}, "typed"),
        ("/people/1/password", {"password": "short"}, "password"),
        ("/departments/shipping/members", {"email": "Nobody At All"}, "email"),
        ("/departments", {"name": ""}, "name"),
        ("/people", {"email": "x", "name": "X"}, "email"),
    ],
)
def test_and_those_of_administrators(
    administrator: FlaskClient, parts: Parts, address: str, typed: dict[str, str], field: str
) -> None:
    answer = administrator.post(address, data=typed)
    assert answer.status_code in (400, 409), answer.text
    assert wrong(answer.text) == [field]


def test_and_what_is_asked_by_the_address(editor: FlaskClient) -> None:
    assert wrong(editor.get("/as-of?at=noon").text) == ["at"]
