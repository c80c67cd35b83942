from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from kb.people.errors import NoSuchPerson
from kb.people.person import Person
from kb.people.sql.directory import Directory
from kb.people.sql.tokens import Tokens


@pytest.fixture
def tokens(engine: Engine) -> Tokens:
    return Tokens(engine)


@pytest.fixture
def dana(directory: Directory, now: datetime) -> Person:
    return directory.add("dana@kb.example", "Dana", "correct horse battery", now=now)


def test_a_token_says_whose_it_is(tokens: Tokens, dana: Person, now: datetime):
    token = tokens.create(dana.id, "report", now)
    assert token.startswith("kb_")
    assert len(token) > 40
    assert tokens.person_id_of(token, now) == dana.id


def test_the_token_itself_is_not_kept(tokens: Tokens, dana: Person, engine: Engine, now: datetime):
    token = tokens.create(dana.id, "report", now)
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM tokens").one()
    assert token not in str(kept)
    assert token.removeprefix("kb_") not in str(kept)


@pytest.mark.parametrize("token", ["", "kb_", "kb_nothing", "\0", "kb_\ud800", "x" * 100_000])
def test_a_wrong_token_is_nobodys(tokens: Tokens, dana: Person, now: datetime, token: str):
    tokens.create(dana.id, "report", now)
    assert tokens.person_id_of(token, now) is None


def test_a_revoked_token_is_refused_and_still_listed(tokens: Tokens, dana: Person, now: datetime):
    token = tokens.create(dana.id, "report", now)
    (listed,) = tokens.listed()
    assert tokens.revoke(listed.id, now)
    assert tokens.person_id_of(token, now) is None
    assert not tokens.revoke(listed.id, now)
    assert not tokens.revoke(10**30, now)
    assert tokens.listed()[0].revoked_at == now


def test_nobody_and_disabled_people_get_no_token(
    tokens: Tokens, dana: Person, directory: Directory, now: datetime
):
    directory.disable(dana.id, now)
    for person_id in (dana.id, 99, 10**30):
        with pytest.raises(NoSuchPerson):
            tokens.create(person_id, "report", now)


def test_tokens_are_listed_newest_first_by_person(
    tokens: Tokens, dana: Person, directory: Directory, now: datetime
):
    ben = directory.add("ben@kb.example", "Ben", "correct horse battery", now=now)
    for owner, label in ((dana, "one"), (ben, "two"), (dana, "")):
        tokens.create(owner.id, label, now)
    assert [one.label for one in tokens.listed()] == ["API", "two", "one"]
    assert [one.email for one in tokens.listed(ben.id)] == ["ben@kb.example"]


def test_last_use_is_noted_once_an_hour(tokens: Tokens, dana: Person, now: datetime):
    token = tokens.create(dana.id, "report", now)
    assert tokens.listed()[0].last_used_at is None
    tokens.person_id_of(token, now)
    tokens.person_id_of(token, now + timedelta(minutes=59))
    assert tokens.listed()[0].last_used_at == now
    tokens.person_id_of(token, now + timedelta(minutes=60))
    assert tokens.listed()[0].last_used_at == now + timedelta(minutes=60)
