"""Two edits of one text: joined where they do not touch, told where they do, never lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.documents.text import matching
from kb.publishing.three_way_merge import clashes, merge, merged
from tests.effort import examples

BASE = b"one\ntwo\nthree\nfour\nfive\n"
lines = st.lists(st.sampled_from([b"", b"a", b"b", b"c", b"d", b"e"]), max_size=8)
ends = st.sampled_from([b"\n", b"\r\n"])
texts = st.builds(
    lambda some, end, last: end.join(some) + (end if last else b""), lines, ends, st.booleans()
)


def words(text: bytes) -> list[bytes]:
    return [line.rstrip(b"\r\n") for line in text.splitlines()]


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        (
            b"ONE\ntwo\nthree\nfour\nfive\n",
            b"one\ntwo\nthree\nfour\nFIVE\n",
            b"ONE\ntwo\nthree\nfour\nFIVE\n",
        ),
        (BASE + b"six\n", b"zero\n" + BASE, b"zero\n" + BASE + b"six\n"),
        (BASE, b"", b""),
        (BASE.replace(b"two\n", b""), BASE.replace(b"four", b"4"), b"one\nthree\n4\nfive\n"),
        (BASE.replace(b"two", b"2"), BASE.replace(b"two", b"2"), BASE.replace(b"two", b"2")),
        (
            BASE.replace(b"\n", b"\r\n").replace(b"one", b"1"),
            BASE.replace(b"five", b"5"),
            b"1\ntwo\nthree\nfour\n5\n",
        ),
        (
            BASE.removesuffix(b"\n") + b"\nsix",
            b"0\n" + BASE.removesuffix(b"\n"),
            b"0\n" + BASE + b"six",
        ),
    ],
)
def test_edits_apart_are_joined(mine: bytes, theirs: bytes, both: bytes) -> None:
    assert merged(merge(BASE, mine, theirs)) == both


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (BASE.replace(b"two", b"2"), BASE.replace(b"two", b"II")),
        (BASE.replace(b"two", b"2"), BASE.replace(b"three", b"III")),  # nothing in between
        (BASE.replace(b"two\n", b""), BASE.replace(b"two", b"2")),
        (BASE + b"six\n", BASE + b"VI\n"),
        (b"", BASE.replace(b"two", b"2")),
    ],
)
def test_edits_that_touch_clash(mine: bytes, theirs: bytes) -> None:
    found = merge(BASE, mine, theirs)
    assert clashes(found)
    with pytest.raises(ValueError, match="choice"):
        merged(found)
    count = sum(each.clash for each in found)
    assert count == 1
    chosen = [each.theirs for each in found if each.clash]
    assert words(merged(found, chosen)) == words(theirs)


@settings(max_examples=examples(200), deadline=None)
@given(texts, texts, texts)
def test_choosing_one_side_everywhere_keeps_all_of_that_sides_own_lines(
    base: bytes, mine: bytes, theirs: bytes
) -> None:
    found = merge(base, mine, theirs)
    for side in ("mine", "theirs"):
        whole = merged(found, [getattr(each, side) for each in found if each.clash])
        for line in set(words(getattr(found, "x", mine if side == "mine" else theirs))):
            if line not in words(base):
                assert line in words(whole)


@settings(max_examples=examples(200), deadline=None)
@given(texts, texts)
def test_one_edit_alone_is_taken_as_it_is(base: bytes, mine: bytes) -> None:
    found = merge(base, mine, base)
    assert not clashes(found)
    assert words(merged(found)) == words(mine)
    found = merge(base, base, mine)
    assert merged(found) == mine


@settings(max_examples=examples(200), deadline=None)
@given(texts, texts, texts)
def test_both_sides_see_the_same_clashes(base: bytes, mine: bytes, theirs: bytes) -> None:
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)
    assert clashes(one) == clashes(other)
    if not clashes(one):
        assert words(merged(one)) == words(merged(other))


def test_a_long_text_of_equal_lines_is_joined_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST_STEPS", 1_000)
    base = b"\n" * 250 + b"end\n"
    found = merge(base, b"mine\n" + base, base + b"theirs\n")
    assert merged(found) == b"mine\n" + base + b"theirs\n"


def test_texts_that_take_too_long_to_compare_are_one_clash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST_STEPS", 50)
    base = b"start\n" + b"one\ntwo\nthree\n" * 10 + b"end\n"
    mine = base.replace(b"start", b"begin").replace(b"end", b"stop")
    theirs = b"before\n" + base + b"after\n"
    (found,) = merge(base, mine, theirs)
    assert (found.clash, found.base, found.mine, found.theirs) == (True, base, mine, theirs)
    monkeypatch.setattr(matching, "MOST_STEPS", 5_000)
    assert len(merge(base, mine, theirs)) == 3
