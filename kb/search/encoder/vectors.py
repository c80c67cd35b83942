"""The vectors of passages on disk, by the hash of their text; processes share them as memory maps.

search_index/encoded/NAME.arrays holds keys (ascending), their vectors in whole numbers, the scale
of each, and which encoder made them. A file is written once. What is added is another file; many
of them become one, which leaves out what no passage has any more.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from msgspec import Struct

from kb import durable
from kb.search.index import array_file
from kb.search.index.array_file import Array, Damaged
from kb.search.index.embedding import Vectors
from kb.search.index.snapshot import Floats

MOST_FILES = 6  # before they are made one
LOOK_AGAIN = 0.25  # seconds after which is looked what was added
_HIGHEST = 127


class Part(Struct, frozen=True):
    """One file: keys (n,), ascending; vectors (n, width); the scale of each vector."""

    file: Path
    keys: Array
    vectors: Array
    scales: Array


class EncodedPassages:
    """The vectors that there are at a moment. Unlike another object as soon as some came."""

    def __init__(self, encoder: str = "", parts: tuple[Part, ...] = ()) -> None:
        self.encoder = encoder  # its name; "" where there is none
        self.parts = parts

    def __len__(self) -> int:
        return sum(len(part.keys) for part in self.parts)

    def known(self, keys: Array) -> Array:
        """Which of the keys have a vector."""
        found = np.zeros(len(keys), bool)
        for part in self.parts:
            found |= _places(part, keys)[1]
        return found

    def alike(self, keys: Array, vector: Vectors) -> Floats:
        """The cosine of each key's vector with `vector`; -2 for those that have none."""
        found = np.full(len(keys), -2, np.float32)
        for part in self.parts:
            places, having = _places(part, keys)
            rows = places[having]
            near = part.vectors.take(rows, axis=0).astype(np.float32).dot(vector)
            found[having] = near * part.scales.take(rows)
        return found


NOTHING_ENCODED = EncodedPassages()


class VectorStore:
    """The files in `folder`, of one encoder. One process writes; all may read, in any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._looked_until = 0.0
        self._seen: object = None
        self._now = NOTHING_ENCODED

    def passages(self, encoder: str) -> EncodedPassages:
        """What there is of the encoder of that name; looked for four times a second at most."""
        now = time.monotonic()
        if now >= self._looked_until or self._now.encoder != encoder:
            with self._lock:
                self._look(encoder)
                self._looked_until = now + LOOK_AGAIN
        return self._now

    def any(self) -> bool:
        """Is there any file?"""
        return any(self._files())

    def add(self, encoder: str, keys: Array, vectors: Vectors) -> None:
        """Keep vectors of new keys. Raises OSError."""
        scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / np.float32(_HIGHEST)
        whole = np.rint(vectors / scales[:, None]).astype(np.int8)
        self._write(encoder, keys, whole, scales.astype(np.float32))
        self._looked_until = 0.0
        parts = self.passages(encoder).parts
        if len(parts) > MOST_FILES:
            self._join(encoder, _smallest(parts))

    def sweep(self, encoder: str, wanted: Array) -> None:
        """Leave out what is not `wanted`, where that is half; and what other encoders made.

        Raises OSError.
        """
        parts = self.passages(encoder).parts
        useful = sum(int(np.isin(part.keys, wanted).sum()) for part in parts)
        if 2 * useful < sum(len(part.keys) for part in parts):
            self._join(encoder, parts, wanted)
        ours = {part.file for part in self.passages(encoder).parts}
        for file in set(self._files()) - ours:
            file.unlink(missing_ok=True)

    def _join(self, encoder: str, parts: Sequence[Part], wanted: Array | None = None) -> None:
        """Make one file of some, each key once."""
        every = np.concatenate([part.keys for part in parts])
        keys, rows = np.unique(every, return_index=True)
        if wanted is not None:
            kept = np.isin(keys, wanted)
            keys, rows = keys[kept], rows[kept]
        vectors = np.concatenate([part.vectors for part in parts])[rows]
        scales = np.concatenate([part.scales for part in parts])[rows]
        if len(keys):
            self._write(encoder, keys, vectors, scales)
        for part in parts:
            part.file.unlink(missing_ok=True)
        self._looked_until = 0.0

    def _write(self, encoder: str, keys: Array, vectors: Array, scales: Array) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{secrets.token_hex(6)}.arrays"
        beside = file.with_suffix(".new")
        order = np.argsort(keys)
        arrays = {"keys": keys[order], "vectors": vectors[order], "scales": scales[order]}
        array_file.save(beside, {"made": np.array([encoder.encode()]), **arrays})
        durable.switch(beside, file)

    def _look(self, encoder: str) -> None:
        """Load what was added; what is damaged is made anew, so it goes."""
        names = tuple(self._files())
        if (names, encoder) == self._seen:
            return
        before = self._now.parts if self._now.encoder == encoder else ()
        known = {part.file: part for part in before}
        parts = []
        for file in names:
            with suppress(OSError):
                try:
                    part = known.get(file) or _loaded(file, encoder)
                except Damaged:
                    file.unlink(missing_ok=True)
                    continue
                if part:
                    parts.append(part)
        self._now, self._seen = EncodedPassages(encoder, tuple(parts)), (names, encoder)

    def _files(self) -> Iterator[Path]:
        yield from sorted(self.folder.glob("*.arrays"))


def _loaded(file: Path, encoder: str) -> Part | None:
    """A file of that encoder; every byte is compared with its checksum. Raises Damaged, OSError."""
    arrays = array_file.load(file, whole=True)
    if arrays["made"].tolist() != [encoder.encode()]:
        return None
    return Part(file, arrays["keys"], arrays["vectors"], arrays["scales"])


def _places(part: Part, keys: Array) -> tuple[Array, Array]:
    """Where each key stands in a part, and which of them do."""
    places = part.keys.searchsorted(keys)
    np.minimum(places, len(part.keys) - 1, out=places)
    return places, part.keys.take(places) == keys


def _smallest(parts: Sequence[Part]) -> list[Part]:
    """Those to be joined: as long as the next is no larger than twice all before it, so that
    a large file is not written again for a few vectors."""
    found: list[Part] = []
    count = 0
    for part in sorted(parts, key=lambda one: len(one.keys)):
        if len(found) > 1 and len(part.keys) > 2 * count:
            break
        found.append(part)
        count += len(part.keys)
    return found
