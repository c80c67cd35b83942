"""From how good a fit on the best hit is stood behind, in this base.

A score means the same for every query, not in every base: where there are few procedures, or all
speak of much the same, chance reaches less or more. So each base is asked general questions once
(kb.search.evaluation.general_fit), and what nearly all of those stay below is its threshold.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from kb import durable

UNKNOWN = 1.3  # where nothing was asked: too few procedures, or of another language
LEAST, MOST = 0.5, 3.0  # whatever the questions say
LENGTHENED = 0.1  # a long question reaches less of what it could reach than a short one
FOUND = 0.5  # power of the share of the words that the best hit has
LEAST_FOUND = 0.05  # of the words, as a share
MOST_LOST = 0.9
LEAST_KNOWN = 0.5  # of the words that tell something, those that some procedure has


class Threshold(Struct, frozen=True):
    """A fit, and the number of procedures that there were when it was found out; 0 for never.

    `pull` says of procedures, by id, how far general questions get there, beside the average: what
    is near to much must fit better.
    """

    fit: float = UNKNOWN
    procedures: int = 0
    pull: dict[str, float] = {}

    def of(self, id: str) -> float:
        """The fit from which on this procedure is stood behind."""
        return self.fit * self.pull.get(id, 1.0)


def most_known(known: Sequence[bool]) -> bool:
    """`known` says of each word that tells something whether any procedure has it, or what may
    stand for it."""
    return sum(known) >= LEAST_KNOWN * len(known)


def fit(score: float, words: int, found: int, lost: float) -> float:
    """How well the best hit fits a question with so many words that tell something.

    The hit has `found` of them. `lost` is the share of the score that nothing could reach, because
    it is of filler that no procedure has: "hi", "my" where none says so.
    """
    share = max(found / max(words, 1), LEAST_FOUND)
    fitting = score * math.pow(max(words, 1), LENGTHENED) * math.pow(share, FOUND)
    return fitting / (1 - min(lost, MOST_LOST))


class ThresholdFile:
    """The threshold as the file at `path` says now; called at each search, costs one stat.

    `made` is what it must have been found out with to be of use.
    """

    def __init__(self, path: Path, made: Sequence[object]) -> None:
        self._path = path
        self._made = list(made)
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, ...], Threshold] = ((), Threshold())

    def __call__(self) -> Threshold:
        """Where there is no file, or one of no use, nothing is known."""
        try:
            told = self._path.stat()
            seen: tuple[int, ...] = (told.st_ino, told.st_mtime_ns, told.st_size)
        except OSError:
            seen = ()
        if seen != self._read[0]:
            self._load(seen)
        return self._read[1]

    def write(self, found: Threshold) -> None:
        """For all processes at once. Raises OSError."""
        told = {
            "made": self._made,
            "fit": found.fit,
            "procedures": found.procedures,
            "pull": found.pull,
        }
        durable.replace(self._path, json.dumps(told).encode())

    def _load(self, seen: tuple[int, ...]) -> None:
        with self._lock:
            found = Threshold()
            if seen:
                try:
                    told = json.loads(self._path.read_text(encoding="utf-8"))
                    if told["made"] == self._made:
                        pull = {id: float(much) for id, much in told["pull"].items()}
                        found = Threshold(float(told["fit"]), int(told["procedures"]), pull)
                except (OSError, ValueError, KeyError, TypeError, AttributeError):
                    pass
            self._read = (seen, found)


class EncodedThresholds:
    """The threshold with each sentence encoder, which adds to the scores: a file of its own. The
    one `without`, as long as nothing was asked with it, or where there is none."""

    def __init__(self, folder: Path, made: Sequence[object], without: ThresholdFile) -> None:
        self._folder, self._made, self._without = folder, made, without
        self._files: dict[str, ThresholdFile] = {}

    def __call__(self, encoder: str) -> Threshold:
        """Of the encoder of that name; "" for none."""
        if encoder and (found := self.file(encoder)()).procedures:
            return found
        return self._without()

    def file(self, encoder: str) -> ThresholdFile:
        """Where it is written."""
        path = self._folder / f"threshold-{encoder}.json"
        return self._files.setdefault(encoder, ThresholdFile(path, self._made))
