"""Searches while another process writes: no error, and nothing older than what was acknowledged."""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Iterable
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from kb.search.index.current_snapshots import LOOK_AGAIN
from kb.search.index.index import Index
from kb.search.searcher import Searcher
from tests.effort import examples
from tests.search.shelf import REP, TODAY, entry

WRITES = examples(10)
SEARCHES = examples(250)  # of each of two searching processes
LONGEST = 300.0  # seconds; nothing here may hang
LETTERS = "abcdefghij"
LATE = 2 * LOOK_AGAIN  # seconds in which an answer may be the one from before
KEPT = 20  # writes after which an entry goes again


def word(nth: int) -> str:
    """A word of its own for each write; no digits, which are never taken for misspelt."""
    return "zq" + "".join(LETTERS[int(digit)] for digit in f"{nth:04}")


def test_searches_beside_writes_see_what_was_acknowledged(tmp_path: Path) -> None:
    Index(tmp_path).rebuild([entry("P-0", "Parcel", "Late parcel.")], lambda done: None)
    context = multiprocessing.get_context("spawn")
    acknowledged = context.Value("i", -1)
    told = context.Queue()
    searching = [
        context.Process(target=_search, args=(tmp_path, acknowledged, told)) for _ in range(2)
    ]
    writing = context.Process(target=_write, args=(tmp_path, acknowledged))
    for one in (*searching, writing):
        one.start()
    found = [told.get(timeout=LONGEST) for _ in searching]
    for one in (*searching, writing):
        one.join(LONGEST)
    assert [one.exitcode for one in (*searching, writing)] == [0, 0, 0]
    assert acknowledged.value == WRITES - 1
    assert all(count >= SEARCHES for count, _ in found)
    assert [missed for _, missed in found] == [[], []]


def _write(folder: Path, acknowledged: Synchronized[int]) -> None:
    """Add, change and remove; each write is acknowledged once `update` returns."""
    index = Index(folder)
    for nth in range(WRITES):
        changed = [entry("P-0", "Parcel", f"Late parcel {nth}."), entry(f"P-{nth + 1}", word(nth))]
        index.update(changed, [f"shipping/P-{nth - KEPT}.md"], lambda done: None)
        acknowledged.value = nth


def _search(folder: Path, acknowledged: Synchronized[int], told: Any) -> None:
    """Search until all is written and SEARCHES are made; tell how many and what was missed."""
    searcher = Searcher(Index(folder))
    count, missed = 0, []
    seen = deque([(0.0, -1)])  # when so many were acknowledged
    now = time.monotonic()
    end = now + LONGEST
    while (count < SEARCHES or acknowledged.value < WRITES - 1) and now < end:
        seen.append((now, acknowledged.value))
        while len(seen) > 1 and seen[1][0] < now - LATE:
            seen.popleft()
        missed += _missing(searcher, seen[0][1])
        count += 2
        now = time.monotonic()
    told.put((count, missed))


def _missing(searcher: Searcher, newest: int) -> Iterable[str]:
    """What was acknowledged LATE seconds before the search began and is not found."""
    if not searcher.search("late parcel", REP, TODAY).hits:
        yield "late parcel"
    if newest >= 0 and not searcher.search(word(newest), REP, TODAY).hits:
        yield word(newest)
