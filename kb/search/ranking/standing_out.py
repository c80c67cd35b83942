"""What the sentence encoder adds to the scores of candidates: by how much each stands out.

Cosines of sentence vectors lie close together, and where depends on the model and on the question.
So a candidate gets a weight times its distance from the mean of all candidates, in their standard
deviation; one that has no vector yet counts as the mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from kb.search.encoder.encoding import Question
from kb.search.index.snapshot import Floats
from kb.search.ranking.reranking import CandidateText

WIDTH = 1e-4  # of a spread that tells nothing


class Scatter(Struct, frozen=True):
    """Mean and standard deviation of what the candidates reach."""

    mean: float = 0.0
    deviation: float = 0.0

    def standing(self, reached: Floats) -> Floats:
        """By how many deviations each is above the mean; 0 for those that reach nothing."""
        if self.deviation < WIDTH:
            return np.zeros(len(reached), np.float32)
        above = (reached - self.mean) / self.deviation
        return np.where(_known(reached), above, 0).astype(np.float32)


def scatter(reached: Sequence[Floats]) -> Scatter:
    """Of the candidates of all sets together."""
    every = np.concatenate([np.zeros(0, np.float32), *reached])
    every = every[_known(every)]
    return Scatter(float(every.mean()), float(every.std())) if len(every) else Scatter()


def reached(laid: CandidateText, question: Question) -> tuple[Floats, Floats]:
    """The cosine of each document's best passage or keyword, and of its title, with the question.

    Below -1 where there is no vector.
    """
    keys = laid.one.arrays["vectors.keys"].take(laid.compared)
    alike = question.passages.alike(keys, question.vector)
    titles = alike.take(laid.firsts)
    alike[laid.firsts] = -2  # a title is no passage
    best = np.maximum.reduceat(alike, laid.starts).reshape(-1, len(laid.docs)).max(axis=0)
    return np.asarray(best, np.float32), titles


def _known(reached: Floats) -> Floats:
    return np.asarray(reached >= -1.01)
