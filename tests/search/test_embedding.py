"""The model of meaning, and search where it is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.cli.status import missing
from kb.search.index import embedding
from kb.search.index.embedding import Meaning
from kb.search.index.index import Index
from kb.search.searcher import Searcher
from kb.search.similar.grouping import nearest
from kb.search.similar.neighbours import Nearness
from tests.search.shelf import DAMAGED, LATE, REFUND, REP, TODAY, ids, nothing


@pytest.fixture
def without_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a machine whose set-up could not get it."""
    embedding._load.cache_clear()
    monkeypatch.setattr(embedding, "_folder", lambda: None)
    yield
    embedding._load.cache_clear()


def test_words_with_one_meaning_are_near_and_others_are_not() -> None:
    parcel, package, invoice = embedding.Meaning().of_words(["parcel", "package", "giraffe"])

    def alike(one: embedding.Vectors, other: embedding.Vectors) -> float:
        return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))

    assert alike(parcel, package) > 2 * alike(parcel, invoice)


def test_nothing_is_missing_here_and_the_cost_is_said_where_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert missing() == []
    monkeypatch.setattr(embedding, "_folder", lambda: None)
    assert missing() == [embedding.MISSING]


def test_without_the_model_search_goes_by_words(without_model: None, tmp_path: Path) -> None:
    index = Index(tmp_path / "search_index")
    index.rebuild([LATE, DAMAGED, REFUND], nothing)
    searcher = Searcher(index)
    assert ids(searcher.search("late shipment", REP, TODAY))[0] == "SHP-014"
    assert ids(searcher.search("late shipmnet", REP, TODAY))[0] == "SHP-014"
    assert nearest("late parcel", ["delayed package"], index.meaning) == []
    assert Nearness(searcher).near("SHP-014", REP) == ()


def test_an_index_made_without_the_model_is_not_used_with_it(
    without_model: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index(tmp_path / "search_index")
    index.rebuild([LATE], nothing)
    assert index.fingerprints()
    monkeypatch.undo()
    assert not index.fingerprints()


def test_filler_counts_less_in_what_titles_are_compared_with() -> None:
    meaning, filler = Meaning(), frozenset({"would", "you", "please", "help", "me"})
    refund = meaning.of_query("Refund")
    text = "Would you please help me: Refund"
    whole, title = meaning.of_question(text, filler)
    assert title @ refund > whole @ refund + 0.1
    assert np.allclose(whole, meaning.of_query(text), atol=1e-6)
    assert np.allclose(*meaning.of_question("refund of a voucher", filler), atol=1e-6)
    assert not np.any(meaning.of_question("", filler))
