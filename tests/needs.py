"""What some tests need and a bare machine lacks: they are left out, and the last lines say so.

With KB_TEST_ALL=1, as in .ci/run, whatever is lacking is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable

import pytest

_MARK = "needs "


def program(name: str, how: str) -> None:
    """Leave a test out unless the machine has that program."""
    if shutil.which(name) is None:
        missing(name, how)


def missing(what: str, how: str) -> None:
    """Leave a test out that needs `what`; `how` says how to get it."""
    if os.environ.get("KB_TEST_ALL"):
        pytest.fail(f"{_MARK}{what}: {how}", pytrace=False)
    pytest.skip(f"{_MARK}{what}: {how}")


def lines(skipped: Iterable[pytest.TestReport]) -> list[str]:
    """One line for each thing that was lacking: how many tests, and how to get it."""
    reasons = Counter(_reason(report) for report in skipped)
    return [
        f"{count} tests were not run; {reason}"
        for reason, count in sorted(reasons.items())
        if reason.startswith(_MARK)
    ]


def _reason(report: pytest.TestReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    return reason.removeprefix("Skipped: ")
