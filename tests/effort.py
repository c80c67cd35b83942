"""How hard property tests try: EFFORT=20 for twenty times the examples (`make faults`)."""

from __future__ import annotations

import os


def examples(short: int) -> int:
    """`short` of them in an ordinary run."""
    return short * int(os.environ.get("EFFORT", "1"))
