"""Answers that are asked for again: given as they were, for as long as nothing has changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kb.procedures.visibility import Reader
from kb.search.cache import AnswerCache
from kb.search.searcher import Searcher
from kb.search.suggester import Suggester
from kb.search.words.synonyms import Synonyms
from tests.search.shelf import REP, SHELF, TODAY, entry, ids, nothing, searcher

EDITOR = Reader(drafts_of=frozenset({"shipping"}))


@pytest.fixture
def keeping(tmp_path: Path) -> Searcher:
    return Searcher(searcher(tmp_path, *SHELF).index, keep=50)


def test_the_same_question_gets_the_same_answer(keeping: Searcher) -> None:
    first, again = (keeping.search("late parcel", REP, TODAY) for _ in range(2))
    assert again.hits is first.hits
    assert first.hits


@pytest.mark.parametrize(
    "asked",
    [
        {"text": "late parcels"},
        {"reader": EDITOR},
        {"today": TODAY + timedelta(days=1)},
        {"department": "shipping"},
        {"category": "Complaint"},
        {"offset": 1},
        {"limit": 1},
        {"prefix": True},
        {"counts": False},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_another_question_gets_its_own(keeping: Searcher, asked: dict[str, Any]) -> None:
    plain = {"text": "late parcel", "reader": REP, "today": TODAY}
    first = keeping.search(**plain)
    other = keeping.search(**{**plain, **asked})
    fresh = Searcher(keeping.index).search(**{**plain, **asked})
    assert other.hits is not first.hits
    assert (ids(other), other.departments) == (ids(fresh), fresh.departments)


def test_a_kept_answer_tells_nobody_of_a_draft(keeping: Searcher) -> None:
    assert "SHP-099" in ids(keeping.search("zeppelin", EDITOR, TODAY))
    assert "SHP-099" not in ids(keeping.search("zeppelin", REP, TODAY))


def test_what_is_saved_is_found_by_the_next_search(keeping: Searcher) -> None:
    assert ids(keeping.search("video", REP, TODAY)) == []
    keeping.index.update([entry("SHP-030", "Broken", "Steps: Take a video.")], [], nothing)
    assert ids(keeping.search("video", REP, TODAY)) == ["SHP-030"]
    keeping.index.update([], ["shipping/SHP-030.md"], nothing)
    assert ids(keeping.search("video", REP, TODAY)) == []


def test_a_new_synonym_counts_at_once(tmp_path: Path) -> None:
    known = [Synonyms()]
    keeping = Searcher(searcher(tmp_path, *SHELF).index, lambda: known[0], keep=50)
    assert ids(keeping.search("wismo", REP, TODAY)) == []
    known[0] = Synonyms((("wismo", "late shipment"),))
    assert ids(keeping.search("wismo", REP, TODAY))[:1] == ["SHP-014"]


def test_suggestions_are_kept_for_the_same_letters_of_the_same_reader(keeping: Searcher) -> None:
    suggester = Suggester(keeping, keep=10)
    first = suggester.suggest("zepp", EDITOR)
    assert [one.id for one in first.procedures] == ["SHP-099"]
    assert suggester.suggest("zepp", EDITOR).procedures is first.procedures
    assert suggester.suggest("zepp", REP).procedures == ()
    keeping.index.update([], ["shipping/SHP-099.md"], nothing)
    assert suggester.suggest("zepp", EDITOR).procedures == ()


def test_only_the_latest_are_kept() -> None:
    made: list[int] = []
    kept: AnswerCache[int] = AnswerCache(2)
    basis = (object(),)

    def ask(number: int) -> None:
        kept.of(basis, number, lambda: made.append(number) or number)

    for number in (1, 2, 1, 3, 1, 2):
        ask(number)
    assert made == [1, 2, 3, 2]


def test_an_answer_made_while_something_changed_is_not_kept() -> None:
    kept: AnswerCache[str] = AnswerCache(2)
    old, new = (object(),), (object(),)

    def slow() -> str:
        kept.of(new, "other", lambda: "made meanwhile")
        return "old"

    assert kept.of(old, "asked", slow) == "old"
    assert kept.of(new, "asked", lambda: "new") == "new"
    assert kept.of(new, "other", lambda: "made again") == "made meanwhile"
