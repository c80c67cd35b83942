"""The queue of notices: once for each person and key, with what it tells of or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from kb.database import notices, reading, writing
from kb.notices.sql.queue import Notice, enqueue
from kb.parts import Parts
from tests.conftest import NOW


def told(parts: Parts) -> int:
    with reading(parts.engine) as connection:
        return connection.scalar(select(func.count()).select_from(notices)) or 0


def a_notice(person_id: int = 1, key: str = "answered:1") -> Notice:
    return Notice(person_id, "answer", key, "Shipping has answered", "", "/questions")


def test_a_person_is_told_the_same_once(parts: Parts) -> None:
    for _ in range(2):
        with writing(parts.engine, "feedback") as connection:
            enqueue(connection, [a_notice(), a_notice(), a_notice(person_id=2)], NOW)
    assert told(parts) == 2


def test_what_is_rolled_back_tells_nobody(parts: Parts) -> None:
    def fail() -> None:
        with writing(parts.engine, "feedback") as connection:
            enqueue(connection, [a_notice()], NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert told(parts) == 0


def test_no_notices_are_no_statement(parts: Parts) -> None:
    with writing(parts.engine, "feedback") as connection:
        enqueue(connection, [], NOW)
    assert told(parts) == 0
