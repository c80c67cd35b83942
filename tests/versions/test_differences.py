"""Two texts against each other, whatever they are."""

from __future__ import annotations

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from kb.documents.markdown.rendering import Renderer
from kb.storage.git.alignment import stretches
from kb.versions.authorship import passages
from kb.versions.differences import MOST_SHOWN, Difference, difference, lines
from kb.versions.page_blocks import blocks

texts = st.lists(st.sampled_from(["", "a", "a b", "b c d", "é –", "<i>", "\ttab"])).map("\n".join)


def shown(found: Difference) -> list[str]:
    """Each pair as one line: [-gone-] {+new+}."""
    told = []
    for run in found.runs:
        if run.left_out:
            told.append(f"… {len(run.pairs)}")
            continue
        for pair in run.pairs:
            marks = {"del": "[-{}-]", "ins": "{{+{}+}}", "same": "{}"}
            told.append("".join(marks[mark].format(one.text) for mark, one in pair.together))
    return told


def of_lines(old: str, new: str) -> list[str]:
    return shown(difference(lines(old), lines(new)))


def of_pages(old: str, new: str) -> list[str]:
    render = Renderer().render
    sides = [blocks(render(text, "a.md", lambda path: "/x"), "Any") for text in (old, new)]
    return shown(difference(*sides))


def test_words_are_marked_within_a_line() -> None:
    assert of_lines("Wait 5 days.\nGo.", "Wait 6 days.\nGo.") == ["Wait [-5-]{+6+} days.", "Go."]


def test_words_next_to_each_other_are_one_change() -> None:
    assert of_lines("say one two now please", "say three four now please") == [
        "say [-one two-]{+three four+} now please"
    ]


def test_lines_that_have_little_in_common_are_gone_and_come() -> None:
    assert of_lines("Call the depot.", "Refund it in full at once.") == [
        "[-Call the depot.-]",
        "{+Refund it in full at once.+}",
    ]


def test_an_inserted_line_does_not_shift_the_others() -> None:
    old = "Open the order.\nRead the scan.\nTell the customer."
    new = "Open the order now.\nSay sorry first.\nRead the last scan.\nTell the customer."
    assert of_lines(old, new) == [
        "Open the order{+ now+}.",
        "{+Say sorry first.+}",
        "Read the {+last +}scan.",
        "Tell the customer.",
    ]


def test_what_is_far_from_a_change_is_left_out() -> None:
    many = "\n".join(str(number) for number in range(20))
    assert of_lines(many, f"{many}\nend") == ["… 17", "17", "18", "19", "{+end+}"]


OLD_PAGE = """\
## Steps

1. Open **the order**.
2. Go.

> Sorry that you waited.

| a | b |
|---|---|
| 1 | 2 |
"""


def test_a_page_is_compared_as_it_is_read() -> None:
    new = OLD_PAGE.replace("1. Open **the", "1. Wait.\n1. Open **the new")
    new = new.replace("waited", "waited so long").replace("2 |", "3 |")
    assert of_pages(OLD_PAGE, new) == [
        "Any",
        "Steps",
        "{+Wait.+}",
        "Open the {+new +}order.",
        "Go.",
        "Sorry that you waited{+ so long+}.",
        "a │ b",
        "1 │ [-2-]{+3+}",
    ]


def test_a_page_written_otherwise_reads_the_same() -> None:
    old, new = "* one\n* two\n\nA __bold__\nword.\n", "- one\n- two\n\nA **bold** word.\n"
    assert not any("[-" in line or "{+" in line for line in of_pages(old, new))


def test_blocks_know_what_they_are() -> None:
    body = "1. one\n   - deep\n2. two\n\n```\ncode\n  more\n```\n\n![Map](map.png)\n\n#### Small\n"
    found = blocks(Renderer().render(body, "a.md", lambda path: f"/{path}"), "T")
    assert [(one.kind, one.mark, one.depth, one.text) for one in found] == [
        ("h1", "", 0, "T"),
        ("li", "1.", 0, "one"),
        ("li", "•", 1, "deep"),
        ("li", "2.", 0, "two"),
        ("pre", "", 0, "code\n  more\n"),
        ("picture", "", 0, "Map"),
        (found[-1].kind, "", 0, "Small"),
    ]


@given(texts, texts)
def test_both_texts_can_be_read_off_a_difference(old: str, new: str) -> None:
    found = difference(lines(old), lines(new), whole=True)
    for side, text in (("del", old), ("ins", new)):
        read = [
            "".join(one.text for mark, one in pair.together if mark in (side, "same"))
            for run in found.runs
            for pair in run.pairs
            if (pair.old if side == "del" else pair.new)
        ]
        assert read == [line.text for line in lines(text)]
    assert found.none == (lines(old) == lines(new))


@given(st.lists(st.integers(0, 4)), st.lists(st.integers(0, 4)))
def test_stretches_cover_both_sides(old: list[int], new: list[int]) -> None:
    at_old = at_new = 0
    for one in stretches(old, new):
        assert (one.old_start, one.new_start) == (at_old, at_new)
        if one.same:
            assert old[one.old_start : one.old_end] == new[one.new_start : one.new_end]
        at_old, at_new = one.old_end, one.new_end
    assert (at_old, at_new) == (len(old), len(new))


def test_two_megabytes_are_compared_in_a_bearable_time() -> None:
    dice = random.Random(3)
    words = [f"word{number}" for number in range(500)]
    for alike in (0.0, 0.7, 1.0):
        old = [" ".join(dice.choices(words, k=8)) for _ in range(30_000)]
        new = [one if dice.random() < alike else " ".join(dice.choices(words, k=8)) for one in old]
        began = time.process_time()
        found = difference(lines("\n".join(old)), lines("\n".join(new)))
        assert time.process_time() - began < 6
        assert sum(len(run.pairs) for run in found.runs if not run.left_out) <= MOST_SHOWN
        assert found.cut == (alike < 1.0)
    began = time.process_time()
    assert not difference(lines("x " * 1_000_000), lines("x " * 1_000_000 + "y")).none
    assert time.process_time() - began < 2


def test_a_passage_is_whose_words_it_has() -> None:
    history = [
        ("ann", "a\nb\nc"),
        ("ben", "a\nB\nc"),
        ("ann again", "a\nB\nc\nd"),
        ("cem", "B\nc\nd"),
    ]
    found = passages(history, complete=True)
    assert [(one.version, one.first, one.lines) for one in found] == [
        ("ben", 1, ("B",)),
        ("ann", 2, ("c",)),
        ("ann again", 3, ("d",)),
    ]


def test_what_is_older_than_was_looked_at_is_nobodys() -> None:
    found = passages([("ben", "a\nB"), ("cem", "a\nB\nc")], complete=False)
    assert [(one.version, one.lines) for one in found] == [(None, ("a", "B")), ("cem", ("c",))]
