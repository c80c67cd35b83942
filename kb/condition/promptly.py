"""A question to a disk or a database that may hang: nobody waits longer than he is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Answer = TypeVar("Answer")
PATIENCE = 1.0  # seconds


class Unanswered(Exception):
    """There is no answer yet."""


class Promptly(Generic[Answer]):
    """Asks in a thread, one at a time for each `of`: a question that hangs is not asked again."""

    def __init__(self, ask: Callable[..., Answer], patience: float = PATIENCE) -> None:
        self._ask = ask
        self._patience = patience
        self._asked: WeakKeyDictionary[object, Future[Answer]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def answer(self, of: object, *words: object) -> Answer:
        """What `ask(*words)` gives, or the OSError that it raises. Raises Unanswered.

        While an earlier question hangs there is no waiting at all.
        """
        with self._lock:
            hanging = self._asked.get(of)
            if hanging is not None and not hanging.done():
                raise Unanswered
            asked: Future[Answer] = Future()
            self._asked[of] = asked
        threading.Thread(target=self._fetch, args=(asked, *words), daemon=True).start()
        try:
            return asked.result(self._patience)
        except TooLate as error:
            raise Unanswered from error

    def _fetch(self, asked: Future[Answer], *words: object) -> None:
        try:
            asked.set_result(self._ask(*words))
        except OSError as error:
            asked.set_exception(error)
        finally:  # of anything else the log tells, as of every thread that fails
            if not asked.done():
                asked.set_exception(Unanswered())
