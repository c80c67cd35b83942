"""The index as it would be after a change, for a look before anything is saved."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kb.procedures.model import Entry
from kb.search.index import segment
from kb.search.index.compiling import compiled
from kb.search.index.snapshot import Snapshot
from kb.search.searcher import Searcher


def with_entries(searcher: Searcher, entries: Sequence[Entry], gone: Collection[str]) -> Searcher:
    """A searcher to which `entries` are there and the paths in `gone` are not.

    Nothing is written. Scores differ from those after a real change by rounding of text lengths
    only: a set of its own is measured against the averages of the largest one.
    """
    sets = searcher.snapshots()
    paths = {entry.procedure.path for entry in entries} | set(gone)
    kept = [one.without(_numbers(one, paths)) for one in sets]
    if entries:
        kept.append(_made(searcher, entries, max(sets, key=lambda one: one.count, default=None)))
    return searcher.with_snapshots(tuple(one for one in kept if one.count))


def _made(searcher: Searcher, entries: Sequence[Entry], like: Snapshot | None) -> Snapshot:
    index = searcher.index
    raw = segment.in_memory(entries, index.meaning)
    averages = like.arrays["averages"] if like else None
    return Snapshot(compiled([raw], index.stems, averages), [False] * len(entries))


def _numbers(one: Snapshot, paths: Collection[str]) -> list[int]:
    """The documents of a set that stand at those paths."""
    flat, ends = one.arrays["paths"].tobytes(), one.arrays["paths.ends"].tolist()
    wanted = {path.encode("utf-8", "surrogatepass") for path in paths}
    starts = [0, *ends[:-1]]
    return [
        number
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        if flat[start:end] in wanted
    ]
