"""Where a department's members see to what waits for them: the one place that knows the pages."""

from __future__ import annotations

from flask import url_for
from msgspec import Struct


class Places(Struct, frozen=True):
    """Addresses, each of a list of just what its name says."""

    items: str
    overdue: str
    due: str
    submissions: str
    drafts: str
    faults: str
    broken_finds: str
    failures: str


def of(department: str) -> Places:
    """Those of one department."""

    def chosen(which: str) -> str:
        return url_for("browsing.department_procedures", department_id=department, show=which)

    return Places(
        items=url_for("inbox.listing", show="open", department=department),
        overdue=url_for("reviews.listing", which="overdue", department=department),
        due=url_for("reviews.listing", which="soon", department=department),
        submissions=url_for("submissions.listing"),
        drafts=chosen("drafts"),
        faults=url_for("tidying.faults", department_id=department),
        broken_finds=url_for("tidying.faults", department_id=department, _anchor="tests"),
        failures=url_for("search_insight.words", which="weak", department=department),
    )
