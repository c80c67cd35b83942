"""Learned words in the ranking: weak, within the reader's rights, the same in every process."""

from __future__ import annotations

import multiprocessing
import time
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.procedures.model import Status
from kb.procedures.visibility import Reader
from kb.search.index.index import Index
from kb.search.ranking.fusion import HIGHEST, Weights
from kb.search.ranking.learned_words import DOUBT, Learned, LearnedFile, Recall
from kb.search.ranking.query_words import Option, Slot
from kb.search.ranking.scoring import Scorer
from kb.search.searcher import Searcher
from tests.effort import examples
from tests.search.shelf import DRAFT, REP, RETIRED, SHELF, TODAY, entry, ids, searcher

EDITOR = Reader(frozenset({"shipping"}))
Rows = list[tuple[str, str, int]]


def taught(shelf: Searcher, *rows: tuple[str, str, int]) -> Searcher:
    known = Learned.of(rows)
    return Searcher(shelf.index, learned=lambda: known)


def answer(one: Searcher, text: str, reader: Reader = REP) -> object:
    """All that a search tells, but for the time that it took."""
    found = one.search(text, reader, TODAY)
    explained = one.explain(text, reader, TODAY)
    told = [(hit.id, hit.score, hit.snippet) for hit in found.hits]
    facets = (found.departments, found.categories, found.total, found.likely_department)
    return told, facets, found.did_you_mean, found.convincing, found.opens, explained


def test_a_word_that_no_procedure_has_finds_the_one_it_was_learned_for(shelf: Searcher) -> None:
    assert ids(shelf.search("wismo", REP, TODAY)) == []
    found = taught(shelf, ("SHP-014", "wismo", 3)).search("wismo", REP, TODAY)
    assert (ids(found), found.total) == (["SHP-014"], 1)


def test_it_lifts_what_was_found_anyway(shelf: Searcher) -> None:
    plain = ids(shelf.search("refund", REP, TODAY))
    assert plain[:2] == ["BIL-001", "SHP-020"]
    few, many = (
        taught(shelf, ("SHP-020", "refund", people)).search("refund", REP, TODAY)
        for people in (3, 300)
    )
    lift = [
        next(hit.score for hit in found.hits if hit.id == "SHP-020")
        for found in (shelf.search("refund", REP, TODAY), few, many)
    ]
    assert lift == sorted(set(lift))
    assert ids(few) == plain  # three people do not turn what title and keyword say


def test_the_parts_of_the_score_still_sum_up_and_name_it(shelf: Searcher) -> None:
    one = taught(shelf, ("SHP-014", "wismo", 5), ("SHP-014", "parcel", 9), ("SHP-020", "parcel", 4))
    for weights in (Weights(), Weights(title=1.0)):
        other = Searcher(one.index, weights=weights, learned=one._learned)
        for hit in other.explain("wismo parcel late", REP, TODAY).hits:
            parts = {part.name: part.adds for part in hit.parts}
            assert sum(parts.values()) == pytest.approx(hit.score, abs=1e-3)
            assert (parts["learned"] > 0.01) == (hit.id in ("SHP-014", "SHP-020"))


def test_it_is_never_more_than_its_weight(shelf: Searcher) -> None:
    one = taught(shelf, ("SHP-014", "wismo", 10**6))
    (hit,) = one.explain("wismo", REP, TODAY).hits
    (adds,) = [part.adds for part in hit.parts if part.name == "learned"]
    assert 0.9 * Weights().learned < adds <= Weights().learned


def test_more_people_count_for_less_and_less_and_spread_words_for_little(shelf: Searcher) -> None:
    (one,) = shelf.snapshots()

    def strength(*rows: tuple[str, str, int]) -> float:
        where = Learned.of(rows).where(b"wismo", one)
        assert where is not None
        return float(where[1].max())

    grown = [strength(("SHP-014", "wismo", people)) for people in (3, 4, 5, 6)]
    assert grown == sorted(grown)
    steps = [after - before for before, after in pairwise(grown)]
    assert steps == sorted(steps, reverse=True)
    assert grown[0] == pytest.approx(3 / (3 + DOUBT))
    spread = [(id, "wismo", 3) for id in ("SHP-014", "SHP-020", "BIL-001", "gone", "gone-too")]
    assert strength(*spread) == pytest.approx(3 / (15 + DOUBT))


