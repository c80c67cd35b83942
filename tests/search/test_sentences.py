"""Which sentence is shown: word for word, from where it helps most."""

from __future__ import annotations

import time

import pytest

from kb.search.sentences import SectionText, answering, first_line
from kb.search.words.analysis import Stems

STEMS = Stems("english")
ABOUT = SectionText("about", "The kettle leaks, the kettle drips, and the customer wants it back.")
STEPS = SectionText(
    "steps", "Ask for the lid.\nDoes the kettle leak?\nWhite | 2 l | €19.95\nHang up."
)
SCRIPT = SectionText("script", "I am sorry. We send you a new kettle today.")
LONG = (
    "First this is said. " * 12
    + "Then the kettle is fetched. Then it is sent. "
    + "And so on. " * 30
)


def shown(*sections: SectionText, best: int = 0, **worth: float) -> str | None:
    found = answering(dict(enumerate(sections)), best, worth, STEMS)
    return found and "".join(one.text for one in found.fragments)


def test_a_line_to_say_or_do_comes_before_what_is_said_about_it() -> None:
    assert shown(ABOUT, STEPS, SCRIPT, kettl=1.0) == SCRIPT.text
    assert shown(ABOUT, STEPS, SCRIPT, kettl=1.0, leak=2.0) == "Does the kettle leak?"
    assert shown(ABOUT, kettl=1.0) == ABOUT.text


def test_a_row_of_a_table_is_whole() -> None:
    assert shown(ABOUT, STEPS, white=1.0) == "White | 2 l | €19.95"


def test_of_a_long_line_the_sentence_and_what_there_is_room_for() -> None:
    found = shown(SectionText("text", LONG), fetch=1.0)
    assert found is not None
    assert found.startswith("Then the kettle is fetched. Then it is sent. And so on.")
    assert len(found) <= 200
    assert found in LONG


def test_a_line_of_many_sentences_is_looked_through_once() -> None:
    line = " ".join(f"Part {n} of the kettle is fetched." for n in range(20_000))
    began = time.process_time()
    assert shown(SectionText("text", line), kettl=1.0) is not None
    assert time.process_time() - began < 10  # each for itself would take minutes


def test_a_sentence_without_an_end_is_cut() -> None:
    found = shown(SectionText("text", "word " * 400 + "kettle " + "word " * 400), kettl=1.0)
    assert found is not None
    assert len(found) < 260


def test_what_no_section_has_is_nowhere() -> None:
    assert shown(ABOUT, STEPS, teapot=1.0) is None
    assert shown(kettl=1.0) is None


@pytest.mark.parametrize(
    ("sections", "line"),
    [
        ((ABOUT, STEPS, SCRIPT), SCRIPT.text),
        ((ABOUT, STEPS), "Ask for the lid."),
    ],
)
def test_where_only_the_title_has_the_words_the_first_line_is_shown(
    sections: tuple[SectionText, ...], line: str
) -> None:
    found = first_line(sections)
    assert found is not None
    assert found.fragments[0].text == line


def test_a_text_with_neither_has_no_first_line() -> None:
    assert first_line([ABOUT]) is None
