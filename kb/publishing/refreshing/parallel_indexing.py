"""Many files of one refresh, read and indexed by a process for each core."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from kb.catalogue.listings import Stamp
from kb.process_pool import ProcessPool, process_pool
from kb.publishing.refreshing.parallel_reading import Beside, Lot, ReadFile, read_lot
from kb.search.index import index
from kb.search.index.index import Work
from kb.storage.files.library import Library

MANY = 1000  # files from which on processes pay for their start
LOT = 250  # files that one process reads at a time


class _Asked(Struct, frozen=True):
    paths: list[str]
    place: Path
    told: Future[list[ReadFile | None]]


class Together:
    """The processes at work, and where the texts they read wait until they are indexed."""

    def __init__(
        self, library: Library, departments: bytes, pool: ProcessPool, folder: Path
    ) -> None:
        self._library = library
        self._departments = departments
        self._pool = pool
        self._folder = folder
        self._asked: list[_Asked] = []

    def ask(self, paths: Sequence[str]) -> None:
        """Have these files read; they are not waited for."""
        for start in range(0, len(paths), LOT):
            some = list(paths[start : start + LOT])
            place = self._folder / str(len(self._asked))
            task = self._pool.submit(read_lot, self._library.root, self._departments, some, place)
            self._asked.append(_Asked(some, place, task))

    def told(self) -> Iterator[list[ReadFile | None]]:
        """What each lot says, in the order of asking. Raises OSError."""
        for asked in self._asked:
            yield asked.told.result()

    def work(
        self, stamps: Mapping[str, Stamp], beside: Beside, meanwhile: Callable[[], None]
    ) -> Work:
        """These files as lots to be indexed; what was not asked for before is read first."""
        known = {path for asked in self._asked for path in asked.paths}
        self.ask([path for path in stamps if path not in known])
        for _ in self.told():
            pass
        return Work(self._lots(stamps, beside), self._pool, meanwhile)

    def _lots(self, stamps: Mapping[str, Stamp], beside: Beside) -> Iterator[Lot]:
        size = min(max(-(-len(stamps) // self._pool.count), index.CHUNK), index.MOST)
        places: list[Path] = []
        wanted: dict[str, tuple[str, str]] = {}
        for asked in self._asked:
            places.append(asked.place)
            for path in asked.paths:
                if path in stamps:
                    wanted[path] = (stamps[path].id, stamps[path].fingerprint)
            if len(wanted) > size - LOT:
                yield Lot(tuple(places), wanted, _of(wanted, beside))
                places, wanted = [], {}
        if wanted:
            yield Lot(tuple(places), wanted, _of(wanted, beside))


def _of(wanted: Collection[str], beside: Beside) -> Beside:
    """What one process needs of it."""
    return Beside({p: some for p, some in beside.shown.items() if p in wanted}, beside.texts)


class Begun:
    """Begins to work together when it pays; inside `together` only."""

    def __init__(self, begin: Callable[[], Together]) -> None:
        self._begin = begin
        self._begun: Together | None = None

    def for_many(self, paths: Collection[str]) -> Together | None:
        """None for few files, unless it was begun for others before."""
        if self._begun is None and len(paths) >= MANY:
            self._begun = self._begin()
        return self._begun


@contextmanager
def together(library: Library, departments: bytes, folder: Path) -> Iterator[Begun]:
    """Texts wait in `folder`, which nobody else may use and which is gone afterwards."""
    held = ExitStack()
    shutil.rmtree(folder, ignore_errors=True)  # what a kill left

    def begin() -> Together:
        folder.mkdir(mode=0o700)
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        return Together(library, departments, held.enter_context(process_pool()), folder)

    with held:
        yield Begun(begin)
