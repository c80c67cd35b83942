"""Reranking gives what reading each document word by word gives."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.search.index.array_file import Array
from kb.search.index.compiling import GAP, compiled
from kb.search.index.embedding import Meaning, Vectors
from kb.search.index.passages import MOST_KEYWORDS, MOST_WORDS, prepare
from kb.search.index.segment import in_memory
from kb.search.index.snapshot import Snapshot
from kb.search.ranking.fusion import PARTS, Candidates, Weights
from kb.search.ranking.reranking import (
    CLOSE,
    candidate_text,
    closeness,
    passage_scores,
    word_places,
)
from kb.search.ranking.scoring import Scorer
from kb.search.words.analysis import Stems
from tests.search.shelf import entry

MEANING, STEMS = Meaning(), Stems("english")
WORDS = ["parcel", "late", "depot", "scan", "label"]
FILLED = st.lists(st.sampled_from([*WORDS, "mild", "zone", "very", "cold", "ring"]), max_size=200)


def loaded(texts: list[list[str]]) -> tuple[Snapshot, list[list[str]]]:
    """A set of these texts, titled by their first three words; and what each holds, in order."""
    entries = [
        entry(f"T-{nth}", " ".join(text[:3]) or "none", " ".join(text[3:]), keywords=("late ring",))
        for nth, text in enumerate(texts)
    ]
    one = Snapshot(compiled([in_memory(entries, MEANING)], STEMS), [False] * len(texts))
    gap = ["-"] * GAP
    return one, [[*(text[:3] or ["none"]), *gap, "late", "ring", *gap, *text[3:]] for text in texts]


def close(one: Snapshot, words: list[list[tuple[int, float]]], worth: list[float]) -> list[float]:
    """Of all documents."""
    laid = candidate_text(one, np.arange(one.count))
    found: list[float] = closeness(laid, word_places(laid, words), worth).tolist()
    return found


def scores(one: Snapshot, words: list[list[tuple[int, float]]], worth: list[float]) -> list[Array]:
    """Of the passages of each document, titles left out."""
    laid = candidate_text(one, np.arange(one.count))
    made = np.split(passage_scores(laid, word_places(laid, words), worth), laid.firsts[1:])
    assert not any(each[0] for each in made)
    return [each[1:] for each in made]


def rows(one: Snapshot) -> list[list[tuple[int, float]]]:
    found = [one.row(stem.encode()) for stem in ("parcel", "late", "depot", "scan", "label")]
    return [[(row, 1.0)] if row >= 0 else [] for row in found]


@given(st.lists(FILLED, min_size=1, max_size=4))
def test_words_close_to_each_other_are_found_in_any_order(texts: list[list[str]]) -> None:
    one, lines = loaded(texts)
    worth = [1.0, 2.0, 4.0, 8.0, 16.0]
    pairs = [min(pair) for pair in pairwise(worth)]
    for line, total in zip(lines, close(one, rows(one), pairs), strict=True):
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
    worth = [1.0, 2.0, 4.0, 8.0, 16.0]
    found = np.concatenate(scores(one, rows(one), worth))
    norms = [norm for norm in one.arrays["passages.norm"].tolist() if norm < inf]
    place = 0
    for nth, text in enumerate(texts):
        made = prepare(entry(f"T-{nth}", " ".join(text[:3]) or "none", " ".join(text[3:])))
        for first, last, *_ in made.passages:
            inside = [*text[:3], *text[3:][first:last]]
            counts = [inside.count(word) for word in WORDS]
            expected = sum(
                each * count / (count + norms[place])
                for each, count in zip(worth, counts, strict=True)
            )
            assert abs(found[place] - expected) < 1e-3
            place += 1
    assert place == len(found)


def test_a_stem_may_stand_for_two_words_and_a_word_for_two_stems() -> None:
    one, _ = loaded([["parcel", "late", "depot", "mild", "scan", "late"]])
    late, scan = one.row(b"late"), one.row(b"scan")
    words: list[list[tuple[int, float]]] = [[(late, 1.0)], [(scan, 1.0), (late, 0.5)], []]
    found = word_places(candidate_text(one, np.array([0])), words)
    counts = np.bincount(found.places // found.length, minlength=3).tolist()
    assert counts == [3, 4, 0]  # the keyword "late ring" counts as well


def test_the_joined_form_of_a_compound_takes_no_place_of_its_own() -> None:
    one, _ = loaded(
        [
            ["a", "b", "c", "depot", "e-mail", "scan"],
            ["a", "b", "c", "depot", "very", "good", "scan"],
        ]
    )
    words = [[(one.row(stem), 1.0)] for stem in (b"depot", b"email", b"scan")]
    depot, email, label = words
    assert close(one, [depot, label, email], [1.0]) == [1.0, 1.0]
    assert close(one, words, [1.0, 1.0]) == [2.0, 0.0]


def test_a_procedure_longer_than_is_searched_disturbs_no_other() -> None:
    words = " ".join(["filler"] * (MOST_WORDS + 70_000))
    long = entry("L", "Long", f"Steps: {words} zebra", "After: quagga", "More: quagga label")
    other = entry("O", "Other", "Steps: scan the label")
    one = Snapshot(compiled([in_memory((long, other), MEANING)], STEMS), [False, False])
    assert (one.row(b"zebra"), one.row(b"quagga")) != (-1, -1)  # in the last place, like all after
    spans = one.arrays["running.passages"]
    sizes = one.layout[5].repeat(one.layout[2])
    assert (spans[:, 0] <= spans[:, 1]).all()
    assert (spans[:, 1] <= sizes).all()
    assert (one.arrays["passages.norm"] > 0).all()
    longer, shorter = scores(one, [[(one.row(b"scan"), 1.0)]], [1.0])
    assert longer.max() == 0 < shorter.max() < 1


def test_the_keyword_nearest_in_meaning_counts_and_tags_do_not() -> None:
    said = [
        (),
        ("cannot get into my account", "the screen stays black"),
        ("Billing", "late fee"),
        ("the app is frozen solid",),
    ]
    entries = [entry(f"K-{n}", "Case", "Do it.", keywords=some) for n, some in enumerate(said)]
    one = Snapshot(compiled([in_memory(entries, MEANING)], STEMS), [False] * len(said))
    asked = MEANING.of_query("display is dark")
    passages = [float(MEANING.of_query("Case Do it.") @ asked)] * len(said)
    expected = [
        max(at_least, *[float(MEANING.of_query(text) @ asked) for text in some if " " in text], 0)
        for some, at_least in zip(said, passages, strict=True)
    ]
    expected[2] = max(passages[2], 0)  # "late fee" is a tag
    found = meant(one, asked, np.array([0, 1, 2, 3]))
    assert np.allclose(found, expected, atol=0.02)
    assert found.argmax() == 1
    assert np.allclose(meant(one, asked, np.array([2, 3])), expected[2:], atol=0.02)


def test_where_no_keyword_says_something_passages_alone_are_compared() -> None:
    entries = [entry(f"K-{n}", "Case", "Do it.", keywords=("late fee",)) for n in range(2)]
    one = Snapshot(compiled([in_memory(entries, MEANING)], STEMS), [False] * 2)
    assert len(one.arrays["vectors"]) == len(one.arrays["passages"])
    asked = MEANING.of_query("late fee")
    expected = max(float(MEANING.of_query("Case Do it.") @ asked), 0)
    assert np.allclose(meant(one, asked, np.arange(2)), expected, atol=0.02)


def meant(one: Snapshot, asked: Vectors, docs: Array) -> Array:
    """What meaning adds to each, by weight 1."""
    weights = Weights(meaning=1.0, passage=0, close=0)
    scorer = Scorer((one,), ())
    looked = Candidates(scorer, 0, docs, scorer.match(0), weights)
    looked.rerank((asked, asked))
    return np.array([looked.shares(nth)[PARTS.index("meaning")] for nth in range(len(docs))])


def test_of_very_many_keywords_the_first_count_by_meaning() -> None:
    many = entry("M-1", "Case", "Do it.", keywords=tuple(f"box number {n}" for n in range(2_000)))
    assert len(in_memory([many], MEANING)["said"]) == MOST_KEYWORDS
