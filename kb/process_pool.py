"""Processes that work side by side, one for each core, each for as long as its parent lives.

They begin as copies of a small process without threads, because forking one with threads is
unsafe. What they have done so far is told by a number that they share with their parent.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

Given = ParamSpec("Given")
Made = TypeVar("Made")
# Imported once, before the processes are made.
_KNOWN = ["kb.publishing.refreshing.parallel_reading", "kb.search.index.segment"]
_counter: list[Synchronized[int]] = []  # in a process at work: what it shares with its parent


class ProcessPool:
    """The processes, while `process_pool()` holds them."""

    def __init__(self, pool: ProcessPoolExecutor, counter: Synchronized[int], count: int) -> None:
        self.count = count
        self._pool = pool
        self._counter = counter

    def submit(
        self, work: Callable[Given, Made], *args: Given.args, **named: Given.kwargs
    ) -> Future[Made]:
        """Let one of them do it, in the order of asking."""
        return self._pool.submit(work, *args, **named)

    @property
    def done(self) -> int:
        """The sum of all that they told by `advance`."""
        return self._counter.value


@contextmanager
def process_pool() -> Iterator[ProcessPool]:
    """A process for each core; when the block raises, what nobody has begun is left undone.

    Raises OSError when one of them was ended from outside, as a machine short of memory does.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_KNOWN)
    counter: Synchronized[int] = context.Value(ctypes.c_longlong, 0)
    count = os.cpu_count() or 1
    with ProcessPoolExecutor(count, context, initializer=_begin, initargs=(counter,)) as pool:
        try:
            yield ProcessPool(pool, counter, count)
        except BrokenExecutor as error:
            why = "a process that read or indexed was ended from outside; is there enough memory?"
            raise ChildProcessError(errno.ECHILD, why) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def advance(done: int) -> None:
    """Tell the parent that so much more is done; without effect in any other process."""
    for counter in _counter:
        with counter.get_lock():
            counter.value += done


def _begin(counter: Synchronized[int]) -> None:
    _counter.append(counter)
    with suppress(OSError):
        os.nice(5)  # as the worker: pages are answered first
    gc.disable()  # what is made here is large, has few cycles and does not live long
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
