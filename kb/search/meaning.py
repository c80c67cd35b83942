"""What a text is about, as a vector: wordllama's static embeddings, from its own wheel."""

from __future__ import annotations

import importlib
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
SIZE = 256
MOST_CHARACTERS = 4000  # of one passage or query; the rest adds nothing to its meaning


class Meaning:
    """The model, loaded at first use (about half a second, 32 MB). Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None
        self.of_query = lru_cache(maxsize=1024)(self._of_query)

    def of(self, texts: list[str]) -> Vectors:
        """One unit vector (or zeros, for a text without words) a text, shape (n, SIZE)."""
        usable = [text[:MOST_CHARACTERS].encode("utf-8", "replace").decode() for text in texts]
        with self._lock:  # the tokenizer's padding is shared state
            self._model = self._model or _load()
            self._model.tokenizer.no_padding()
            encoded = self._model.tokenizer.encode_batch(usable, add_special_tokens=False)
        vectors = np.zeros((len(texts), SIZE), np.float32)
        for row, one in enumerate(encoded):
            if one.ids:
                vectors[row] = self._model.embedding[one.ids].sum(axis=0)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)

    def _of_query(self, text: str) -> Vectors:
        return np.asarray(self.of([text])[0], np.float32)


def packed(vectors: Vectors) -> NDArray[np.int8]:
    """Unit vectors as whole numbers from -127 to 127, each scaled to its own largest part."""
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors * (127 / largest)), np.int8)


def _load() -> Any:
    """The model that lies in the wheel; without both arguments it would look online."""
    wordllama = importlib.import_module("wordllama")
    folder = Path(str(wordllama.__file__)).parent
    return wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
