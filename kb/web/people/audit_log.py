"""Who did what, for administrators: looked through, taken out, and whether the chain holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from kb.people.audit import AuditKind, Chained
from kb.people.sql.audit_log import AuditFilter
from kb.web.site import access
from kb.web.site.csv_files import csv_file
from kb.web.site.pages import Pages, here, page_number, parts, today

blueprint = Blueprint("audit_log", __name__, url_prefix="/audit")
PER_PAGE = 50
_HEAD = ("number", "at (UTC)", "what", "who", "about", "from", "details", "hash")


@blueprint.before_request
def _administrators_only() -> None:
    access.administrator_or_404()


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """The entries that were asked for, the newest first."""
    wanted, told = _wanted()
    found = parts().people.audit.page(wanted, page_number(), PER_PAGE)
    pages = Pages(page_number(), PER_PAGE, found.total)
    if pages.number > pages.last:
        return redirect(here(page=pages.last))
    return render_template(
        "people/audit.html",
        entries=found.entries,
        pages=pages,
        kinds=list(AuditKind),
        asked=request.args,
        told=told,
        days=parts().settings.audit_days,
    )


@blueprint.get("/entries.csv")
def entries() -> ResponseReturnValue:
    """All that were asked for, the oldest first."""
    wanted, _ = _wanted()
    rows = map(_row, parts().people.audit.every(wanted))
    return csv_file(f"audit-{today()}.csv", _HEAD, rows)


@blueprint.get("/chain")
def chain() -> ResponseReturnValue:
    """Whether it holds, entry by entry."""
    return render_template("people/audit_chain.html", breaks=parts().people.audit.check())


def _wanted() -> tuple[AuditFilter, str]:
    """What the address asks for, and what of it cannot be."""
    kind, who = request.args.get("kind", ""), request.args.get("who", "").strip()
    person = parts().people.directory.by_email(who) if who else None
    since, until = _day("since"), _day("until")
    told = f"Nobody here has the address {who}." if who and person is None else ""
    for name, day in (("since", since), ("until", until)):
        if request.args.get(name) and day is None:
            told = f"“{request.args[name]}” is not a day such as 2026-03-24."
    return AuditFilter(
        kind=kind if kind in set(AuditKind) else "",
        person_id=person.id if person else 0 if who else None,
        since=since,
        until=until + timedelta(days=1) if until else None,
        text=request.args.get("q", "").strip(),
    ), told


def _day(name: str) -> datetime | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return datetime.combine(day, time(), UTC) if day < date.max else None


def _row(one: Chained) -> tuple[object, ...]:
    words = one.words
    details = "; ".join(f"{name}: {value}" for name, value in words.details.items())
    at = f"{one.at:%Y-%m-%d} {one.at.time().replace(microsecond=0)}"
    return (one.id, at, one.kind, words.who, words.about, words.address, details, one.hash)
