"""How hard property tests try: EFFORT=20 for twenty times the examples (`make faults`)."""

from __future__ import annotations

import os

_EFFORT = int(os.environ.get("EFFORT", "1"))


def examples(short: int) -> int:
    """`short` of them in an ordinary run."""
    return short * _EFFORT


def in_earnest(short: int, long: int) -> int:
    """`short` in an ordinary run, `long` in `make faults` and `make load`."""
    return short if _EFFORT == 1 else long


def kills(short: int) -> int:
    """`short` kills in an ordinary run, 200 of each kind of writing in `make faults`."""
    return in_earnest(short, 200)
