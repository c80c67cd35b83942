"""The search log as the pages meet it: told in no time, written down by a thread of its own."""

from __future__ import annotations

import atexit
import hmac
import threading
import time
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, SQLAlchemyError

from kb.database import DatabaseTrouble
from kb.insight.events import Event, Opened, Searched
from kb.insight.sql.log_batches import Fold, SearchLogWriter, storable
from kb.logs import log
from kb.secret_file import key_in

EVERY = 0.5  # seconds between batches: with the writing itself, at most one second is lost
MOST_WAITING = 20_000  # events, while the database cannot be written
MOST_AT_ONCE = 500  # events in a batch
_TRY_AGAIN = 2.0  # seconds after a batch that could not be written
_LATE = 1.5  # seconds that an opening waits for its search, told to another process
_PURGED_EVERY = timedelta(hours=1)
_CLOSING = 5.0  # seconds for the last batch when the process ends


class Log:
    """Takes events from any thread; one thread writes them, for as long as there are any.

    `engine` is the log's own, so that it holds no connection that a page needs. `days` is how
    long searches are kept; 0 writes nothing down. Raises DamagedKey.
    """

    def __init__(self, engine: Engine, key_file: Path, fold: Fold, days: int = 365) -> None:
        self.days = days
        self.dropped = 0  # events that found no room
        self._engine = engine
        self._journal = SearchLogWriter(engine, fold)
        self._key = key_in(key_file, "everybody counts as somebody new in search insight").encode()
        self._waiting: deque[tuple[float, Event]] = deque()
        self._lock = threading.Lock()  # of what waits, and of whether a thread runs
        self._writing = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._purged: datetime | None = None
        atexit.register(self.close)

    def key_of(self, person_id: int | None) -> str:
        """Who it is, as the log knows them: a keyed hash; "" for somebody signed out."""
        if person_id is None:
            return ""
        return hmac.digest(self._key, str(person_id).encode(), "sha256").hex()[:32]

    def tell(self, event: Event) -> None:
        """Take it down for writing; returns at once, whatever the database does."""
        if not self.days or self._ending.is_set():
            return
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                self.dropped += 1
                return
            self._waiting.append((time.monotonic(), _storable(event)))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="search log", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write down all that was told. Raises SQLAlchemy's errors; then it waits on."""
        with self._writing:
            while batch := self._taken():
                self._write(batch, last=True)

    def settle(self, now: datetime) -> None:
        """Whoever has not come back within half a minute has stayed."""
        self._journal.settle(now)

    def purge(self, now: datetime) -> int:
        """Take out what is older than `days`; how many searches that were."""
        return self._journal.purge(now - timedelta(days=self.days))

    def keep(self, now: datetime) -> None:
        """What a background worker does now and then: settle, and purge once an hour."""
        try:
            self.settle(now)
            if self._purged is None or now - self._purged >= _PURGED_EVERY:
                self._purged = now
                if purged := self.purge(now):
                    log().info("search_log_purged", searches=purged)
        except (SQLAlchemyError, DatabaseTrouble) as error:
            log().error("search_log_not_kept", why=str(error.__cause__ or error))

    def close(self) -> None:
        """Write down what waits, and take no more: the process ends."""
        atexit.unregister(self.close)
        self._ending.set()
        thread = self._thread
        if thread is not None:
            thread.join(_CLOSING)
        self._engine.dispose()

    def _run(self) -> None:
        try:
            while self._more_waits(self._write_one()):
                pass
        finally:
            with self._lock:  # an error that nobody foresaw must not end the log for good
                if self._thread is threading.current_thread():
                    self._thread = None

    def _write_one(self) -> bool:
        """Wait a little, then write a batch. Was it written?"""
        self._ending.wait(EVERY)
        try:
            with self._writing:
                self._write(self._taken(), last=self._ending.is_set())
        except (SQLAlchemyError, DatabaseTrouble) as error:
            log().error("search_log_not_written", why=str(error.__cause__ or error))
            self._ending.wait(_TRY_AGAIN)
            return False
        return True

    def _more_waits(self, written: bool) -> bool:
        with self._lock:
            more = bool(self._waiting) and (written or not self._ending.is_set())
            if not more:
                self._thread = None
            return more

    def _taken(self) -> list[tuple[float, Event]]:
        with self._lock:
            count = min(len(self._waiting), MOST_AT_ONCE)
            return [self._waiting.popleft() for _ in range(count)]

    def _write(self, batch: list[tuple[float, Event]], *, last: bool) -> None:
        """Write it. Unless it is the `last` that comes, openings wait for a search told elsewhere.

        What the database does not take waits on, and its error is raised.
        """
        if last:
            batch = [(since, _waited(event)) for since, event in batch]
        try:
            early = self._journal.write(event for _, event in batch)
        except (DatabaseTrouble, InterfaceError):
            self._wait_on(batch)
            raise
        if not last and early:
            self._wait_on(_still_waiting(batch, early))

    def _wait_on(self, batch: list[tuple[float, Event]]) -> None:
        with self._lock:
            self._waiting.extendleft(reversed(batch))


def _waited(event: Event) -> Event:
    return replace(event, waited=True) if isinstance(event, Opened) else event


def _still_waiting(
    batch: list[tuple[float, Event]], early: list[Event]
) -> list[tuple[float, Event]]:
    """Openings without their search: once more as they are, then with any search, then no more."""
    late = time.monotonic() - _LATE
    return [
        (since, event if since > late else _waited(event))
        for since, event in batch
        if isinstance(event, Opened) and not event.waited and any(event is one for one in early)
    ]


def _storable(event: Event) -> Event:
    if isinstance(event, Searched):
        return replace(
            event,
            query=storable(event.query),
            department=event.department and storable(event.department)[:80],
            category=event.category and storable(event.category),
        )
    if isinstance(event, Opened):
        return replace(event, procedure_id=storable(event.procedure_id))
    return event
