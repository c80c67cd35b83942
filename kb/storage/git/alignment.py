"""What two sequences have in common, by git's own comparison: quick, whatever their size."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import pygit2
from msgspec import Struct


class AlignedStretch(Struct, frozen=True):
    """Elements old[old_start:old_end] that became new[new_start:new_end], or are the same."""

    same: bool
    old_start: int
    old_end: int
    new_start: int
    new_end: int


def stretches(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[AlignedStretch]:
    """The two sequences from their beginning to their end, by turns the same and changed."""
    numbers: dict[Hashable, int] = {}
    before, after = (
        "".join(f"{numbers.setdefault(one, len(numbers))}\n" for one in sequence).encode()
        for sequence in (old, new)
    )
    at_old = at_new = 0
    for hunk in pygit2.Patch.create_from(before, after, context_lines=0).hunks:
        # Where a side has no lines, git names the line before.
        old_start = hunk.old_start - (1 if hunk.old_lines else 0)
        new_start = hunk.new_start - (1 if hunk.new_lines else 0)
        if old_start > at_old:
            yield AlignedStretch(True, at_old, old_start, at_new, new_start)
        at_old, at_new = old_start + hunk.old_lines, new_start + hunk.new_lines
        yield AlignedStretch(False, old_start, at_old, new_start, at_new)
    if at_old < len(old):
        yield AlignedStretch(True, at_old, len(old), at_new, len(new))
