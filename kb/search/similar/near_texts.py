"""Which procedures are nearly what a text says that is not indexed yet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from kb.procedures.visibility import Reader
from kb.search.index.embedding import SIZE, Meaning
from kb.search.index.snapshot import Floats, Snapshot
from kb.search.similar.neighbours import document_vectors
from kb.search.words.analysis import cut

ALIKE = 0.85  # cosine of whole texts: docs/decisions/importing.md
_AT_ONCE = 256
_ASKED_AT_ONCE = 50  # texts; each word of them is 1 kB


class NearText(Struct, frozen=True):
    """What a text is nearly: a procedure by its id, or another of the texts by its place."""

    likeness: float
    id: str | None = None
    place: int | None = None


def near_texts(
    texts: Sequence[str],
    sets: Sequence[Snapshot],
    meaning: Meaning,
    reader: Reader,
    alike: float = ALIKE,
) -> dict[int, NearText]:
    """For each place in `texts` the nearest of what `reader` may find, or of the texts before it.

    Texts without words are like nothing.
    """
    if not texts:
        return {}
    mine = _vectors(texts, meaning)
    found: dict[int, NearText] = {}
    for one in sets:
        many = document_vectors(one)
        vectors = (many.packed / many.lengths[:, None]).astype(np.float32)
        visible = one.visible(reader) & one.alive
        for start in range(0, len(mine), _AT_ONCE):
            cosines = mine[start : start + _AT_ONCE] @ vectors.T
            cosines *= visible
            _note(found, cosines, start, alike, names=one.names["id"])
    for start in range(0, len(mine), _AT_ONCE):
        part = mine[start : start + _AT_ONCE]
        # Only those that stand before: the first of two is not told of the second.
        cosines = part @ mine[: start + len(part)].T
        cosines[:, start:] = np.tril(cosines[:, start:], -1)
        _note(found, cosines, start, alike)
    return found


def _vectors(texts: Sequence[str], meaning: Meaning) -> Floats:
    """The direction of each text. Some are asked for at once: their words are mostly the same."""
    found: Floats = np.zeros((len(texts), SIZE), np.float32)
    for start in range(0, len(texts), _ASKED_AT_ONCE):
        words = [cut(text, starts=False).written for text in texts[start : start + _ASKED_AT_ONCE]]
        vectors = meaning.of_words([word for some in words for word in some])
        end = 0
        for nth, some in enumerate(words, start):
            found[nth] = vectors[end : end + len(some)].sum(axis=0)
            end += len(some)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found


def _note(
    found: dict[int, NearText],
    cosines: Floats,
    start: int,
    alike: float,
    names: Sequence[str] | None = None,
) -> None:
    """Keep the best of each row, where it is near enough and nearer than what is known."""
    if not cosines.size:
        return
    best = cosines.argmax(axis=1)
    for nth in np.flatnonzero(cosines[np.arange(len(best)), best] >= alike).tolist():
        likeness, place = round(float(cosines[nth, best[nth]]), 3), int(best[nth])
        known = found.get(start + nth)
        if known is None or likeness > known.likeness:
            name = names[place] if names is not None else None
            found[start + nth] = NearText(likeness, name, None if name else place)
