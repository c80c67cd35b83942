"""Any text is a valid query, and none takes long or tells what is not the reader's."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.procedures.model import Status
from kb.procedures.visibility import Reader
from kb.search import query
from kb.search.query import parse
from kb.search.searcher import Searcher
from kb.search.snippets import snippet
from tests.effort import examples
from tests.search.shelf import REP, TODAY, entry, searcher

SLOWEST = 0.2  # seconds
PIECES = st.sampled_from(
    ['"', "-", "(", ")", "[", "*", "\\", ":", "department:", "keyword:", "owner:", '""', "--", " ",
     "AND", "OR", "NOT", "~", "^", "late", "shippment", "parcel", "\x00", "\ud800", "é", "包裹"]
)  # fmt: skip
TYPED = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=20).map("".join))


@given(typed=TYPED, prefix=st.booleans())
@settings(
    max_examples=examples(300),
    deadline=None,
)
def test_every_text_is_answered(shelf: Searcher, typed: str, prefix: bool) -> None:
    took = []
    for _ in range(3):  # what else the machine does, and the collector, may fall into one of them
        began = process_time()
        results = shelf.search(typed, REP, TODAY, prefix=prefix)
        took.append(process_time() - began)
        if took[-1] < SLOWEST:
            break
    assert min(took) < SLOWEST
    assert results.total >= len(results.hits)
    assert (results.total > 0) == (len(results.hits) > 0)
    shelf.explain(typed, REP, TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        "a" * 100_000,
        "late " * 20_000,
        " ".join(f"shippment{n}" for n in range(10_000)),
        " ".join("abcdefghij"[: 4 + n % 7] + "xyzw"[n % 4] for n in range(5_000)),
        '"' * 60,
        "(" * 6 + "late" + ")" * 6,
        "-" * 60,
        "-a " * 60,
        "e-mail-" * 60,
        "a+b*c?$" * 60,
        "department:" * 60,
        "包裹" * 50_000,
        "\x00\x01\x02" * 60,
        "ａｂｃ" * 30_000,
        "'" * 60,
        "a'" * 60,
    ],
    ids=lambda typed: repr(typed[:12]),
)
def test_much_text_and_many_signs_take_no_time(shelf: Searcher, typed: str) -> None:
    shelf.search("late", REP, TODAY)
    times = []
    for _ in range(3):
        # Work, not waiting: other tests run on the same cores.
        began = process_time()
        shelf.search(typed, REP, TODAY)
        times.append(process_time() - began)
    assert min(times) < SLOWEST


def test_what_stands_behind_the_limit_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "MOST_CHARACTERS", 11)
    assert parse("late parcel (((zebra").words == ("late", "parcel")
    monkeypatch.setattr(query, "MOST_CHARACTERS", 4)
    assert parse('"(((( late').words == ()


@given(text=st.text(max_size=400), wanted=st.frozensets(st.text(max_size=5), max_size=4))
def test_a_snippet_is_a_part_of_its_text(
    shelf: Searcher, text: str, wanted: frozenset[str]
) -> None:
    shown = "".join(part.text for part in snippet(text, wanted, shelf.index.stems))
    bare = shown.removeprefix("… ").removesuffix(" …")
    assert " ".join(bare.split()) in " ".join(text.split())
    assert len(shown) <= 260


@given(typed=TYPED)
def test_a_parsed_query_has_bounded_parts(typed: str) -> None:
    asked = parse(typed * 50)
    assert len(asked.words) <= 60
    assert len(asked.phrases) <= 5
    assert all(first < last <= len(asked.words) for first, last, _ in asked.compounds)


WORDS = st.lists(
    st.sampled_from("parcel late refund damaged zebra zebras zebu walnut quartz the".split()),
    min_size=1, max_size=6,
).map(" ".join)  # fmt: skip
SHELVES = st.lists(
    st.tuples(
        WORDS, WORDS, st.sampled_from(("shipping", "billing", "returns")), st.sampled_from(Status)
    ),
    min_size=1,
    max_size=8,
)


@given(
    shelf_=SHELVES,
    own=st.frozensets(st.sampled_from(("shipping", "billing", "returns"))),
    typed=st.one_of(
        WORDS,
        st.sampled_from(("quarts", "walnot", "zebr", "zebre", "damagd", "P-1", "the quartz")),
    ),
    prefix=st.booleans(),
)
@example(  # once the draft made "zebu" the commoner spelling
    shelf_=[
        ("parcel", "zebra", "shipping", Status.PUBLISHED),
        ("parcel", "zebu", "shipping", Status.DRAFT),
        ("parcel", "zebu", "shipping", Status.PUBLISHED),
    ],
    own=frozenset(),
    typed="zebr",
    prefix=False,
)
@settings(max_examples=examples(25), deadline=None)
def test_nothing_tells_of_a_procedure_that_the_reader_may_not_find(
    tmp_path_factory: pytest.TempPathFactory,
    shelf_: list[tuple[str, str, str, Status]],
    own: frozenset[str],
    typed: str,
    prefix: bool,
) -> None:
    """What a reader gets must be as if what they may not find did not exist."""
    entries = [
        entry(f"P-{n}", title, f"Steps: {text}", keywords=(f"K{n}: {title}",),
              department=department, status=status)
        for n, (title, text, department, status) in enumerate(shelf_)
    ]  # fmt: skip
    reader = Reader(own)
    theirs = [one for one in entries if reader.may_find(one.procedure)]
    folder: Path = tmp_path_factory.mktemp("rights")
    whole, part = searcher(folder / "whole", *entries), searcher(folder / "part", *theirs)
    got = whole.search(typed, reader, TODAY, limit=50, prefix=prefix)
    would = part.search(typed, reader, TODAY, limit=50, prefix=prefix)
    assert {hit.id for hit in got.hits} <= {one.procedure.id for one in theirs}
    assert sorted(hit.id for hit in got.hits) == sorted(hit.id for hit in would.hits)
    assert (got.total, got.opens) == (would.total, would.opens)
    assert (got.departments, got.categories) == (would.departments, would.categories)
    assert got.did_you_mean == would.did_you_mean
