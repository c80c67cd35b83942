"""What was made once and is asked for again: kept up to a certain room."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """The values asked for last. One serves all threads, and none of them waits for a maker."""

    def __init__(self, room: int, size: Callable[[Value], int] | None = None) -> None:
        """`room` for that many values, or for values whose `size` adds up to it."""
        self._kept: LRUCache[Key, Value] = LRUCache(room, size)
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        """What was put there, unless it had to make room."""
        with self._lock:
            try:
                return self._kept[key]
            except KeyError:
                return None

    def put(self, key: Key, value: Value) -> None:
        """Keep it, unless it is larger than the room; what was not asked for the longest goes."""
        with self._lock, suppress(ValueError):
            self._kept[key] = value

    def of(self, key: Key, make: Callable[[], Value]) -> Value:
        """What is kept, or else what `make` makes. Two who ask at once may both make it."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found
