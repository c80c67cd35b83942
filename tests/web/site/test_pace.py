"""How much one person may send within an hour, and what they are told beyond it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from kb.app import create_app
from kb.parts import Parts
from tests.conftest import NOW, signed_in
from tests.pagekit import check_page
from tests.web.acts import version_of


@pytest.fixture
def slow(parts: Parts, app: Flask) -> Flask:
    """A site that takes three of each person."""
    few = replace(parts, settings=replace(parts.settings, feedback_per_hour=3))
    site = create_app(few)
    site.config.update(TESTING=True, WTF_CSRF_ENABLED=False, KB_NOW=NOW)
    return site


def asked(client: FlaskClient, comment: str = ""):
    said = {"q": "norway", "department": "shipping", "comment": comment}
    return client.post("/requests", data=said)


def test_who_sends_more_is_told_and_gets_their_words_back(slow: Flask, parts: Parts) -> None:
    rep = signed_in(slow, "rep@kb.example")
    assert [asked(rep).status_code for _ in range(3)] == [302] * 3
    refused = asked(rep, "The fourth <question>")
    assert refused.status_code == 429
    check_page(refused.text)
    assert "You have sent 3 votes, questions and replies within an hour" in refused.text
    assert "The fourth &lt;question&gt;" in refused.text
    (item,) = parts.feedback.inbox.questions(1, 1, 10).items
    assert "fourth" not in item.comment


def test_others_and_later_hours_are_not_held_up(slow: Flask) -> None:
    rep = signed_in(slow, "rep@kb.example")
    assert [asked(rep).status_code for _ in range(4)] == [302, 302, 302, 429]
    assert asked(signed_in(slow, "editor@kb.example")).status_code == 302
    slow.config["KB_NOW"] = NOW + timedelta(minutes=59)
    assert asked(rep).status_code == 429
    slow.config["KB_NOW"] = NOW + timedelta(minutes=61)
    assert asked(rep).status_code == 302


def test_votes_questions_and_replies_count_together(slow: Flask, parts: Parts) -> None:
    rep, version = signed_in(slow, "rep@kb.example"), version_of(parts, "SHP-014")
    assert asked(rep).status_code == 302
    vote = {"helpful": "no", "version": version, "comment": "L7"}
    assert rep.post("/procedures/SHP-014/votes", data=vote).status_code == 302
    said = {"said": "yes", "passage": "what-to-say", "version": version, "comment": "L7"}
    assert rep.post("/procedures/SHP-014/feedback", data=said).status_code == 302
    assert rep.post("/questions/1/replies", data={"words": "Parcel 7"}).status_code == 429


def test_what_is_not_taken_does_not_count(slow: Flask) -> None:
    rep = signed_in(slow, "rep@kb.example")
    refused = [rep.post("/requests", data={"q": ""}).status_code for _ in range(5)]
    assert refused == [400] * 5
    assert asked(rep).status_code == 302
