"""The table of docs/reliability.md, filled in by the tests that it names.

`--figures docs/reliability.md` (as `make faults` and `make load` have it) writes into the last
column of each row what its test has found.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

import pytest

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reliability.md"
_ROW = re.compile(
    r"^\| (?P<promise>[^|]+) \| `(?P<test>tests/[^|`]+)` \| (?P<last>[^|]*) \|$", re.M
)
_ALTOGETHER = re.compile(r"^\*\*kill -9 altogether:\*\* .*$", re.MULTILINE)
_KILLS = re.compile(r"([\d,]+) kills")


class Figures(Protocol):
    """Takes what a test has counted: `figures(kills=200, lost=0)`."""

    def __call__(self, **counts: int) -> None: ...


def named_in(page: str) -> list[str]:
    """Every test that the table names, its file and its name."""
    return [row["test"] for row in _ROW.finditer(page)]


class Collected:
    """What each test, all of its parameters together, has come to."""

    def __init__(self, page: Path) -> None:
        self._page = page
        self._failed: set[str] = set()
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Of the one process that all reports reach."""
        test = report.nodeid.partition("[")[0]
        if report.failed:
            self._failed.add(test)
        if report.when == "call" and report.passed:
            self._counts[test]["passed"] += 1
            for name, counts in report.user_properties:
                if name == "figures" and isinstance(counts, dict):
                    self._counts[test].update(counts)

    def pytest_sessionfinish(self) -> None:
        """Write the figures; rows whose test did not run keep theirs."""
        text = filled(
            self._page.read_text(encoding="utf-8"),
            {test: self._told(test) for test in {*self._counts, *self._failed}},
        )
        self._page.write_text(text, encoding="utf-8")

    def _told(self, test: str) -> str:
        counts = self._counts[test]
        passed = counts.pop("passed", 0)
        if test in self._failed:
            return "**failed**"
        return ", ".join(counted(counts.items())) or ("passed" if passed == 1 else f"{passed} ways")


def counted(counts: Iterable[tuple[str, int]]) -> list[str]:
    """`[("kills", 200), ("lost", 0)]` as "200 kills", "0 lost"."""
    return [f"{number:,} {name.replace('_', ' ')}" for name, number in counts]


def filled(page: str, found: dict[str, str], today: date | None = None) -> str:
    """The page with what was found in the rows of its tests, and the kills of all summed up."""
    day = today or datetime.now(UTC).date()

    def row(old: re.Match[str]) -> str:
        told = found.get(old["test"])
        if told is None:
            return old[0]
        return f"| {old['promise']} | `{old['test']}` | {told} ({day:%Y-%m-%d}) |"

    page = _ROW.sub(row, page)
    kills = sum(
        int(number.replace(",", ""))
        for one in _ROW.finditer(page)
        for number in _KILLS.findall(one["last"])
    )
    line = f"**kill -9 altogether:** {kills:,} kills in the rows below, 0 acknowledged writes lost."
    return _ALTOGETHER.sub(line, page)


def collect(config: pytest.Config) -> None:
    """Where `--figures` names a page, in the one process that all reports reach."""
    page = config.getoption("--figures")
    if page is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Collected(page))