def test_a_word_that_leads_everywhere_leads_nowhere(shelf: Searcher) -> None:
    everywhere = [(f"P-{number}", "wismo", 3) for number in range(300)]
    one = taught(shelf, ("SHP-014", "wismo", 3), *everywhere)
    assert ids(one.search("wismo", REP, TODAY)) == []


def test_without_a_learned_word_in_the_query_nothing_differs(shelf: Searcher) -> None:
    one = taught(shelf, ("SHP-020", "wismo", 50))
    for text in ("late parcel", "refund card", "zeppelin", "hello i need help", "", "-refund"):
        assert answer(one, text) == answer(shelf, text)


def test_stop_words_are_not_looked_up(shelf: Searcher) -> None:
    assert answer(taught(shelf, ("SHP-020", "need", 50)), "i need") == answer(shelf, "i need")


def test_a_misspelt_word_finds_what_its_spelling_has_learned(shelf: Searcher) -> None:
    one = taught(shelf, ("BIL-001", "parcel", 9))
    assert "BIL-001" in ids(one.search("parcell", REP, TODAY))


def test_filters_and_exclusions_hold_for_what_is_learned(shelf: Searcher) -> None:
    one = taught(shelf, ("SHP-014", "wismo", 9), ("BIL-001", "wismo", 9))
    assert ids(one.search("wismo department:billing", REP, TODAY)) == ["BIL-001"]
    assert ids(one.search("wismo -carrier", REP, TODAY)) == ["BIL-001"]
    assert ids(one.search("wismo", REP, TODAY, department="billing")) == ["BIL-001"]
    assert ids(one.search('"last wismo"', REP, TODAY)) == []


@pytest.mark.parametrize("hidden", [DRAFT, RETIRED])
def test_what_is_learned_of_something_hidden_shows_nowhere(shelf: Searcher, hidden) -> None:
    id = hidden.procedure.id
    assert answer(taught(shelf, (id, "wismo", 50)), "wismo") == answer(shelf, "wismo")
    mixed = taught(shelf, (id, "zeppelin", 50)).search("zeppelin", REP, TODAY)
    assert (mixed.total, mixed.did_you_mean) == (0, None)
    assert mixed.departments == ()


WORDS = ("wismo", "parcel", "refund", "zebra")
PAIRS = st.dictionaries(
    st.tuples(st.sampled_from([one.procedure.id for one in SHELF]), st.sampled_from(WORDS)),
    st.integers(3, 40),
)


@settings(max_examples=examples(40), deadline=None)
@given(PAIRS, st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), st.booleans())
def test_nobody_is_told_of_what_they_may_not_find(
    shelf: Searcher, pairs: dict[tuple[str, str], int], words: list[str], drafts: bool
) -> None:
    reader = EDITOR if drafts else REP
    one = taught(shelf, *((id, word, people) for (id, word), people in pairs.items()))
    may = {e.procedure.id for e in SHELF if reader.may_find(e.procedure)}
    found = one.search(" ".join(words), reader, TODAY)
    assert set(ids(found)) <= may
    assert found.total == len(found.hits) == sum(facet.count for facet in found.departments)
    plain = shelf.search(" ".join(words), reader, TODAY)
    assert found.did_you_mean == plain.did_you_mean
    lifted = {id for id, word in pairs if word in words} & may
    assert set(ids(found)) == set(ids(plain)) | lifted


