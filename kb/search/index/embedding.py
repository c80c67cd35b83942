"""What a text is about, as a vector: static embeddings of pieces of words.

The model is the data package `kb_meaning`, which set-up makes (hatch_build.py). Without it every
vector is zero, and search goes by words alone. The vector of a text is the sum of those of its
words, so each word is taken apart only once.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kb.search.words.analysis import cut

Vectors = NDArray[np.float32]
SIZE = 256
LENGTH = 300  # of a packed vector; what is more than 0.42 times as long is cut, 0.35 is much
_BEGIN = "▁"  # before a piece that begins a word
LONGEST = 60  # characters of a word; the rest adds nothing to its meaning
MOST_KNOWN = 20_000  # words that are kept, 1 kB each
FILLER = 0.35  # of another word, in what a title is compared with: as much as its word scores
MISSING = (
    "Search goes by words alone, because the model of meaning is not installed: what customers "
    "say in their own words is found less often, and what is near in meaning is not shown."
)


def installed() -> bool:
    """Is there a model? An index that was made with one is of no use without, and vice versa."""
    return _folder() is not None


class Meaning:
    """The model, loaded at first use (a tenth of a second, 16 MB). Safe between threads.

    It remembers `most_known` words, 1 kB each; who indexes much had better know them all.
    """

    def __init__(self, most_known: int = MOST_KNOWN) -> None:
        self._most_known = most_known
        self._lock = threading.Lock()
        self._rows: dict[str, int] = {}
        self._vectors: Vectors = np.zeros((0, SIZE), np.float32)
        self.of_query = lru_cache(maxsize=1024)(self._of_query)
        self.of_question = lru_cache(maxsize=1024)(self._of_question)

    def has_word(self, word: str) -> bool:
        """Is it so common that the model has a piece for the whole word? False without a model."""
        model = _load()
        return model is not None and model.tokenizer.token_to_id(f"{_BEGIN}{word}") is not None

    def of_words(self, words: Sequence[str]) -> Vectors:
        """The vector of each word, shape (n, SIZE), not scaled: rarer pieces are longer."""
        with self._lock:
            with suppress(KeyError):  # most often all are known
                return self._of_known(words)
            new = [word for word in dict.fromkeys(words) if word not in self._rows]
            if new and len(self._rows) + len(new) > self._most_known:
                self._rows.clear()
                new = list(dict.fromkeys(words))
            if new:
                self._learn(new)
            return self._of_known(words)

    def _of_known(self, words: Sequence[str]) -> Vectors:
        rows = np.fromiter(map(self._rows.__getitem__, words), np.intp, len(words))
        return self._vectors[rows]

    def _learn(self, words: list[str]) -> None:
        model = _load()
        first, last = len(self._rows), len(self._rows) + len(words)
        if last > len(self._vectors):
            grown = np.zeros((2 * last, SIZE), np.float32)
            grown[:first] = self._vectors[:first]
            self._vectors = grown
        for row, vector in enumerate(model.vectors(words) if model else (), first):
            self._vectors[row] = vector
        self._rows.update((word, first + nth) for nth, word in enumerate(words))

    def _of_query(self, text: str) -> Vectors:
        """A unit vector, or zeros for a text without words."""
        return _unit(self.of_words(cut(text).written).sum(axis=0))

    def _of_question(self, text: str, filler: frozenset[str]) -> tuple[Vectors, Vectors]:
        """That, and the same with less of the filler, of which titles have little."""
        words, written, *_ = cut(text)
        vectors = self.of_words(written)
        weights = [FILLER if word in filler else 1.0 for word in words]
        return _unit(vectors.sum(axis=0)), _unit(np.array(weights, np.float32) @ vectors)


def _unit(total: Vectors) -> Vectors:
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)


def packed(vectors: Vectors) -> NDArray[np.int8]:
    """Vectors of length LENGTH in whole numbers from -127 to 127; zeros stay zeros."""
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors * (LENGTH / lengths)).clip(-127, 127), np.int8)


class _Model(Struct, frozen=True):
    """Pieces of words and their vectors, shape (pieces, SIZE)."""

    tokenizer: Any
    embedding: NDArray[np.float16]

    def vectors(self, words: list[str]) -> Iterator[Vectors | float]:
        """The vector of each word: the sum of those of its pieces."""
        usable = [word[:LONGEST].encode("utf-8", "replace").decode() for word in words]
        for one in self.tokenizer.encode_batch(usable, add_special_tokens=False):
            yield self.embedding[one.ids].astype(np.float32).sum(axis=0) if one.ids else 0.0


@cache
def _load() -> _Model | None:
    folder = _folder()
    if folder is None:
        return None
    # Its threads would not come along into a forked process; a few words need none.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    tokenizers, safetensors = (
        importlib.import_module(name) for name in ("tokenizers", "safetensors.numpy")
    )
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    (embedding,) = safetensors.load_file(folder / "weights.safetensors").values()
    return _Model(tokenizer, embedding.astype(np.float16, copy=False))


@cache
def _folder() -> Path | None:
    """Where the model lies, if it was to be had at set-up."""
    package = importlib.util.find_spec("kb_meaning")
    return None if package is None or package.origin is None else Path(package.origin).parent
