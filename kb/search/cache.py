"""The latest answers, kept for as long as what they were made from stands."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from kb.cache import Cache

Answer = TypeVar("Answer")
Basis = tuple[object, ...]


class AnswerCache(Generic[Answer]):
    """Up to `room` answers, the ones asked for last. One serves all threads."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._standing: tuple[Basis, Cache[Hashable, Answer]] = ((), Cache(room))

    def of(self, basis: Basis, asked: Hashable, answer: Callable[[], Answer]) -> Answer:
        """What was answered to `asked`, or else `answer()`.

        All answers are forgotten as soon as a part of `basis` is another object than it was; what
        is still being made from the old one is forgotten with them.
        """
        if not self._room:
            return answer()
        known, kept = self._standing
        if not same(basis, known):
            kept = Cache(self._room)
            self._standing = basis, kept
        return kept.of(asked, answer)


def same(one: Basis, other: Basis) -> bool:
    """Are all their parts the same objects?"""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
