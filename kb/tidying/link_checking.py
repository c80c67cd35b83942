"""Links that lead outside, looked at in the background: one at a time, and no host in a hurry."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from kb.documents.document import parse
from kb.documents.markdown.links import is_external
from kb.documents.markdown.outline import Outline
from kb.storage.files.library import Library
from kb.tidying.link_probe import LONGEST_URL, Finding, LinkState, Outside
from kb.tidying.sql.link_rounds import LinkPlace, LinkRounds

PAUSE = 1.0  # seconds between two requests to one host
_LONGEST_WAIT = 60.0  # seconds: a host that wants peace for longer is not asked in this round


class LinkChecking:
    """Works through the rounds that departments asked for; killed, it goes on where it was."""

    def __init__(
        self,
        library: Library,
        rounds: LinkRounds,
        outside: Outside,
        pause: float = PAUSE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._library = library
        self._rounds = rounds
        self._outside = outside
        self._pause = pause
        self._clock = clock

    def work(self) -> None:
        """Do all rounds that are wanted. Raises OSError where the database is away."""
        for department, gathered in self._rounds.wanted():
            if not gathered:
                self._rounds.gather(department, self._places(department), self._clock())
            for url, finding in self._looked_at(self._rounds.to_look_at(department)):
                self._rounds.found(url, finding, self._clock())
            self._rounds.end(department, self._clock())

    def _places(self, department: str) -> Iterator[LinkPlace]:
        for id, path in self._rounds.files(department):
            try:
                document = parse(self._library.read(path), path)
            except OSError:
                continue  # it went away, or is told as a faulty file
            for link in Outline(document.body).links():
                if is_web(link.target):
                    yield LinkPlace(id, document.body_line - 1 + link.line, link.target)

    def _looked_at(self, urls: list[str]) -> Iterator[tuple[str, Finding]]:
        """Each with what came of it; while one host has its pause, others are asked."""
        free: dict[str, float] = {}
        waiting = deque(urls)
        while waiting:
            url = _next(waiting, free)
            host = _host(url)
            wait = free.get(host, 0.0) - time.monotonic()
            if wait > _LONGEST_WAIT:
                yield url, Finding(LinkState.UNSURE, "the host asked not to be asked so soon")
                continue
            if wait > 0:
                time.sleep(wait)
            finding = self._outside.look(url)
            free[host] = time.monotonic() + max(self._pause, finding.retry_after)
            yield url, finding


def is_web(target: str) -> bool:
    """Is it an address that can be looked at?"""
    whole = target.lower().startswith(("http://", "https://")) and is_external(target)
    return whole and len(target) <= LONGEST_URL


def _next(waiting: deque[str], free: dict[str, float]) -> str:
    """Take out the one whose host is free soonest; urlsplit of a bad address has no host."""
    best = min(range(len(waiting)), key=lambda nth: free.get(_host(waiting[nth]), 0.0))
    waiting.rotate(-best)
    url = waiting.popleft()
    waiting.rotate(best)
    return url


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
