"""How well a ranking answers labelled queries. Pure: ranks in, percentages out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2

from msgspec import Struct

DEPTH = 10  # results that are looked at


class Labelled(Struct, frozen=True):
    """A query and the relevance (> 0) of each id that is a right answer to it."""

    id: str
    text: str
    relevant: Mapping[str, int]


class Answered(Struct, frozen=True):
    """A labelled query and the ids found for it, best first."""

    query: Labelled
    found: tuple[str, ...]

    @property
    def rank(self) -> int | None:
        """Where the first right answer stands, from 1; None when it is not among the found."""
        places = (n for n, one in enumerate(self.found, 1) if one in self.query.relevant)
        return next(places, None)


class Figures(Struct, frozen=True):
    """Success at rank 1, 3 and 5, MRR@10 and nDCG@10 of `n` queries, in percent."""

    n: int
    s1: float
    s3: float
    s5: float
    mrr10: float
    ndcg10: float


def figures(answered: Sequence[Answered]) -> Figures:
    """The figures of all queries together; all 0 for none."""
    count = max(len(answered), 1)

    def share(values: Sequence[float]) -> float:
        return round(100 * sum(values) / count, 2)

    ranks = [one.rank or DEPTH + 1 for one in answered]
    return Figures(
        n=len(answered),
        s1=share([rank <= 1 for rank in ranks]),
        s3=share([rank <= 3 for rank in ranks]),
        s5=share([rank <= 5 for rank in ranks]),
        mrr10=share([1 / rank if rank <= DEPTH else 0.0 for rank in ranks]),
        ndcg10=share([_ndcg(one) for one in answered]),
    )


def worst(answered: Sequence[Answered], most: int) -> list[Answered]:
    """The queries whose right answer stands lowest."""
    return sorted(answered, key=lambda one: -(one.rank or 10**6))[:most]


def _ndcg(one: Answered) -> float:
    """nDCG@10 with gains 2^relevance - 1 (Burges et al., 2005)."""
    ideal = sorted(one.query.relevant.values(), reverse=True)[:DEPTH]
    best = _gain(ideal)
    got = [one.query.relevant.get(found, 0) for found in one.found[:DEPTH]]
    return _gain(got) / best if best else 0.0


def _gain(relevances: Sequence[int]) -> float:
    return sum((2.0**value - 1) / log2(place + 2) for place, value in enumerate(relevances))
