"""Words that mean the same here: pure, made from the lists of content/synonyms.yml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kb.search.words.analysis import tokens

LONGEST = 6  # words of one expression


@dataclass(frozen=True)
class Synonyms:
    """`two_way` groups stand for one another; a `one_way` word also finds what follows it."""

    two_way: tuple[tuple[str, ...], ...] = ()
    one_way: tuple[tuple[str, tuple[str, ...]], ...] = ()
    _others: dict[tuple[str, ...], list[tuple[str, ...]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for group in self.two_way:
            for one in group:
                self._add(one, [other for other in group if other != one])
        for one, others in self.one_way:
            self._add(one, list(others))

    def found_in(self, words: tuple[str, ...]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """(first, after the last, other words) for every expression among `words`."""
        for first in range(len(words) if self._others else 0):
            for last in range(first + 1, min(first + LONGEST, len(words)) + 1):
                for other in self._others.get(words[first:last], ()):
                    yield first, last, other

    def _add(self, one: str, others: list[str]) -> None:
        known = self._others.setdefault(_cut(one), [])
        known += [words for words in map(_cut, others) if words and words not in known]


def _cut(text: str) -> tuple[str, ...]:
    return tuple(token.word for token in tokens(text) if not token.parts)
