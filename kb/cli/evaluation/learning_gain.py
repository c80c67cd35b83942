"""What learned words gain on queries that were not learned from: `kb evaluate --learn`."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from random import Random

from msgspec import Struct, to_builtins

from kb.cli.evaluation.sets import IndexedDocuments
from kb.insight.learning import Use, learned
from kb.insight.simulated_people import Errand, uses
from kb.search.evaluation.metrics import Answered, Figures, Labelled, figures
from kb.search.ranking.learned_words import LearnableWords, Learned
from kb.search.searcher import Searcher


class Lesson(Struct, frozen=True):
    """How it is tried: `share` of the queries used by `people` each, of whom `wrong` err.

    `rounds` times, from the random number `seed` on, and all rounds counted together.
    """

    share: float
    people: int = 5
    wrong: float = 0.0
    seed: int = 0
    rounds: int = 5


class Gain(Struct, frozen=True):
    """The figures of the same queries without learned words and with them."""

    before: Figures
    after: Figures


class Gains(Struct, frozen=True):
    """Of the other queries: all, those whose right answer somebody opened, and the rest."""

    all: Gain
    opened: Gain
    never_opened: Gain

    def as_json(self) -> dict[str, object]:
        """Nested by group, then "before" and "after"."""
        nested: dict[str, object] = to_builtins(self)
        return nested


def gains(shelf: IndexedDocuments, queries: Sequence[Labelled], lesson: Lesson) -> Gains:
    """Learn from a share of the queries and search the others, with and without."""
    plain = Searcher(shelf.index)
    before = {query.id: Answered(query, shelf.find(plain, query.text)) for query in queries}
    pairs: list[tuple[Answered, Answered, bool]] = []
    for nth in range(lesson.rounds):
        random = Random(lesson.seed + nth)
        mixed = random.sample(queries, len(queries))
        split = round(len(mixed) * lesson.share)
        errands = [_errand(before[query.id], shelf) for query in mixed[:split]]
        used = uses(errands, lesson.people, lesson.wrong, random)
        searcher = taught(shelf, list(used))
        opened = {errand.right for errand in errands}
        for query in mixed[split:]:
            after = Answered(query, shelf.find(searcher, query.text))
            known = any(shelf.names[id] in opened for id in query.relevant)
            pairs.append((before[query.id], after, known))
    return Gains(
        _gain(pairs),
        _gain([pair for pair in pairs if pair[2]]),
        _gain([pair for pair in pairs if not pair[2]]),
    )


def taught(shelf: IndexedDocuments, found: list[Use]) -> Searcher:
    """A searcher that has learned from those uses, and from nothing else."""
    found.sort(key=attrgetter("procedure_id"))
    words = learned(found, LearnableWords(shelf.index.stems))
    known = Learned.of((one.procedure_id, one.stem, one.people) for one in words)
    return Searcher(shelf.index, learned=lambda: known)


def _errand(answered: Answered, shelf: IndexedDocuments) -> Errand:
    relevant = answered.query.relevant
    best = max(relevant, key=lambda id: relevant[id])
    wrong = [shelf.names[id] for id in answered.found if id not in relevant]
    return Errand(answered.query.text, shelf.names[best], wrong)


def _gain(pairs: Sequence[tuple[Answered, Answered, bool]]) -> Gain:
    return Gain(figures([pair[0] for pair in pairs]), figures([pair[1] for pair in pairs]))
