"""The days and the department that an insight page is asked for, as its address says them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import request

from kb.insight.figures import Span
from kb.web.site import access
from kb.web.site.pages import departments, parts, today

USUAL_DAYS = 28
_LONGEST = 3660  # days


def span() -> Span:
    """The days asked for; four weeks up to today where nothing usable is said."""
    last = _asked_day("last") or today()
    first = _asked_day("first") or last - timedelta(days=USUAL_DAYS - 1)
    first, last = min(first, last), max(first, last)
    first = max(first, last - timedelta(days=_LONGEST))
    department = request.args.get("department")
    known = department in departments() or department in parts().catalogue.departments(
        access.reader()
    )
    return Span(first, last, department if known else None)


def arguments() -> dict[str, Any]:
    """What the address says of the span, to be carried on."""
    names = ("first", "last", "department")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _asked_day(name: str) -> date | None:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None
