"""People who search, open something and stay, as the search log has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from kb.insight.events import Opened, PublicResult, Searched, mark_of
from kb.insight.sql.log_batches import SearchLogWriter
from kb.parts import Parts
from tests.conftest import NOW

LONG_AGO = NOW - timedelta(days=30)


def stay(
    parts: Parts,
    people: Iterable[str],
    query: str,
    id: str = "SHP-014",
    at: datetime = LONG_AGO,
    back: bool = False,
) -> None:
    """Each of them searches, opens the procedure, and stays there, or comes `back` at once."""
    events: list[Searched | Opened] = []
    for nth, who in enumerate(people):
        when = at + timedelta(hours=nth)
        events.append(Searched(who, when, query, PublicResult(3, True, 2.0, "shipping"), 2.0))
        events.append(Opened(who, when + timedelta(seconds=2), mark_of(query), id, 1))
        if back:
            again = when + timedelta(seconds=9)
            events.append(Searched(who, again, "elsewhere", PublicResult(3, True, 2.0, None), 2.0))
    journal = SearchLogWriter(parts.engine, str.lower)
    journal.write(events)
    journal.settle(max(event.at for event in events) + timedelta(minutes=1))


def counted(parts: Parts, now: datetime = NOW, days: int = 365) -> dict[tuple[str, str], int]:
    """What is learned then: people by procedure and word."""
    parts.insight.learned.count(now, days)
    cards = parts.catalogue.stamps().values()
    return {(c.id, one.word): one.people for c in cards for one in parts.insight.learned.of(c.id)}
