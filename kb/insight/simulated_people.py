"""People made up for an evaluation: they type labelled queries and open what they wanted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from msgspec import Struct

from kb.insight.learning import Use


class Errand(Struct, frozen=True):
    """A query, the procedure that is right for it, and the wrong ones found, best first."""

    query: str
    right: str
    wrong: Sequence[str]


def uses(errands: Iterable[Errand], people: int, wrong: float, random: Random) -> Iterator[Use]:
    """Each errand done by so many people, of whom the share `wrong` opens and keeps a wrong hit.

    Of the wrong ones, the hit at place n is opened 1/n as often as the first: people look at the
    top (Joachims et al., 2005).
    """
    number = 0
    for errand in errands:
        for _ in range(people):
            number += 1
            opened = errand.right
            if errand.wrong and random.random() < wrong:
                places = range(1, len(errand.wrong) + 1)
                opened = random.choices(errand.wrong, [1 / place for place in places])[0]
            yield Use(opened, f"person {number}", errand.query)
