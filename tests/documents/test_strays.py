"""Entries that were meant for a step and are none of it, told with what to do."""

from __future__ import annotations

import pytest

from kb.documents.markdown.outline import Outline


def strays(body: str) -> list[tuple[int, str]]:
    return [(one.line, one.remedy) for one in Outline(body).doubts() if one.code == "stray-entry"]


def numbered(first: int, below: str, further: str = "") -> str:
    return f"{first - 1}. Before.\n{first}. Is it open?\n{below}{further}"


@pytest.mark.parametrize("step", [10, 11, 27, 99])
def test_bullets_indented_as_below_the_ninth_step_are_told_from_the_tenth_on(step: int) -> None:
    below = "   - Yes: close it.\n   - No: go on.\n"
    (one,) = strays(numbered(step, below, f"{step + 1}. Last.\n"))
    assert one == (3, "begin them below the first letter of the step: 4 blanks in")
    assert len(strays(numbered(step, below))) == 1  # answers, though no step follows
    assert strays(numbered(step, below.replace("   -", "    -"), f"{step + 1}. Last.\n")) == []
    assert strays(numbered(9, below, "10. Last.\n")) == []


@pytest.mark.parametrize("bullets", ["- one\n- two\n", "\n  - one\n  - two\n\n", " * one\n"])
def test_so_are_bullets_of_any_step_between_two_that_are_numbered_on(bullets: str) -> None:
    assert len(strays(f"1. First.\n2. Second.\n{bullets}3. Third.\n")) == 1


def test_steps_below_a_step_that_became_the_next_ones_are_told() -> None:
    body = "10. Do this:\n   1. open\n   2. close\n11. Last.\n"
    assert strays(body) == [(2, "begin them below the first letter of the step: 4 blanks in")]
    assert strays(body.replace("   ", "    ")) == []


@pytest.mark.parametrize(
    "body", ["3. Is it?\n        - Yes: a\n4. b\n", "100. Is it?\n    - Yes: a\n"]
)
def test_bullets_that_became_a_part_of_the_sentence_are_told(body: str) -> None:
    assert [line for line, _ in strays(body)] == [2]


@pytest.mark.parametrize(
    "body",
    [
        "1. One.\n2. Two.\n\n- A list of its own.\n- And more.\n",
        "1. One.\n1. Two.\n1. Three.\n",
        "1. One.\n   - a\n2. Two.\n   1. b\n   2. c\n3. Three.\n",
        "- a\n\n1. b\n2. c\n",
        "1. One.\n2. Two.\n\n## Other\n\n- a\n\n1. b\n",
    ],
)
def test_lists_as_they_were_meant_are_not(body: str) -> None:
    assert strays(body) == []
