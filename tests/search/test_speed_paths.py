"""Where a quick way exists beside the plain one, both give the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.search.index import array_file, segment
from kb.search.index.embedding import Meaning
from kb.search.index.snapshot import ValueCounts
from kb.search.ranking.scoring import GROUP, Match, best_of
from kb.search.snippets import _places_with_compounds, places_of, snippet
from kb.search.words import analysis
from kb.search.words.analysis import Stems, tokens
from tests.search.shelf import REP, SHELF, TODAY, entry, ids, searcher


@given(st.text(alphabet="aZ09_-.'’ é包裹", max_size=30))
def test_ascii_words_are_cut_as_all_others(text: str) -> None:
    # A letter that is not ASCII, far away, makes the text take the general way.
    words = [token[:4] for token in tokens(text + " \u00e9")]
    assert [token[:4] for token in tokens(text)] == words[:-1]


def test_what_is_written_is_what_whoosh_gives_back(tmp_path: Path) -> None:
    segment.write(tmp_path / "part", SHELF, Meaning())
    written = array_file.load(tmp_path / "part" / segment.RAW)
    again = segment.read_back(tmp_path / "part")
    assert set(again) == {"terms", "ends", "docs", "counts", "places"}
    for name, values in again.items():
        assert np.array_equal(values, written[name]), name


def test_merged_parts_hold_what_is_left_of_them(tmp_path: Path) -> None:
    for name, one in (("a", SHELF[:3]), ("b", SHELF[3:])):
        segment.write(tmp_path / name, one, Meaning())
    segment.merge(tmp_path / "c", [(tmp_path / "a", [1]), (tmp_path / "b", [])])
    segment.write(tmp_path / "d", (SHELF[0], *SHELF[2:]), Meaning())
    merged, anew = (array_file.load(tmp_path / name / segment.RAW) for name in ("c", "d"))
    anew.pop(segment.WHOOSH)  # a checksum of files with names of their own
    assert all(np.array_equal(merged[name], values) for name, values in anew.items())


def test_facets_of_few_and_of_many_values_are_counted_alike() -> None:
    rng = np.random.default_rng(1)
    owners, codes = rng.integers(0, 999, 4000), rng.integers(0, 40, 4000)
    few, many = (
        ValueCounts(999, owners, codes, 40),
        ValueCounts(999, owners, codes, ValueCounts.MOST_ROWS + 1),
    )
    mask = rng.random(999) < 0.3
    assert few.counts(mask) == many.counts(mask)[:40]
    assert sum(few.counts(np.zeros(999, bool))) == 0


def test_the_best_of_many_documents_are_the_best() -> None:
    rng = np.random.default_rng(2)
    for share in (1.0, 0.5, 0.01, 0.0005):
        scores = rng.random(GROUP * 999 + 5).astype(np.float32)
        eligible = rng.random(len(scores)) < share
        total = int(eligible.sum())
        for most in (1, 80, 499, 500, 1500, 9000):
            found = best_of(Match(scores, scores > 0), eligible, total, most)
            order = np.argsort(-np.where(eligible, scores, -1), kind="stable")[: min(total, most)]
            assert found.tolist() == sorted(order.tolist())
    nothing = np.zeros(GROUP * 999, np.float32)
    none = Match(nothing, nothing > 0)
    assert len(best_of(none, nothing == 0, len(nothing), 80)) == 80


def test_those_near_the_best_are_looked_at_closely() -> None:
    rng = np.random.default_rng(3)
    for count in (30, 400, GROUP * 99 + 5):
        for spread in (0.01, 1.0, 100.0):
            scores = (10 + spread * rng.random(count)).astype(np.float32)
            eligible = rng.random(count) < 0.7
            match, total = Match(scores, scores > 0), int(eligible.sum())
            found = best_of(match, eligible, total, 40, 16, 0.5).tolist()
            order = np.argsort(-np.where(eligible, scores, -1), kind="stable")[:total].tolist()
            near = [doc for doc in order if scores[doc] >= scores[order[0]] - 0.5]
            assert sorted(found) == found
            assert set(order[:16]) <= set(found) <= set(order[:40])
            assert len(found) == 40 or total <= 40 or set(near) <= set(found)
            if count < 2 * 40 * GROUP and total > 40:  # all are compared, not the best of groups
                assert len(found) == min(40, max(16, len(near)))


def test_snippets_mark_compounds_and_plain_words() -> None:
    stems = Stems("english")
    for text in ("Send an e-mail, then refunds.", "Sénd an e-mail, then refunds."):
        marked = [one.text for one in snippet(text, frozenset({"email", "refund"}), stems)
                  if one.marked]  # fmt: skip
        assert marked == ["mail", "refunds"]
    assert analysis.COMPOUND.search("a. b- c") is None


PIECES = ["re", "fund", "refunds", "é", "-", ".", "–", " ", "'s", "l'", "_", "包裹", "(", "\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_snippets_find_all_that_the_plain_way_finds(text: str) -> None:
    wanted, stems = frozenset({"refund", "re", "e", "包裹"}), Stems("english")
    assert places_of(text, wanted, stems) == _places_with_compounds(text, wanted, stems)


def test_every_page_of_many_hits_shows_some(tmp_path: Path) -> None:
    entries = [entry(f"N-{n}", f"Parcel case {n}", "Steps: Weigh the parcel.") for n in range(250)]
    found = searcher(tmp_path, *entries)
    pages = [found.search("parcel", REP, TODAY, offset=n) for n in range(0, 250, 10)]
    assert all(page.total == 250 and len(page.hits) == 10 for page in pages)
    assert len({one for page in pages for one in ids(page)}) == 250


def test_a_stem_stands_where_its_table_says(tmp_path: Path) -> None:
    rare = [entry(f"X-{nth}", "Parcel", "Late." + " Lost." * (nth == 31)) for nth in range(40)]
    (one,) = searcher(tmp_path, *rare).snapshots()
    for stem in (b"late", b"lost", b"parcel"):
        row = one.row(stem)
        having = one.table("words", row)[0].tolist()
        assert [doc for doc in range(one.count) if one.stands_in(row, doc)] == having
    assert one.common(one.row(b"late"))
    assert not one.common(one.row(b"lost"))


def test_titles_are_found_by_their_keys(tmp_path: Path) -> None:
    shelf = [entry(f"X-{nth}", f"Title {nth % 3}", "Text.") for nth in range(9)]
    (one,) = searcher(tmp_path, *shelf).snapshots()
    every = one.arrays["titles"]
    for key in {*every.tolist(), 1, int(every.max()) + 1}:
        assert one.titled(key).tolist() == (every == key).nonzero()[0].tolist()
    assert not len(one.titled(0))
