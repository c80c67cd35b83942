"""The latest answers, kept for as long as what they were made from stands."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """Up to `room` answers, the ones asked for last. One serves all threads."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = Lock()
        self._basis: tuple[object, ...] = ()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def of(
        self, basis: tuple[object, ...], asked: Hashable, answer: Callable[[], Answer]
    ) -> Answer:
        """What was answered to `asked`, or else `answer()`.

        All answers are forgotten as soon as a part of `basis` is another object than it was.
        """
        if not self._room:
            return answer()
        with self._lock:
            if not _same(basis, self._basis):
                self._answers.clear()
                self._basis = basis
            found = self._answers.get(asked)
            if found is not None:
                self._answers.move_to_end(asked)
                return found
        found = answer()
        with self._lock:
            if _same(basis, self._basis):
                self._answers[asked] = found
                if len(self._answers) > self._room:
                    self._answers.popitem(last=False)
        return found


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
