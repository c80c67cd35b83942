"""What an ordinary user may not do, tried by tests that run as root too.

Root's files stay root's, but for the length of a block this thread is held to their modes, as
everybody else is: it gives up the capabilities that let root pass over them.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests import needs

# From capabilities(7): pass over modes in writing, and in reading.
_PASSES_OVER = (1 << 1) | (1 << 2)
_VERSION_3 = 0x20080522
_ME = 0


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Half(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@contextmanager
def of_an_ordinary_user() -> Iterator[None]:
    """A file that its mode closes is closed, for root as well. The test is left out off Linux."""
    if os.geteuid() != 0:
        yield
        return
    if not sys.platform.startswith("linux"):
        needs.missing("Linux, or another user than root", "run the tests as another user")
    held = _capabilities()
    before = held[0].effective
    held[0].effective = before & ~_PASSES_OVER
    _call("capset", held)
    try:
        yield
    finally:
        held[0].effective = before
        _call("capset", held)


def _capabilities() -> ctypes.Array[_Half]:
    held = (_Half * 2)()
    _call("capget", held)
    return held


def _call(name: str, held: ctypes.Array[_Half]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(ctypes.byref(_Header(_VERSION_3, _ME)), held):
        raise OSError(ctypes.get_errno(), f"{name} is refused")
