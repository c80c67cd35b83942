"""The table of docs/reliability.md names tests that are there, and is filled in by them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from tests.reliability import PAGE, filled, named_in

ROOT = Path(__file__).resolve().parent.parent
TABLE = """\
**kill -9 altogether:** 0 kills in the rows below, 0 acknowledged writes lost.

| Promise | Test | Last run |
| --- | --- | --- |
| It stays | `tests/test_durable.py::test_one` | 7 kills, 0 lost (2026-01-01) |
| It comes back | `tests/test_cache.py::test_two` |  |
"""


def test_every_row_names_a_test_that_is_there() -> None:
    named = named_in(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 20
    for one in named:
        file, _, test = one.partition("::")
        source = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {test}\(", source, re.MULTILINE), one


def test_a_row_gets_what_its_test_has_found_and_the_others_keep_theirs() -> None:
    page = filled(TABLE, {"tests/test_cache.py::test_two": "1,200 kills, 0 lost"}, date(2026, 2, 3))
    assert "| 7 kills, 0 lost (2026-01-01) |" in page
    assert (
        "| It comes back | `tests/test_cache.py::test_two` | 1,200 kills, 0 lost (2026-02-03) |"
        in page
    )
    assert "**kill -9 altogether:** 1,207 kills in the rows below" in page
