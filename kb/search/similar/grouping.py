"""Short texts that mean about the same, put together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb.search.index.embedding import Meaning
from kb.search.words.analysis import cut

ALIKE = 0.7  # cosine from which two queries count as one question: docs/decisions/search-log.md
MOST = 2000  # texts that are compared; those after them stand alone


def in_words(text: str) -> str:
    """The words of a query in small letters, without what stands between them."""
    return " ".join(cut(text).words)


def groups(texts: Sequence[str], meaning: Meaning, alike: float = ALIKE) -> list[list[int]]:
    """Places in `texts` by group. Each joins the nearest of the groups that stand before it.

    A group is known by its first text, so the order of the texts decides what leads a group:
    put the most important first.
    """
    some = texts[:MOST]
    if not some:
        return []
    vectors = np.stack([meaning.of_query(text) for text in some])
    likeness = vectors @ vectors.T
    leaders: list[int] = []
    found: list[list[int]] = []
    for nth in range(len(some)):
        near = likeness[nth, leaders]
        best = int(near.argmax()) if len(leaders) else -1
        if best >= 0 and near[best] >= alike:
            found[best].append(nth)
        else:
            leaders.append(nth)
            found.append([nth])
    return found + [[nth] for nth in range(len(some), len(texts))]


def nearest(
    text: str, others: Sequence[str], meaning: Meaning, alike: float = ALIKE
) -> list[tuple[int, float]]:
    """Places in `others` of texts that mean about the same, the likest first, with the cosine.

    Texts without words are like nothing. At most MOST are compared.
    """
    mine, some = meaning.of_query(text), others[:MOST]
    if not some:
        return []
    likeness = np.stack([meaning.of_query(other) for other in some]) @ mine
    near = [(nth, float(likeness[nth])) for nth in np.flatnonzero(likeness >= alike).tolist()]
    return sorted(near, key=lambda found: (-found[1], found[0]))
