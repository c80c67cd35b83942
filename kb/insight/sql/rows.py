"""Searches and openings as rows of the log, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from kb.insight.events import PublicResult, Searched
from kb.insight.sessions import Ended, Opening, Search


def search_from(row: Row[Any]) -> Search:
    """A row of `searches`, without its openings."""
    asked_for = Searched(
        row.person_key,
        row.at,
        row.query,
        PublicResult(row.hits, row.convincing, row.score, row.about),
        row.millis,
        row.department,
        row.category,
        row.finished,
    )
    return Search(asked_for, row.folded, row.mark, row.at, row.seen, row.asked, [], row.id, False)


def opening_from(row: Row[Any]) -> Opening:
    """A row of `openings`."""
    ended = Ended(row.ended) if row.ended else None
    return Opening(row.procedure_id, row.rank, row.at, ended, row.said, row.id, changed=False)


def row_of_search(search: Search) -> dict[str, Any]:
    """All columns but the id."""
    asked_for = search.asked_for
    found = asked_for.found
    assert isinstance(found, PublicResult)
    return {
        "person_key": asked_for.person_key,
        "at": search.at,
        "day": search.at.date(),
        "seen": search.seen,
        "query": asked_for.query,
        "folded": search.folded,
        "mark": search.mark,
        "finished": asked_for.finished,
        "department": asked_for.department,
        "category": asked_for.category,
        "about": _about(search),
        "hits": found.hits,
        "convincing": found.convincing,
        "score": found.score,
        "millis": asked_for.millis,
        "opened": bool(search.openings),
        "asked": search.asked,
    }


def row_of_opening(search: Search, opening: Opening) -> dict[str, Any]:
    """All columns but the ids."""
    return {
        "day": search.at.date(),
        "about": _about(search),
        "procedure_id": opening.procedure_id,
        "rank": opening.rank,
        "at": opening.at,
        "ended": opening.ended.value if opening.ended else None,
        "said": opening.said,
    }


def _about(search: Search) -> str | None:
    found = search.asked_for.found
    assert isinstance(found, PublicResult)
    return search.asked_for.department or found.about
