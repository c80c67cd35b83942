"""The close look gives what reading each document word by word gives."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.search.analysis import Stems
from kb.search.closeup import CLOSE, closeness, passage_scores, standing
from kb.search.compiling import GAP, PASSAGE, compiled
from kb.search.loaded import Loaded
from kb.search.meaning import Meaning
from kb.search.part import in_memory
from kb.search.passages import MOST_WORDS, prepare
from tests.search.shelf import entry

MEANING, STEMS = Meaning(), Stems("english")
WORDS = ["parcel", "late", "depot", "scan", "label"]
FILLED = st.lists(st.sampled_from([*WORDS, "mild", "zone", "very", "cold", "ring"]), max_size=200)


def loaded(texts: list[list[str]]) -> tuple[Loaded, list[list[str]]]:
    """A set of these texts, titled by their first three words; and what each holds, in order."""
    entries = [
        entry(f"T-{nth}", " ".join(text[:3]) or "none", " ".join(text[3:]), keywords=("late ring",))
        for nth, text in enumerate(texts)
    ]
    one = Loaded(compiled([in_memory(entries, MEANING)], STEMS), [False] * len(texts))
    gap = ["-"] * GAP
    return one, [[*(text[:3] or ["none"]), *gap, "late", "ring", *gap, *text[3:]] for text in texts]


def rows(one: Loaded) -> list[list[tuple[int, float]]]:
    found = [one.row(stem.encode()) for stem in ("parcel", "late", "depot", "scan", "label")]
    return [[(row, 1.0)] if row >= 0 else [] for row in found]


@given(st.lists(FILLED, min_size=1, max_size=4))
def test_words_close_to_each_other_are_found_in_any_order(texts: list[list[str]]) -> None:
    one, lines = loaded(texts)
    docs = np.arange(len(texts))
    worth = [1.0, 2.0, 4.0, 8.0, 16.0]
    found = closeness(standing(one, docs, rows(one)), range(len(WORDS)), worth)
    for line, total in zip(lines, found.tolist(), strict=True):
        places = {word: [n for n, other in enumerate(line) if other == word] for word in WORDS}
        expected = sum(
            min(worth[nth], worth[nth + 1])
            for nth, (left, right) in enumerate(pairwise(WORDS))
            if any(abs(a - b) <= CLOSE for a in places[left] for b in places[right])
        )
        assert total == expected


@given(st.lists(FILLED, min_size=1, max_size=4))
def test_a_passage_counts_its_words_and_those_of_the_title(texts: list[list[str]]) -> None:
    one, _ = loaded(texts)
    docs = np.arange(len(texts))
    sizes, passages = one.passage_sizes, np.arange(len(one.arrays["passages"]))
    worth = [1.0, 2.0, 4.0, 8.0, 16.0]
    found = passage_scores(one, standing(one, docs, rows(one)), docs, passages, sizes, worth)
    norms = one.arrays["passages.norm"].tolist()
    place = 0
    for nth, text in enumerate(texts):
        made = prepare(entry(f"T-{nth}", " ".join(text[:3]) or "none", " ".join(text[3:])))
        for first, last, *_ in made.passages:
            inside = [*text[:3], *text[3:][first:last]]
            counts = [inside.count(word) for word in WORDS]
            expected = sum(
                each * (PASSAGE.k1 + 1) * count / (count + norms[place])
                for each, count in zip(worth, counts, strict=True)
            )
            assert abs(found[place] - expected) < 1e-3
            place += 1
    assert place == len(found)


def test_a_stem_may_stand_for_two_words_and_a_word_for_two_stems() -> None:
    one, _ = loaded([["parcel", "late", "depot", "mild", "scan", "late"]])
    late, scan = one.row(b"late"), one.row(b"scan")
    found = standing(one, np.array([0]), [[(late, 1.0)], [(scan, 1.0), (late, 0.5)], []])
    first, second, third = found.having.sum(axis=1).tolist()
    assert (first, second, third) == (3, 4, 0)  # the keyword "late ring" counts as well


def test_the_joined_form_of_a_compound_takes_no_place_of_its_own() -> None:
    one, _ = loaded(
        [
            ["a", "b", "c", "depot", "e-mail", "scan"],
            ["a", "b", "c", "depot", "very", "good", "scan"],
        ]
    )
    words = [[(one.row(stem), 1.0)] for stem in (b"depot", b"email", b"scan")]
    found = standing(one, np.array([0, 1]), words)
    assert closeness(found, [0, 2], [1.0, 1.0]).tolist() == [1.0, 1.0]
    assert closeness(found, [0, 1, 2], [1.0, 1.0, 1.0]).tolist() == [2.0, 0.0]


def test_a_procedure_longer_than_is_searched_disturbs_no_other() -> None:
    words = " ".join(["filler"] * (MOST_WORDS + 70_000))
    long = entry("L", "Long", f"Steps: {words} zebra", "After: quagga", "More: quagga label")
    other = entry("O", "Other", "Steps: scan the label")
    one = Loaded(compiled([in_memory((long, other), MEANING)], STEMS), [False, False])
    assert (one.row(b"zebra"), one.row(b"quagga")) != (-1, -1)  # in the last place, like all after
    ends = one.arrays["running.ends"]
    spans = one.arrays["running.passages"]
    sizes = np.diff(ends, prepend=0)
    owner = np.arange(2).repeat(one.passage_sizes)
    assert (spans[:, 0] <= spans[:, 1]).all()
    assert (spans[:, 1] <= sizes[owner]).all()
    assert (one.arrays["passages.norm"] > 0).all()
    docs, passages = np.arange(2), np.arange(len(spans))
    scan = standing(one, docs, [[(one.row(b"scan"), 1.0)]])
    assert scan.having.sum() == 1
    scores = passage_scores(one, scan, docs, passages, one.passage_sizes, [1.0])
    assert scores[owner == 0].max() == 0 < scores[owner == 1].max() <= PASSAGE.k1 + 1
