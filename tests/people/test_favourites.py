"""Procedures that people keep at hand, and when their shifts began."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from kb.people.sql import favourites
from kb.people.sql.directory import Directory
from kb.people.sql.favourites import Favourites
from kb.people.sql.sessions import Sessions

HOUR = timedelta(hours=1)


@pytest.fixture
def person(directory: Directory, now: datetime) -> int:
    directory.add("ann@kb.example", "Ann", "correct horse battery", now=now)
    directory.add("bob@kb.example", "Bob", "correct horse battery", now=now)
    return 1


def test_the_last_added_comes_first_and_each_once(
    engine: Engine, person: int, now: datetime
) -> None:
    kept = Favourites(engine)
    for nth, id in enumerate(("A", "B", "A")):
        assert kept.add(person, id, now + nth * HOUR)
    assert kept.of(person) == ("B", "A")
    assert kept.has(person, "A")
    kept.remove(person, "A")
    assert kept.of(person) == ("B",)
    assert kept.of(2) == ()


def test_there_are_only_so_many(
    engine: Engine, person: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(favourites, "MOST", 2)
    kept = Favourites(engine)
    assert [kept.add(person, id, now) for id in "ABC"] == [True, True, False]


def test_the_shift_before_is_the_last_one_that_began_hours_ago(
    engine: Engine, person: int, now: datetime
) -> None:
    sessions = Sessions(engine)
    assert sessions.last_here(person) is None
    sessions.begin(person, now)
    assert sessions.last_here(person) is None
    sessions.begin(person, now + HOUR)  # signed out by mistake
    assert sessions.last_here(person) is None
    sessions.begin(person, now + 24 * HOUR)
    sessions.begin(person, now + 25 * HOUR)
    assert sessions.last_here(person) == now
    sessions.begin(person, now + 96 * HOUR)
    assert sessions.last_here(person) == now + 24 * HOUR
    assert sessions.last_here(2) is None
