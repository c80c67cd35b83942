"""The figures of a department: right, honest about few answers, and nobody to be read from them."""

from __future__ import annotations

import random
from datetime import timedelta
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.feedback.rating import (
    AT_LEAST,
    FRESH,
    Mark,
    NotRatable,
    Parameter,
    figure,
    service,
    usable_marks,
)
from tests.conftest import NOW

ONE = Parameter.TIMELINESS
LONG_AGO = NOW - timedelta(days=30)


def marks(values: list[int], people: list[int] | None = None, at=LONG_AGO) -> list[Mark]:
    people = people or list(range(len(values)))
    minutes = range(len(values))
    return [
        Mark(who, value, at + timedelta(minutes=nth))
        for who, value, nth in zip(people, values, minutes, strict=True)
    ]


def shown(given: list[Mark], now=NOW):
    return service({ONE: given}, now).figures.get(ONE)


def test_five_people_make_a_figure_and_four_do_not():
    assert shown(marks([5, 4, 3, 2])) is None
    five = shown(marks([5, 4, 3, 2, 1]))
    assert (five.answers, five.mean, five.good) == (5, 3.0, 2)


def test_five_marks_of_one_person_make_none():
    assert shown(marks([1] * 5, people=[7] * 5)) is None
    assert shown(marks([1] * 20, people=[7, 8, 9, 10] * 5)) is None


def test_a_sixth_mark_waits_until_four_more_have_come():
    for more in range(1, AT_LEAST):
        assert shown(marks([5] * 5 + [1] * more)) == shown(marks([5] * 5))
    assert shown(marks([5] * 5 + [1] * 5)).answers == 10


def test_a_mark_counts_only_when_it_cannot_be_changed_any_more():
    given = marks([4] * 5, at=NOW - FRESH)
    assert shown(given) is None
    assert shown(given, NOW + timedelta(minutes=5)).answers == 5


def test_what_is_older_than_a_year_is_left_out():
    old, new = marks([1] * 5, at=NOW - timedelta(days=400)), marks([5] * 5)
    assert shown(old + new).mean == 5.0


def test_each_parameter_needs_people_of_its_own():
    found = service({Parameter.DELIVERY: marks([5] * 5), Parameter.ATTITUDE: marks([1])}, NOW)
    assert set(found.figures) == {Parameter.DELIVERY}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), max_size=40))
def test_between_two_pictures_lie_the_marks_of_enough_people(given_marks):
    """Whatever the order: the figures move on by the marks of at least five people at once."""
    listed = marks([value for _, value in given_marks], [who for who, _ in given_marks])
    before = 0
    for count in range(len(listed) + 1):
        found = shown(listed[:count])
        now_in = found.answers if found else 0
        assert now_in >= before
        if now_in > before:
            assert len({one.person_id for one in listed[before:now_in]}) >= AT_LEAST
        before = now_in


@given(st.lists(st.integers(1, 5), min_size=1, max_size=60))
def test_the_interval_holds_the_mean_and_stays_within_the_scale(values):
    found = figure(ONE, values)
    assert 1 <= found.low <= found.mean <= found.high <= 5
    assert found.high > found.low


def test_the_interval_is_wilsons():
    """By hand: 8 of 10 at 5, 2 at 1 is a share of 0.8 (Wilson: 0.490 to 0.943)."""
    found = figure(ONE, [5] * 8 + [1] * 2)
    assert found.low == pytest.approx(1 + 4 * 0.4902, abs=0.002)
    assert found.high == pytest.approx(1 + 4 * 0.9433, abs=0.002)


def test_it_holds_the_truth_in_95_of_100_cases_where_a_t_interval_does_not():
    """Marks as departments get them, mostly 5: of five answers, the t interval misses often."""
    luck, t_4 = random.Random(7), 2.776
    weights = [2, 2, 6, 30, 60]
    truth = sum(mark * weight for mark, weight in enumerate(weights, 1)) / 100
    ours = theirs = 0
    for _ in range(2000):
        values = luck.choices(range(1, 6), weights, k=5)
        found = figure(ONE, values)
        ours += found.low <= truth <= found.high
        deviation = sqrt(sum((value - found.mean) ** 2 for value in values) / 4)
        theirs += abs(found.mean - truth) <= t_4 * deviation / sqrt(5)
    assert ours / 2000 >= 0.95
    assert theirs / 2000 < 0.92


@pytest.mark.parametrize("mark", [0, 6, -1])
def test_other_marks_there_are_not(mark: int):
    with pytest.raises(NotRatable):
        usable_marks({ONE: mark})
