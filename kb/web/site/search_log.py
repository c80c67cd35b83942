"""What the pages tell the search log, and the trail that leads from a hit to its opening."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import g, request

from kb.insight.events import DepartmentAsked, Opened, PublicResult, Searched, Voted, mark_of
from kb.procedures.visibility import Reader
from kb.search.filters import chosen
from kb.search.query import Lookup
from kb.search.results import Glance, Results
from kb.web.site import access
from kb.web.site.pages import now, parts, today

FROM, RANK = "from", "rank"
_LATELY = timedelta(minutes=30)
_MARK = re.compile(r"[0-9a-f]{10}")
_RANK = re.compile(r"[1-9][0-9]{0,3}")


def searched(text: str, found: Results) -> str:
    """A search was sent and answered. Returns the trail that its hits' addresses carry."""
    g.searched = "page", found
    return _told(text, found, finished=True)


def typed(text: str, found: Glance) -> str:
    """The same for an answer while typing. Of people signed out it keeps nothing."""
    g.searched = "typing", found
    if request.method == "GET" and parts().insight.log.days and person_key():
        parts().insight.log.tell(_typed(text, found))
    return trail(text)


def trail(text: str) -> str:
    """What stands behind a hit's address, but for its rank from 1: "?from=…&rank="."""
    return f"?{FROM}={mark_of(text)}&{RANK}="


def opened(procedure_id: str) -> None:
    """A procedure is shown; where the address has a trail, it was a hit."""
    mark, rank = request.args.get(FROM, ""), request.args.get(RANK, "")
    if request.method == "GET" and _MARK.fullmatch(mark) and _RANK.fullmatch(rank):
        parts().insight.log.tell(Opened(person_key(), now(), mark, procedure_id, int(rank)))


def led_to(procedure_id: str) -> str:
    """The search from which the one who asks opened this procedure lately; "" for none known."""
    since = now() - _LATELY
    return parts().insight.earlier.led_to(person_key(), procedure_id, since)


def voted(procedure_id: str, *, helpful: bool) -> None:
    """ "Was this helpful?" was answered."""
    parts().insight.log.tell(Voted(person_key(), now(), procedure_id, helpful))


def asked(text: str) -> None:
    """A department was asked, because this search did not answer."""
    parts().insight.log.tell(DepartmentAsked(person_key(), now(), mark_of(text)))


def _typed(text: str, found: Glance) -> Searched:
    searcher, day = parts().search.searcher, today()

    def everybody_finds() -> PublicResult:
        return _glanced(searcher.glance(text, Reader(), 1, prefix=True, today=day, closely=False))

    seen = everybody_finds if access.reader().drafts_of else _glanced(found)
    return Searched(person_key(), now(), text, seen, found.took_ms, finished=False)


def _glanced(found: Glance) -> PublicResult:
    return PublicResult(found.total, found.convincing, found.score, found.likely_department)


def _told(text: str, found: Results, *, finished: bool) -> str:
    narrowed = "reviewed" in request.args  # what that hides is not missing
    if request.method == "GET" and parts().insight.log.days and not narrowed:
        parts().insight.log.tell(_event(text, found, finished))
    return trail(text)


def _event(text: str, found: Results, finished: bool) -> Searched:
    department = request.args.get("department") or None
    category = request.args.get("category") or None
    as_found: PublicResult | None = _found(found) if not access.reader().drafts_of else None
    searcher = parts().search.searcher
    asked = Lookup(text, Reader(), today(), chosen(request.args), limit=1)

    def everybody_finds() -> PublicResult:
        """What those find who see no drafts: nothing in the log comes from one."""
        return _found(searcher.find(asked))

    return Searched(
        person_key(),
        now(),
        text,
        as_found or everybody_finds,
        found.took_ms,
        department,
        category,
        finished,
        again=found.offset > 0,
    )


def _found(found: Results) -> PublicResult:
    best = found.hits[0].score if found.hits else 0.0
    return PublicResult(found.total, found.convincing, best, found.likely_department)


def person_key() -> str:
    """Who asks, as the log knows them; "" when signed out."""
    who = access.person()
    return parts().insight.log.key_of(who.id if who else None)
