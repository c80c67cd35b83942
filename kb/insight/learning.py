"""Which words stand for a procedure, because different people used them and stayed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

LEAST_PEOPLE = 3  # fewer neither count nor show

# The words of a query that can be learned: stem → the word as it was typed.
Wording = Callable[[str], Mapping[str, str]]


class Use(Struct, frozen=True):
    """Somebody searched `query`, opened the procedure from there, and stayed."""

    procedure_id: str
    person_key: str  # "" for who was not signed in
    query: str


class LearnedWord(Struct, frozen=True):
    """A word (`word` as most people wrote it) that so many `people` used for a procedure."""

    procedure_id: str
    stem: str
    word: str
    people: int


def learned(uses: Iterable[Use], wording: Wording) -> Iterator[LearnedWord]:
    """The words of each procedure with LEAST_PEOPLE or more. All uses of one must come in a row.

    People count, not uses: each once for a word and procedure, however often they searched.
    Nobody in particular counts as nobody.
    """
    current, people = "", _People()
    for use in uses:
        if use.procedure_id != current:
            yield from people.learned(current)
            current, people = use.procedure_id, _People()
        if use.person_key:
            people.note(use.person_key, wording(use.query))
    yield from people.learned(current)


class _People:
    """Who used which word for one procedure, and how each of them wrote it first."""

    def __init__(self) -> None:
        self._wrote: dict[str, dict[str, str]] = {}  # stem → person → written

    def note(self, person: str, words: Mapping[str, str]) -> None:
        for stem, written in words.items():
            self._wrote.setdefault(stem, {}).setdefault(person, written)

    def learned(self, procedure_id: str) -> Iterator[LearnedWord]:
        for stem, wrote in sorted(self._wrote.items()):
            if len(wrote) >= LEAST_PEOPLE:
                spellings = Counter(wrote.values())
                word = min(spellings, key=lambda word: (-spellings[word], word))
                yield LearnedWord(procedure_id, stem, word, len(wrote))
