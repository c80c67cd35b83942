"""What a text is about, as a vector: wordllama's static embeddings, from its own wheel.

The vector of a text is the sum of those of its words, so each word is taken apart only once.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.search.words.analysis import cut

Vectors = NDArray[np.float32]
SIZE = 256
LENGTH = 300  # of a packed vector; what is more than 0.42 times as long is cut, 0.35 is much
LONGEST = 60  # characters of a word; the rest adds nothing to its meaning
MOST_KNOWN = 20_000  # words that are kept, 1 kB each


class Meaning:
    """The model, loaded at first use (about half a second, 16 MB). Safe between threads.

    It remembers `most_known` words, 1 kB each; who indexes much had better know them all.
    """

    def __init__(self, most_known: int = MOST_KNOWN) -> None:
        self._most_known = most_known
        self._lock = threading.Lock()
        self._model: Any = None
        self._rows: dict[str, int] = {}
        self._vectors: Vectors = np.zeros((0, SIZE), np.float32)
        self.of_query = lru_cache(maxsize=1024)(self._of_query)

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
        if self._model is None:
            self._model = _load()
        usable = [word[:LONGEST].encode("utf-8", "replace").decode() for word in words]
        encoded = self._model.tokenizer.encode_batch(usable, add_special_tokens=False)
        first, last = len(self._rows), len(self._rows) + len(words)
        if last > len(self._vectors):
            grown = np.zeros((2 * last, SIZE), np.float32)
            grown[:first] = self._vectors[:first]
            self._vectors = grown
        for row, one in enumerate(encoded, first):
            pieces = self._model.embedding[one.ids].astype(np.float32)
            self._vectors[row] = pieces.sum(axis=0) if one.ids else 0
        self._rows.update((word, first + nth) for nth, word in enumerate(words))

    def _of_query(self, text: str) -> Vectors:
        """A unit vector, or zeros for a text without words."""
        total = self.of_words(cut(text).written).sum(axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)


def packed(vectors: Vectors) -> NDArray[np.int8]:
    """Vectors of length LENGTH in whole numbers from -127 to 127; zeros stay zeros."""
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors * (LENGTH / lengths)).clip(-127, 127), np.int8)


@cache
def _load() -> Any:
    """The model that lies in the wheel; without both arguments it would look online."""
    # Its threads would not come along into a forked process; a few words need none.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    wordllama = importlib.import_module("wordllama")
    folder = Path(str(wordllama.__file__)).parent
    model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    model.tokenizer.no_padding()
    model.embedding = model.embedding.astype(np.float16)  # as in the wheel: half the memory
    return model
