"""Bulletins put up, taken down, and gone by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kb.notices.bulletin import Draft, NotPutUp
from kb.notices.sql.board import Board
from kb.parts import Parts
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def put_up(board: Board, text: str, hours: float = 1) -> int:
    return board.put_up(Draft("shipping", text, ("parcel", "van"), NOW + hours * HOUR), 2, NOW)


def texts(board: Board, after: timedelta = timedelta()) -> list[str]:
    return [one.text for one in board.up(NOW + after)]


def test_what_ends_first_comes_first_and_is_gone_at_its_time(parts: Parts) -> None:
    put_up(parts.notices.bulletins, "Long.", 3)
    put_up(parts.notices.bulletins, "Short.", 1)
    assert texts(parts.notices.bulletins) == ["Short.", "Long."]
    assert texts(parts.notices.bulletins, HOUR) == ["Long."]
    assert texts(parts.notices.bulletins, 3 * HOUR) == []
    (one,) = parts.notices.bulletins.up(NOW + 2 * HOUR)
    assert (one.words, one.by) == (("parcel", "van"), "Eddy Editor")


def test_another_process_knows_it_within_seconds(parts: Parts) -> None:
    other = Board(parts.engine)
    assert texts(other) == []
    number = put_up(parts.notices.bulletins, "Strike.")
    assert texts(other, timedelta(seconds=6)) == ["Strike."]
    parts.notices.bulletins.take_down(number, NOW)
    assert texts(parts.notices.bulletins) == []
    assert texts(other, timedelta(seconds=12)) == []
    assert parts.notices.bulletins.get(number, NOW) is None


def test_one_that_ends_while_it_is_remembered_is_gone(parts: Parts) -> None:
    put_up(parts.notices.bulletins, "Short.", 1)
    assert texts(parts.notices.bulletins, HOUR - timedelta(seconds=2)) == ["Short."]
    assert texts(parts.notices.bulletins, HOUR) == []


def test_what_is_refused_is_not_up(parts: Parts) -> None:
    with pytest.raises(NotPutUp):
        put_up(parts.notices.bulletins, "Late.", -1)
    assert texts(parts.notices.bulletins) == []
