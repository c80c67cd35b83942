"""Searches that took long leave a line in the log: where the time went, and no more than may be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from kb import logs
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.search.searcher import Searcher
from kb.search.slow_searches import Laps, SlowSearches
from tests.conftest import NOW

PARTS = ["index", "words", "matching", "meaning", "ranking", "snippets", "counts and doubts"]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """The lines since it was asked last, of a request by person 7."""
    logs.as_json(True)
    before = logs.about.set(lambda: {"request": "7f3c", "person": 7})
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    logs.about.reset(before)
    logs.as_json(False)


def test_where_the_time_went_is_told_once(
    parts: Parts, told: Callable[[], list[dict[str, object]]]
) -> None:
    slow = SlowSearches(ms=0.001)
    searcher = Searcher(parts.search.index, keep=10, slow=slow)
    for _ in range(2):  # the second is remembered
        searcher.search("late shipment", Reader(), NOW.date())
    (line,) = told()
    spent = line["parts"]
    assert (line["event"], line["level"], line["hits"]) == ("slow_search", "warning", 1)
    assert isinstance(spent, dict)
    assert list(spent) == PARTS
    assert sum(spent.values()) >= line["ms"] - 0.5
    assert (line["person"], line["request"]) == (7, "7f3c")
    assert "late shipment" not in json.dumps(line)


@pytest.mark.parametrize(("ms", "took", "lines"), [(500, 499, 0), (500, 500, 1), (0, 9999, 0)])
def test_fast_ones_are_not_told(
    told: Callable[[], list[dict[str, object]]], ms: int, took: float, lines: int
) -> None:
    SlowSearches(ms).look("zebra", 1, took, Laps())
    assert len(told()) == lines


def test_words_are_told_where_they_may_be_and_then_of_nobody(
    told: Callable[[], list[dict[str, object]]],
) -> None:
    SlowSearches(5, words=True).look("zebra", 1, 6.0, Laps())
    (line,) = told()
    assert line["words"] == "zebra"
    assert "person" not in line


def test_as_you_type_is_a_search_too(
    parts: Parts, told: Callable[[], list[dict[str, object]]]
) -> None:
    searcher = Searcher(parts.search.index, slow=SlowSearches(ms=0.001))
    searcher.snapshots()
    searcher.glance("late ship", Reader(), 5, prefix=True)
    (line,) = told()
    assert "best hits" in str(line["parts"])
