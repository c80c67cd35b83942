"""Vectors are made in the background; search works without them, and better with."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from kb.procedures.model import Entry
from kb.search.encoder.encoder import EncoderTrouble
from kb.search.encoder.encoding import Encoding
from kb.search.encoder.passage_texts import keys_of, texts
from kb.search.index.index import Index
from kb.search.index.passages import key_of
from kb.search.ranking.fusion import PARTS
from kb.search.results import Results
from kb.search.searcher import Searcher
from kb.search.suggester import Suggester
from kb.settings import NO_ENCODER
from tests.cli.test_serving import within
from tests.search.shelf import LATE, REP, SHELF, TODAY, entry, ids, nothing
from tests.search.small_encoder import small_encoder

CRUSHED = entry("SHP-1", "What to do on arrival", "Steps: The parcel is broken. Ask for photos.")
TARDY = entry("SHP-2", "What to do on departure", "Steps: The parcel is late. Ask for a day.")
QUESTION = "what to do when it is purple"


class Base:
    """An index, its encoder, and a searcher that has both."""

    def __init__(self, home: Path, *entries: Entry, named: str | None = None) -> None:
        self.index = Index(home / "search_index")
        self.index.rebuild(entries, nothing)
        folder = small_encoder(home / "small") if named is None else named
        self.encoding = Encoding(str(folder), self.index.folder)
        self.searcher = Searcher(self.index, encoding=self.encoding, keep=10)

    def catch_up(self) -> list[int]:
        """How many passages had their vectors, after each batch."""
        told: list[int] = []
        self.encoding.catch_up(self.searcher.snapshots, told.append)
        return told

    def found(self, text: str = QUESTION) -> list[str]:
        return ids(self.searcher.search(text, REP, TODAY))


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(tmp_path, CRUSHED, TARDY)


def same(one: Results, other: Results) -> bool:
    return replace(one, took_ms=0) == replace(other, took_ms=0)


def test_what_sentences_mean_decides_between_the_same_words(base: Base) -> None:
    assert base.found() == ["SHP-1", "SHP-2"]
    base.catch_up()
    assert base.found() == ["SHP-2", "SHP-1"]
    assert base.found("what to do when it is yellow") == ["SHP-1", "SHP-2"]


def test_its_part_of_a_score_is_told(base: Base) -> None:
    base.catch_up()
    first, second = base.searcher.explain(QUESTION, REP, TODAY).hits
    assert [part.name for part in first.parts] == list(PARTS)
    assert first.parts[-1].adds > 0 > second.parts[-1].adds
    assert sum(part.adds for part in first.parts) == pytest.approx(first.score, abs=1e-3)


def test_until_there_are_vectors_and_without_an_encoder_all_is_as_before(base: Base) -> None:
    plain = Searcher(base.index)
    off = Searcher(base.index, encoding=Encoding(NO_ENCODER, base.index.folder))
    before = plain.search(QUESTION, REP, TODAY)
    assert same(base.searcher.search(QUESTION, REP, TODAY), before)
    base.catch_up()
    assert not same(base.searcher.search(QUESTION, REP, TODAY), before)
    assert same(off.search(QUESTION, REP, TODAY), before)
    assert same(plain.search(QUESTION, REP, TODAY), before)


def test_it_is_not_asked_while_somebody_types(base: Base) -> None:
    base.catch_up()
    asked = base.encoding.load().of_question
    typed = Suggester(base.searcher).suggest(QUESTION, REP)
    assert asked.cache_info().misses == 0
    assert [one.id for one in typed.procedures] == ["SHP-1", "SHP-2"]
    base.found()
    assert asked.cache_info().misses == 1


def test_a_misspelt_question_is_compared_as_it_is_meant(base: Base) -> None:
    base.catch_up()
    assert base.found("what to do when a parcle is late")[0] == "SHP-2"
    assert base.encoding.load().of_question.cache_info().misses == 1
    base.encoding.load().of_question("what to do when a parcel is late")
    assert base.encoding.load().of_question.cache_info().hits == 1


def test_only_what_changed_is_encoded_after_a_save(base: Base) -> None:
    there = len(keys_of(base.searcher.snapshots()[0]))
    assert base.catch_up() == [there]
    assert not base.encoding.wanted(base.searcher.snapshots())
    changed = entry("SHP-2", "What to do on departure", "Steps: The card is late. Ask.")
    base.index.update([changed], (), nothing)
    assert base.encoding.wanted(base.searcher.snapshots())
    assert base.catch_up() == [there]  # all but one had theirs already
    coverage = base.encoding.coverage(base.searcher.snapshots())
    assert (coverage.made, coverage.passages) == (there, there)
    assert len(base.encoding.store.passages(base.encoding.load().name)) == there + 1


def test_what_has_no_vector_yet_counts_as_the_middle(base: Base) -> None:
    base.catch_up()
    third = entry("SHP-3", "What to do on return", "Steps: The parcel is tardy. Ask for a day.")
    base.index.update([third], (), nothing)
    explained = base.searcher.explain(QUESTION, REP, TODAY).hits
    adds = {hit.id: hit.parts[-1].adds for hit in explained}
    assert adds["SHP-3"] == 0
    assert adds["SHP-2"] > 0 > adds["SHP-1"]


def test_vectors_outlast_an_index_that_is_built_anew(base: Base) -> None:
    base.catch_up()
    base.index.rebuild([CRUSHED, TARDY], nothing)
    assert base.catch_up() == []
    assert base.found() == ["SHP-2", "SHP-1"]


def test_without_an_index_nothing_is_swept(base: Base) -> None:
    base.catch_up()
    base.index.current.unlink()
    assert base.catch_up() == []
    assert base.encoding.store.any()


def test_another_process_has_them_as_soon_as_it_has_loaded_the_encoder(base: Base) -> None:
    other = Encoding(str(base.index.folder.parent / "small"), base.index.folder)
    assert not len(other.passages())
    base.catch_up()
    again = Encoding(str(base.index.folder.parent / "small"), base.index.folder)
    searcher = Searcher(base.index, encoding=again)
    assert ids(searcher.search(QUESTION, REP, TODAY)) == ["SHP-1", "SHP-2"]  # it only begins
    assert within(20, lambda: bool(len(again.passages())))
    assert ids(searcher.search(QUESTION, REP, TODAY)) == ["SHP-2", "SHP-1"]


def test_a_missing_folder_costs_the_encoder_alone(tmp_path: Path) -> None:
    base = Base(tmp_path, CRUSHED, TARDY, named=str(tmp_path / "nowhere"))
    with pytest.raises(EncoderTrouble, match="there is no folder"):
        base.catch_up()
    assert base.found() == ["SHP-1", "SHP-2"]


def test_one_that_fails_at_a_question_costs_what_it_would_have_added(base: Base) -> None:
    base.catch_up()
    encoder = base.encoding.load()
    encoder.of_question.cache_clear()
    encoder._given = ["no such output"]
    assert base.found() == ["SHP-1", "SHP-2"]


def test_another_model_s_vectors_are_not_mixed_with_these(base: Base, tmp_path: Path) -> None:
    base.catch_up()
    other = small_encoder(tmp_path / "other", alike=("parcel late", "broken"))
    encoding = Encoding(str(other), base.index.folder)
    encoding.load()
    assert not len(encoding.passages())
    encoding.catch_up(base.searcher.snapshots)
    assert len(encoding.passages()) == len(keys_of(base.searcher.snapshots()[0]))


def test_every_text_is_found_again_by_its_key(tmp_path: Path) -> None:
    long = entry("LNG-1", "Long", "Part: " + "Ünïcode words go on. " * 60, "bare text of few words")
    odd = entry("ODD-1", "Odd \udc80 title", keywords=("where is my parcel", "tag", "not here yet"))
    base = Base(tmp_path, *SHELF, long, odd)
    base.index.update([LATE], ["shipping/SHP-020.md"], nothing)
    read = []
    for one in base.searcher.snapshots():
        keys = keys_of(one)
        found = dict(texts(one, set(keys.tolist())))
        assert sorted(found) == np.unique(keys).tolist()
        assert all(key_of(text) == key for key, text in found.items())
        read += found.values()
    assert "where is my parcel" in read
    assert "Long" in read
    assert any(text.startswith("Long\nPart\nÜnïcode") for text in read)


def test_a_forked_process_loads_its_own_whatever_its_parent_was_at(base: Base) -> None:
    base.catch_up()
    with base.encoding._here().lock:  # as if a thread of the parent were loading
        child = os.fork()
        if not child:
            told = 0 if within(20, lambda: base.found() == ["SHP-2", "SHP-1"]) else 1
            os._exit(told)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
