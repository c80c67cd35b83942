"""What a rep of the sample company types, and the procedure expected first."""

from __future__ import annotations

from pathlib import Path

from kb.search.searcher import Searcher
from tests.search.shelf import REP, TODAY, ids

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = sorted((ROOT / "tests" / "golden").glob("queries-*.tsv"))
FIRST, THIRD = 97, 99  # percent of the queries that must have it first, and among three


def golden() -> list[tuple[str, str]]:
    lines = [line for table in TABLES for line in table.read_text("utf-8").splitlines()]
    rows = [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
    return [(row[0], row[1].strip()) for row in rows]


def test_reps_find_the_right_procedure(company: Searcher) -> None:
    """A change of the ranking shows here as the list of queries that it hurts."""
    missed, lost = [], 0
    for typed, wanted in golden():
        found = ids(company.search(typed, REP, TODAY, limit=3))
        lost += wanted not in found
        if found[:1] != [wanted]:
            missed.append(f"{typed!r}: wanted {wanted}, found {', '.join(found) or 'nothing'}")
    count = len(golden())
    assert count >= 60
    listed = f"{len(missed)} of {count} not first:\n" + "\n".join(missed)
    assert 100 * (count - len(missed)) / count >= FIRST, listed
    assert 100 * (count - lost) / count >= THIRD, listed
