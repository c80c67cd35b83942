"""Shares of small numbers and how far they can be trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.departments.proportions import Share


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # As published for the score interval without continuity correction: Newcombe,
        # "Two-sided confidence intervals for the single proportion", 1998, table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    share = Share(part, whole)
    assert share.low == pytest.approx(low, abs=0.0001)
    assert share.high == pytest.approx(high, abs=0.0001)


def test_of_nothing_nothing_is_known() -> None:
    assert (Share(0, 0).value, Share(0, 0).low, Share(0, 0).high) == (0, 0, 1)
    assert not Share(0, 0).differs_from(Share(3, 3))


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_within_its_interval_and_mirrors(numbers: tuple[int, int]) -> None:
    share = Share(*numbers)
    assert 0 <= share.low <= share.value + 1e-9
    assert share.value - 1e-9 <= share.high <= 1
    assert share.rest.low == pytest.approx(1 - share.high)


def test_few_votes_differ_hardly_and_many_do() -> None:
    assert not Share(1, 3).differs_from(Share(3, 4))
    assert Share(100, 300).differs_from(Share(300, 400))
