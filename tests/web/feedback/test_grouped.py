"""Rows of the inbox that say the same stand together, and nothing is lost by that."""

from __future__ import annotations

from flask.testing import FlaskClient

from kb.parts import Parts
from tests.pagekit import page
from tests.web.acts import ask, statements, vote


def said(rep: FlaskClient, *texts: str) -> None:
    for text in texts:
        assert ask(rep, text).status_code == 302


def test_what_means_the_same_is_one_row_with_the_others_below(
    rep: FlaskClient, editor: FlaskClient
) -> None:
    said(rep, "damaged on arrival", "gift card not accepted", "arrived damaged")
    shown = page(editor, "/inbox")
    assert shown.count("1 more says the same") == 1
    assert shown.count("data-item>") == 3
    same = shown.partition("1 more says the same")[2].partition("</details>")[0]
    assert ("damaged" in same) is True
    assert "gift card" not in same


def test_what_differs_stands_apart(rep: FlaskClient, editor: FlaskClient) -> None:
    said(rep, "gift card not accepted", "opening hours in Norway")
    assert "the same</summary>" not in page(editor, "/inbox")


def test_the_same_passage_goes_together_and_other_departments_do_not(
    rep: FlaskClient, outsider: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no", comment="The code is L7.")
    vote(outsider, parts, "no", comment="Nobody answers there.")
    assert "1 more says the same" in page(editor, "/inbox")
    ask(rep, "the code is L7", department="billing")
    assert "more says the same" not in page(outsider, "/inbox")


def test_grouping_asks_the_database_nothing(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    said(rep, "parcel damaged on arrival")
    page(editor, "/inbox")
    with statements(parts.engine) as few:
        page(editor, "/inbox")
    said(rep, "package arrived damaged", "gift card not accepted", "damaged package")
    with statements(parts.engine) as many:
        page(editor, "/inbox")
    assert len(many) <= len(few) + 1
