"""Steps that ask, read from what people write, and what is wrong with their answers."""

from __future__ import annotations

import re
import time

import pytest

from kb.documents.markdown.branches import branches, numbered_on
from kb.documents.markdown.outline import Outline
from kb.documents.markdown.parser import blocks
from kb.documents.markdown.rendering import Renderer

KETTLE = """## Steps

1. Fetch the kettle.
2. Look below. **Is the plug warm?**
   - **Yes:** **Does it smell?**
     - Yes: [Fire](fire.md)
     - A little: go to step 4.
   - No: go on.
   - Not sure:
     1. Wait.
     2. Touch it again.
3. Which colour?
   - the red one, which is rather old and was sold with a note: nobody reads it anyway here
   - see the list. It is long.
4. Write it down.
"""


def codes(body: str) -> list[tuple[str, int]]:
    return [(one.code, one.line) for one in Outline(body).doubts()]


def asking(*answers: str) -> str:
    lines = "".join(f"   - {answer}\n" for answer in answers)
    return f"## Steps\n\n1. First.\n2. Does it leak?\n{lines}3. Last.\n"


def test_questions_answers_and_what_follows_are_a_tree() -> None:
    (steps,) = [found for found in branches(blocks(KETTLE).tokens) if found]
    assert [len(step.answers) for step in steps] == [0, 3, 0, 0]
    warm = steps[1]
    assert [answer.label for answer in warm.answers] == ["Yes", "No", "Not sure"]
    (smell,) = warm.answers[0].then
    assert [(one.label, one.to, one.line) for one in smell.answers] == [
        ("Yes", 0, 6),
        ("A little", 4, 7),
    ]
    assert [step.text for step in warm.answers[2].then] == ["Wait.", "Touch it again."]
    assert codes(KETTLE) == []


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        (("Yes:", "No: go on."), ("answer-nowhere", 5)),
        (("Yes: mop it up", "No"), ("answer-nowhere", 6)),
        (("Yes: continue with step 8.", "No: go on"), ("answer-nowhere", 5)),
        (("Dry: go on", "Wet: return to step 1"), ("answer-loop", 6)),
        (("Dry: go on", "Wet: ask again, go to step 2"), ("answer-loop", 6)),
        (("Yes: mop it up",), ("one-answer", 4)),
        (("Yes: Much?\n     - Yes:\n     - No: go on", "No: go on"), ("answer-nowhere", 6)),
    ],
)
def test_what_is_wrong_with_answers_is_told(answers: tuple[str, ...], fault: object) -> None:
    assert codes(asking(*answers)) == [fault]


def test_a_loop_over_several_steps_is_told() -> None:
    body = asking("Yes: skip to step 3", "No: go on").replace(
        "3. Last.", "3. Still wet?\n   - Yes: go back to step 1.\n   - No: hang up."
    )
    assert codes(body) == [("answer-loop", 5), ("answer-loop", 8)]


def test_what_goes_ahead_is_no_loop() -> None:
    assert codes(asking("Yes: skip to step 3.", "No: write the ticket")) == []


@pytest.mark.parametrize(
    "body", ["1. Is it?\n   - one thing\n   - another\n", "- Is it?\n  - Yes: a\n"]
)
def test_other_lists_ask_nothing(body: str) -> None:
    assert not any(step.answers for found in branches(blocks(body).tokens) for step in found)


def test_the_page_marks_what_asks_and_what_answers() -> None:
    page = Renderer().render(KETTLE, "a.md", lambda path: None)
    html = page.parts[0].html
    assert page.asks
    assert html.count('class="asks"') == 1
    assert html.count('class="answer asks"') == 1
    assert html.count('class="answer"') == 3
    assert html.count('class="answer ends"') == 1


def test_a_great_many_questions_take_no_time() -> None:
    body = "".join(
        f"{n}. Is it?\n     - A: go to step {n % 600 + 1}\n     - B: on\n" for n in range(1, 601)
    )
    began = time.process_time()
    assert Outline(body).doubts()
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "said",
    [
        "stop here.",
        "ring the bell. Stop here and see *When to escalate*.",
        "stop. Two cannot share one.",
        "tell them so, and you are done.",
        "follow [[Fire]].",
        "say so, then go to [Fire](fire.md)",
        "[Fire](fire.md)",
        "see [Fire](fire.md).",
    ],
)
def test_an_answer_that_ends_the_procedure_is_marked(said: str) -> None:
    page = Renderer().render(asking(f"Yes: {said}", "No: go on."), "a.md", lambda path: None)
    assert re.search(r'<li class="answer ends" id="[\w-]+">Yes', page.parts[0].html)
    assert re.search(r'<li class="answer" id="[\w-]+">No', page.parts[0].html)


@pytest.mark.parametrize(
    "said",
    [
        "stop the parcel.",
        "stop here if it rains.",
        "tell the price, see [Prices](prices.md).",
        "mop it up, go to step 3.",
        "ask them to stop it.",
        "wait until it has stopped, then write it down",
    ],
)
def test_an_answer_with_something_behind_it_is_not(said: str) -> None:
    page = Renderer().render(asking(f"Yes: {said}", "No: go on."), "a.md", lambda path: None)
    assert "ends" not in page.parts[0].html


def test_a_step_that_stops_only_some_is_followed_by_the_next() -> None:
    body = (
        "## Steps\n\n1. Is it wet? If so, stop and go to [Fire](f.md).\n2. Stop here.\n3. Last.\n"
    )
    assert "ends" not in Renderer().render(body, "a.md", lambda path: None).parts[0].html


def test_the_last_of_the_steps_below_an_answer_may_end_it() -> None:
    below = "   - No:\n     1. Wait.\n     2. Stop here.\n   - Yes: go on.\n"
    body = f"## Steps\n\n1. Dry?\n{below}2. End.\n"
    assert Renderer().render(body, "a.md", lambda path: None).parts[0].html.count("ends") == 1


def test_an_answer_leads_to_the_step_that_shows_that_number() -> None:
    body = "## Steps\n\n4. Look.\n5. Is it torn?\n   - Yes: go to step 6.\n   - No: on.\n6. End.\n"
    assert not list(Outline(body).doubts())
    first = body.replace("step 6", "step 1")
    assert [doubt.code for doubt in Outline(first).doubts()] == ["answer-nowhere"]


def test_a_list_that_would_repeat_numbers_is_numbered_on() -> None:
    assert numbered_on([[1, 2], [1, 2]]) == [1, 2, 3, 4]
    assert numbered_on([[1, 2], [3, 4]]) == [1, 2, 3, 4]
    assert numbered_on([[7, 8], [2, 3], [3]]) == [7, 8, 2, 3, 9]
    assert numbered_on([[2, 2]]) == [1, 2]
