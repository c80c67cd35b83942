"""What two texts have in common is found as difflib finds it, and in a bounded number of steps."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents.source.lines import same_and_changed
from kb.documents.text import matching
from kb.documents.text.matching import Match, TooManySteps, matches

lines = st.lists(st.sampled_from("abcdef"), max_size=24)


def covered(found: list[Match]) -> int:
    return sum(one.length for one in found)


@given(lines, lines)
def test_runs_are_in_order_and_the_same_on_both_sides(old: list[str], new: list[str]) -> None:
    found = matches(old, new)
    for one in found:
        mine = old[one.at_old : one.at_old + one.length]
        assert mine == new[one.at_new : one.at_new + one.length] != []
    for one, other in pairwise(found):
        assert one.at_old + one.length <= other.at_old
        assert one.at_new + one.length <= other.at_new


@given(lines, lines)
def test_between_head_and_tail_it_is_what_difflib_finds(old: list[str], new: list[str]) -> None:
    old, new = ["<", *old, ">"], ["{", *new, "}"]
    expected = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    found = [
        (one.at_old + i, one.at_new + i) for one in matches(old, new) for i in range(one.length)
    ]
    assert found == [(one.a + i, one.b + i) for one in expected for i in range(one.size)]


def test_frequent_lines_are_left_out_where_they_cost_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "MOST_STEPS", 2_000)
    old = ["x", *[""] * 100, "rare", *[""] * 100, "y"]
    new = ["z", *[""] * 99, "rare", *[""] * 101, "w"]
    assert covered(matches(old, new)) == 200  # by the rare one, and what stands around it


def test_what_repeats_itself_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST_STEPS", 100)
    old, new = ["x", *"abc" * 20, "y"], ["z", *"abc" * 20, "w"]
    with pytest.raises(TooManySteps):
        matches(old, new)
    stretches = list(same_and_changed(old, new))
    assert [one for one in stretches if one[0] and one[1] < one[2]] == []
    assert "".join("".join(new[a:b]) for _, _, _, a, b in stretches) == "".join(new)