def test_all_processes_see_a_new_file_at_their_next_search(shelf: Searcher, tmp_path: Path) -> None:
    path = tmp_path / "learned.arrays"
    file = LearnedFile(path)
    one = Searcher(shelf.index, learned=LearnedFile(path))
    assert ids(one.search("wismo", REP, TODAY)) == []
    context = multiprocessing.get_context("spawn")
    asked, answers = context.Queue(), context.Queue()
    other = context.Process(
        target=_search_apart, args=(shelf.index.folder, path, asked, answers), daemon=True
    )
    other.start()
    try:
        for rows in ([("SHP-014", "wismo", 3)], [("SHP-020", "wismo", 3)], []):
            file.write(rows)
            asked.put("wismo")
            expected = [id for id, _, _ in rows]
            assert ids(one.search("wismo", REP, TODAY)) == expected
            assert answers.get(timeout=300) == expected
    finally:
        asked.put(None)
        other.join(10)


def _search_apart(folder: Path, path: Path, asked, answers) -> None:
    one = Searcher(Index(folder), learned=LearnedFile(path))
    while (text := asked.get()) is not None:
        answers.put(ids(one.search(text, REP, TODAY)))


def test_the_same_again_writes_no_new_file_and_a_damaged_one_teaches_nothing(
    shelf: Searcher, tmp_path: Path
) -> None:
    path = tmp_path / "learned.arrays"
    file = LearnedFile(path)
    file.write([("SHP-014", "wismo", 3)])
    before = path.stat()
    file.write([("SHP-014", "wismo", 3)])
    assert path.stat().st_ino == before.st_ino
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    one = Searcher(shelf.index, learned=file)
    assert ids(one.search("wismo", REP, TODAY)) == ["SHP-014"]
    for broken in (b"", b"nonsense", path.read_bytes()[:200]):
        path.unlink()
        path.write_bytes(broken)
        assert ids(one.search("wismo", REP, TODAY)) == []
    path.unlink()
    assert ids(one.search("wismo", REP, TODAY)) == []


def test_what_is_saved_anew_keeps_what_it_has_learned(tmp_path: Path) -> None:
    one = taught(searcher(tmp_path, *SHELF), ("SHP-014", "wismo", 3))
    assert ids(one.search("wismo", REP, TODAY)) == ["SHP-014"]
    changed = entry("SHP-014", "Late, in other words", "Steps: Look it up.", fingerprint="2")
    one.index.update([changed], [], lambda _done: None)
    found = one.search("wismo", REP, TODAY)
    assert [hit.title for hit in found.hits] == ["Late, in other words"]
    retired = entry("SHP-014", "Late", "Steps: No.", status=Status.RETIRED, fingerprint="3")
    one.index.update([retired], [], lambda _done: None)
    assert one.search("wismo", REP, TODAY).total == 0


class Set:
    """As much of a set of 10,000 documents as the learned words ask for."""

    count = 10_000
    names: ClassVar = {"id": [f"P-{number}" for number in range(10_000)]}


def test_fifty_thousand_pairs_cost_less_than_a_tenth_of_a_millisecond_a_query() -> None:
    random = np.random.default_rng(1)
    words = [f"word{number:c}{number}" for number in range(97, 97 + 1000)]
    pairs = {
        (f"P-{document}", words[int(word)])
        for document, word in zip(
            random.integers(0, 10_000, 52_000), random.zipf(1.3, 52_000) % 1000, strict=True
        )
    }
    assert len(pairs) > 40_000
    recall = Recall(
        Learned.of((id, word, 3) for id, word in pairs), Index(Path("none")).stems, HIGHEST
    )
    queries = [[words[int(w)] for w in random.zipf(1.3, 5) % 1000] for _ in range(300)]
    slots = [
        [Slot.among([], word, (Option(word.encode(), 1.0, ""),)) for word in query]
        for query in queries
    ]

    def once() -> float:
        scores = np.zeros(Set.count, np.float32)
        began = time.process_time()
        for query in slots:
            for (docs, strengths), worth in recall.of(query, Set):
                scores[docs] += strengths * np.float32(worth)
        return (time.process_time() - began) / len(slots)

    once()  # each word is placed at its first use
    assert min(once() for _ in range(5)) < 0.0001


def test_a_scorer_without_learned_words_adds_nothing(shelf: Searcher) -> None:
    scorer = Scorer(shelf.snapshots(), [])
    assert not scorer.learned_share(0, np.array([0, 1])).any()
