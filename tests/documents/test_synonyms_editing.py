"""One entry in or out of synonyms.yml; comments, order and every other byte stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents.settings_files.synonyms import Synonym, parse_synonyms, words_typed
from kb.documents.settings_files.synonyms_editing import (
    AlreadyThere,
    ChangedMeanwhile,
    NotEditable,
    NotThere,
    with_synonym,
    without_synonym,
)

GOOD = """\
# What customers say.
two_way:
  # Parcels
  - [parcel, package]  # the commonest
  - ["late: very", 'delayed']

  # Money
one_way:
  - from: OTP
    to: [one-time code]
  # Carriers
  - from: DNR
    to: delivered but not received
# The end.
"""
BOX = Synonym(("box", "crate"))
RTS = Synonym(("RTS",), ("returned to sender",))


def added(raw: bytes, new: Synonym) -> bytes:
    return with_synonym(raw, new, parse_synonyms(raw).seal(new))


def removed(raw: bytes, old: Synonym) -> bytes:
    return without_synonym(raw, old.key)


def test_a_group_comes_at_the_end_of_its_list() -> None:
    line = "  - ["
    before, after = GOOD.split("'delayed']\n")
    expected = f"{before}'delayed']\n{line}box, crate]\n{after}"
    assert added(GOOD.encode(), BOX).decode() == expected


def test_a_one_way_synonym_comes_at_the_end_of_its_list() -> None:
    before, after = GOOD.split("# The end")
    expected = f"{before}  - from: RTS\n    to: [returned to sender]\n# The end{after}"
    assert added(GOOD.encode(), RTS).decode() == expected


def test_an_entry_goes_with_its_line_and_nothing_else() -> None:
    group = Synonym(("parcel", "package"))
    expected = GOOD.replace("  - [parcel, package]  # the commonest\n", "")
    assert removed(GOOD.encode(), group).decode() == expected
    pair = Synonym(("OTP",), ("one-time code",))
    expected = GOOD.replace("  - from: OTP\n    to: [one-time code]\n", "")
    assert removed(GOOD.encode(), pair).decode() == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", "two_way:\n  - [box, crate]\n"),
        ("# Empty.\n", "# Empty.\ntwo_way:\n  - [box, crate]\n"),
        ("one_way:", "one_way:\ntwo_way:\n  - [box, crate]\n"),
        ("two_way:", "two_way:\n  - [box, crate]"),
        ("two_way: []  # none\n", "two_way:   # none\n  - [box, crate]\n"),
        ("two_way: ~\r\nx: y\r\n", "two_way: \r\n  - [box, crate]\r\nx: y\r\n"),
        ("two_way:\n- [a, b]", "two_way:\n- [a, b]\n- [box, crate]"),
        (
            "two_way:\n  -\n    - a\n    - b\n",
            "two_way:\n  -\n    - a\n    - b\n  - [box, crate]\n",
        ),
        ("\ufefftwo_way:\n - [a, 😀]\n", "\ufefftwo_way:\n - [a, 😀]\n - [box, crate]\n"),
        ("  two_way:\n", "  two_way:\n    - [box, crate]\n"),
    ],
)
def test_the_file_may_be_written_in_many_ways(raw: str, expected: str) -> None:
    assert added(raw.encode(), BOX).decode() == expected


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("# x\ntwo_way: [[a, b]]\n", 2),
        ("# x\ntwo_way: parcel\n", 2),
        ("{two_way: [[a, b]]}\n", 1),
        ("- a\n", 1),
        ("# x\ntwo_way:\n  - [a\n", 3),
        ("# x\n\ntwo_way:\n\t- [a, b]\n", 4),
        ("two_way:\n---\nx: y\n", 2),
        ("one_way: []\n...\n", 1),
    ],
)
def test_what_cannot_be_edited_is_refused_with_line_and_remedy(raw: str, line: int) -> None:
    with pytest.raises(NotEditable, match=rf"synonyms\.yml:{line}: .+; .+"):
        added(raw.encode(), BOX)


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(NotEditable, match=r":2: .*UTF-8"):
        added(b"two_way:\n  - [a, \xff]\n", BOX)


@pytest.mark.parametrize(
    "raw",
    [
        "two_way: [[box, crate], [a, b]]\n",
        "two_way:\n  - # what a day\n    [box, crate]\n",
        "x: &box [box, crate]\ntwo_way:\n  - *box\n",
        "x: y\ntwo_way:\n  - &box [box, crate]\nz: *box\n",
    ],
)
def test_an_entry_that_is_not_on_lines_of_its_own_is_not_removed(raw: str) -> None:
    assert parse_synonyms(raw.encode()).two_way[0] == BOX.words
    with pytest.raises(NotEditable):
        removed(raw.encode(), BOX)


def test_what_is_there_already_is_not_added() -> None:
    for new in (
        Synonym(("Package", "parcel")),
        Synonym(("parcel",), ("package",)),
        Synonym(("otp",), ("One-Time Code",)),
    ):
        with pytest.raises(AlreadyThere):
            added(GOOD.encode(), new)
    added(GOOD.encode(), Synonym(("parcel", "package", "box")))
    added(GOOD.encode(), Synonym(("OTP", "one-time code")))


def test_another_persons_change_counts_only_where_it_touches_the_same_words() -> None:
    seal = parse_synonyms(GOOD.encode()).seal(BOX)
    elsewhere = added(GOOD.encode(), Synonym(("boot", "shoe")))
    both = parse_synonyms(with_synonym(elsewhere, BOX, seal)).two_way
    assert both[-2:] == (("boot", "shoe"), BOX.words)
    with pytest.raises(ChangedMeanwhile):
        with_synonym(added(GOOD.encode(), Synonym(("crate", "shoe"))), BOX, seal)
    with pytest.raises(ChangedMeanwhile):
        with_synonym(GOOD.encode(), BOX, "never looked at")


def test_what_is_gone_cannot_be_removed() -> None:
    with pytest.raises(NotThere):
        removed(GOOD.encode(), BOX)


def test_words_are_cut_at_commas_and_line_ends() -> None:
    assert words_typed(" a  b,c\nd,, C ,\x00 ,") == ("a b", "c", "d")
    assert words_typed("") == ()


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
TYPED = st.lists(WORDS, min_size=2, max_size=4).map(lambda words: words_typed(",".join(words)))
NEW = st.one_of(
    TYPED.filter(lambda words: len(words) > 1).map(Synonym),
    TYPED.filter(lambda words: len(words) > 1).map(lambda words: Synonym(words[:1], words[1:])),
)
NOISE = st.sampled_from(["", "# a comment", "#", "   ", "# - [no, entry]", "# 😀 €"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A synonyms.yml as a person may have written it, with lists, comments and blank lines."""
    indent = draw(st.sampled_from(["", "  ", "    "]))
    groups = [
        "- [a1, b1]",
        '- ["c: 1", d1] # odd',
        "- [e 1, 'f''1', g1]",
        f"- - h1\n{indent}  - i1",
    ]
    pairs = [f"- from: {word}\n{indent}  to: {to}" for word, to in (("j1", "[k1]"), ("l1", "m1"))]
    lines = []
    for name, items in draw(st.permutations([("two_way", groups), ("one_way", pairs)])):
        if draw(st.booleans()):
            lines += [draw(NOISE), f"{name}:"]
            for item in draw(st.lists(st.sampled_from(items), unique=True)):
                lines += [draw(NOISE), indent + item]
    lines += [draw(NOISE)]
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))).encode()


@given(files(), NEW)
def test_adding_adds_one_and_touches_no_other_byte(raw: bytes, new: Synonym) -> None:
    before = parse_synonyms(raw)
    after = added(raw, new)
    assert parse_synonyms(after) == before.plus(new)
    start = next((n for n in range(len(raw)) if after[n] != raw[n]), len(raw))
    rest = raw[start:]
    assert after.endswith(rest)
    assert (before.one_way if new.to else before.two_way) == () or removed(after, new) == raw


@given(files(), st.data())
def test_removing_takes_one_and_touches_no_other_line(raw: bytes, data: st.DataObject) -> None:
    before = parse_synonyms(raw)
    if not before.entries:
        return
    old = data.draw(st.sampled_from(before.entries))
    after = removed(raw, old)
    assert parse_synonyms(after) == before.minus(old)
    left = iter(raw.splitlines())
    assert all(line in left for line in after.splitlines())


@given(st.binary(max_size=120), NEW)
def test_any_bytes_are_edited_rightly_or_refused(raw: bytes, new: Synonym) -> None:
    before = parse_synonyms(raw)
    try:
        after = parse_synonyms(added(raw, new))
    except (NotEditable, AlreadyThere):
        return
    assert after.entries == before.plus(new).entries
