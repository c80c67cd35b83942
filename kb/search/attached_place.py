"""Where the words of a query stand in a file beside a procedure, rather than in its text."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from kb.procedures.model import TextPlace
from kb.search.answer import Answer
from kb.search.index.snapshot import Snapshot
from kb.search.ranking.attached import Options, best_places
from kb.search.ranking.reranking import candidate_text, word_places
from kb.search.results import AttachedPlace

_MORE = 1e-3  # of worth: what differs by less is the same


class AttachedPassage(Struct, frozen=True):
    """A place in an attachment, and what stands there."""

    place: AttachedPlace
    text: str


def attached_place(answer: Answer, nth: int) -> AttachedPassage | None:
    """Of the nth hit, where more of the words stand on one page than in the best passage."""
    one, doc = answer.ranked.at(nth)
    if not len(one.within):
        return None
    number = next(nth for nth, each in enumerate(answer.sets) if each is one)
    words, worth = answer.scorer.telling_words(number)
    found = best_places(one, np.array([doc]), words, worth)
    best = answer.ranked.passage(nth)
    if found.worth.item(0) <= _worth_of(one, doc, best, words, worth) + _MORE:
        return None
    file, place = _named(one, doc, found.places.item(0))
    return AttachedPassage(AttachedPlace(file, place.where, place.fragment), place.text)


def _worth_of(one: Snapshot, doc: int, passage: int, words: Options, worth: list[float]) -> float:
    """What the words in the passage and in the title are worth."""
    laid = candidate_text(one, np.array([doc]))
    found = word_places(laid, words)
    spans = one.arrays["running.passages"].take([laid.rows[0], passage], axis=0).tolist()
    word, cell = np.divmod(found.places, max(found.length, 1))
    here = np.zeros(len(cell), bool)
    for first, last in spans:
        here |= (first <= cell) & (cell < last)
    having: set[int] = set(word[here].tolist())
    return sum(worth[nth] * max(factor for _, factor in words[nth]) for nth in having)


def _named(one: Snapshot, doc: int, nth: int) -> tuple[str, TextPlace]:
    """The file and the place in it, which are counted through all attachments."""
    every = [(file.path, place) for file in one.attached(doc) for place in file.places]
    return every[nth]
