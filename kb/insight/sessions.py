"""Which requests of a person are one search, and how each opening ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

from kb.insight.events import DepartmentAsked, Event, Opened, Searched, Voted

BURST = timedelta(seconds=30)  # typing on, or correcting what was typed, is the same search
AGAIN = timedelta(minutes=10)  # so are the same words once more
STAY = timedelta(seconds=30)  # who reads longer than this has stayed
SAYS = timedelta(minutes=30)  # a vote or question after an opening is about it
FOLLOWED = timedelta(days=1)  # a link of a results page counts so long
SHORTEST = 3  # letters: fewer, not sent, are no search


class Ended(StrEnum):
    """What became of an opening."""

    STAYED = "stayed"
    CAME_BACK = "came_back"
    ASKED = "asked"
    UNKNOWN = "unknown"  # of somebody signed out


class Opening(Struct):
    """A hit that was opened. `ended` None: not known yet; `said`: by the reader's own word."""

    procedure_id: str
    rank: int
    at: datetime
    ended: Ended | None = None
    said: bool = False
    id: int | None = None
    changed: bool = True

    def end(self, how: Ended | None, *, said: bool = False) -> None:
        """Note how it ended, unless the reader has said so and this is only a sign."""
        if said or not self.said:
            self.changed = self.changed or (how, said) != (self.ended, self.said)
            self.ended, self.said = how, said


class Search(Struct):
    """One search, as long as it may still change. `at` is when it began, `seen` when it
    was last looked at: its results asked for, or one of them opened."""

    asked_for: Searched
    folded: str
    mark: str
    at: datetime
    seen: datetime
    asked: bool = False
    openings: list[Opening] = field(default_factory=list)
    id: int | None = None
    changed: bool = True

    def typed_on(self, event: Searched, folded: str, mark: str) -> None:
        """It goes by these words now."""
        self.asked_for, self.folded, self.mark = event, folded, mark
        self.seen, self.changed = max(self.seen, event.at), True

    def repeated(self, event: Searched, mark: str) -> None:
        """The same words again: sent after typing, with another filter, or come back to."""
        if event.finished and not event.again and event.at >= self.seen:
            self.asked_for, self.mark = event, mark
        self.at, self.seen = min(self.at, event.at), max(self.seen, event.at)
        self.changed = True


class Trail(Struct):
    """One person's last searches. Events are added in about the order of time."""

    searches: list[Search] = field(default_factory=list)

    def searched(self, event: Searched, folded: str, mark: str) -> None:
        """A new search, or more of one that is there."""
        self._came_back(event.at, None)
        same = self._same(event, folded)
        if same is not None:
            same.repeated(event, mark)
            return
        if event.again or self._within_a_later(event, folded):
            return
        before = self._continued_by(event, folded)
        if before is not None:
            before.typed_on(event, folded, mark)
        elif event.finished or len(folded) >= SHORTEST:
            self.searches.append(Search(event, folded, mark, event.at, event.at))

    def opened(self, event: Opened) -> bool:
        """Somebody opened a hit. False when the search it was among is not here (yet)."""
        search = self._marked(event.mark, event.at, FOLLOWED)
        if search is None and event.waited:
            search = self._last(event.at, BURST)
        if search is None:
            return False
        self._came_back(event.at, event.procedure_id)
        opening = next((o for o in search.openings if o.procedure_id == event.procedure_id), None)
        if opening is None:
            opening = Opening(event.procedure_id, event.rank, event.at)
            search.openings.append(opening)
            search.changed = True
        elif event.at > opening.at:
            opening.at, opening.changed = event.at, True
            opening.end(None)
        if event.at > search.seen:
            search.seen, search.changed = event.at, True
        if any(_soon_after(opening.at, when) for when in self._later_signs(event)):
            opening.end(Ended.CAME_BACK)
        return True

    def voted(self, event: Voted) -> None:
        """The last opening of that procedure ended as the reader says."""
        about = [o for o in self._openings() if o.procedure_id == event.procedure_id]
        self._say(about, event.at, Ended.STAYED if event.helpful else Ended.ASKED)

    def asked(self, event: DepartmentAsked) -> None:
        """The search, and the last that was opened from it, did not answer the question."""
        search = self._marked(event.mark, event.at, SAYS)
        if search is not None:
            search.asked = search.changed = True
            self._say(search.openings, event.at, Ended.ASKED)

    def _latest_first(self) -> list[Search]:
        return sorted(self.searches, key=lambda search: (search.seen, search.at), reverse=True)

    def _openings(self) -> Iterator[Opening]:
        return (opening for search in self.searches for opening in search.openings)

    def _say(self, openings: Iterable[Opening], at: datetime, how: Ended) -> None:
        recent = [o for o in openings if timedelta() <= at - o.at <= SAYS]
        if recent:
            max(recent, key=lambda opening: opening.at).end(how, said=True)

    def _came_back(self, at: datetime, opening_now: str | None) -> None:
        for opening in self._openings():
            if _soon_after(opening.at, at) and opening.procedure_id != opening_now:
                opening.end(Ended.CAME_BACK)

    def _later_signs(self, event: Opened) -> Iterator[datetime]:
        """When this person was at a search or another procedure: events may come late."""
        for search in self.searches:
            yield from (search.at, search.seen)
            yield from (o.at for o in search.openings if o.procedure_id != event.procedure_id)

    def _marked(self, mark: str, at: datetime, within: timedelta) -> Search | None:
        marked = (s for s in self._latest_first() if s.mark == mark)
        return next((s for s in marked if s.at <= at <= s.seen + within), None)

    def _last(self, at: datetime, within: timedelta) -> Search | None:
        last = (s for s in self._latest_first() if s.at <= at <= s.seen + within)
        return next(last, None)

    def _same(self, event: Searched, folded: str) -> Search | None:
        same = (s for s in self._latest_first() if s.folded == folded)
        return next((s for s in same if abs(event.at - s.seen) <= AGAIN), None)

    def _within_a_later(self, event: Searched, folded: str) -> bool:
        """Is it typed on the way to a search, or back from it, that is known already?"""
        return any(
            search.folded.startswith(folded) and abs(event.at - search.seen) <= BURST
            for search in self.searches
            if search.at > event.at or not event.finished
        )

    def _continued_by(self, event: Searched, folded: str) -> Search | None:
        near = [s for s in self._latest_first() if timedelta() <= event.at - s.seen <= BURST]
        open_ones = [s for s in near if not s.openings and not s.asked]
        return next((s for s in open_ones if _typed_on(s, folded)), None)


def added(trail: Trail, event: Event, folded: str, mark: str) -> bool:
    """Add an event of any kind. False when an opening's search is not there (yet)."""
    match event:
        case Searched():
            trail.searched(event, folded, mark)
        case Opened():
            return trail.opened(event)
        case Voted():
            trail.voted(event)
        case DepartmentAsked():
            trail.asked(event)
    return True


def _typed_on(search: Search, folded: str) -> bool:
    """Are these words that search, typed on; or where it was not sent, corrected?"""
    if folded.startswith(search.folded):
        return True
    shared = _shared(search.folded, folded)
    longer = max(len(search.folded), len(folded))
    return not search.asked_for.finished and shared >= max(SHORTEST, longer / 2)


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    pairs = zip(one, other, strict=False)
    return next((nth for nth, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _soon_after(opened: datetime, at: datetime) -> bool:
    return timedelta() < at - opened < STAY
