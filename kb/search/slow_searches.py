"""Searches that took long, told to the log with where the time went."""

from __future__ import annotations

import time

from msgspec import Struct

from kb.logs import log


class Laps:
    """A stopwatch: what each part of a search took, in seconds, in the order of the parts."""

    __slots__ = ("_at", "began", "parts")

    def __init__(self) -> None:
        self.began = self._at = time.perf_counter()
        self.parts: dict[str, float] = {}

    def lap(self, part: str) -> None:
        """All since the lap before was this part."""
        now = time.perf_counter()
        self.parts[part] = now - self._at
        self._at = now

    def millis(self) -> dict[str, float]:
        """The parts in milliseconds."""
        return {part: round(seconds * 1000, 1) for part, seconds in self.parts.items()}


class SlowSearches(Struct, frozen=True):
    """Those of `ms` milliseconds or more are told; 0 is none. `words`: what was typed, too."""

    ms: float = 0
    words: bool = False

    def look(self, text: str, hits: int, took_ms: float, laps: Laps) -> None:
        """Tell of a search that took so long. With its words nobody is named."""
        if not self.ms or took_ms < self.ms:
            return
        logger = log().bind(ms=round(took_ms, 1), parts=laps.millis(), hits=hits)
        if self.words:
            logger = logger.try_unbind("person").bind(words=text)
        logger.warning("slow_search")
