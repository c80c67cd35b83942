"""A document as the procedures that it holds: parted at headings of one level, or whole. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from kb.documents.foreign.blocks import Block, joined
from kb.documents.markdown.section_kinds import kind_of
from kb.documents.text.plain_text import plain, tidy
from kb.importing.documents import ForeignPage

_LEVELS = (1, 2, 3)


class SplitPart(Struct, frozen=True):
    """A piece of a document. `chapter` is the heading above it; `names` lead to its beginning."""

    title: str
    blocks: tuple[Block, ...]
    chapter: str = ""
    names: tuple[str, ...] = ()
    number: str = ""


class Split(Struct, frozen=True):
    """What a document is parted into. `lead` stands before the first heading of that level."""

    parts: tuple[SplitPart, ...]
    lead: str = ""


def taken_title(blocks: list[Block]) -> str:
    """The heading that the text begins with, where no other is as high; it is taken off."""
    tops = [block for block in blocks if block.heading == 1]
    if blocks and len(tops) == 1 and blocks[0] is tops[0]:
        return blocks.pop(0).title
    return ""


def choices(page: ForeignPage) -> dict[int, int]:
    """The levels at which it can be parted, and how many procedures that makes."""
    counts = {level: sum(one.heading == level for one in page.blocks) for level in _LEVELS}
    return {level: count for level, count in counts.items() if count > 1}


def guessed_level(page: ForeignPage, *, alone: bool) -> int:
    """Where it holds several, the level of their headings; 0 for one.

    Headings such as "Steps" are those of one procedure. A page of a wiki is one, unless it has
    several first headings.
    """
    levels = choices(page)
    if not levels or (not alone and 1 not in levels):
        return 0
    highest = next(iter(levels))
    if _is_of_one(page, highest):
        return 0
    deeper = highest + 1  # chapters, and procedures in them
    if levels.get(deeper, 0) > levels[highest] and not _is_of_one(page, deeper):
        chapters, parts = split(page, highest).parts, split(page, deeper).parts
        if _has_steps_in_most(parts) and not any(_begins_with_steps(one) for one in chapters):
            return deeper
    return highest if highest == 1 or _has_steps_in_most(split(page, highest).parts) else 0


def _is_of_one(page: ForeignPage, level: int) -> bool:
    titles = [one.title for one in page.blocks if one.heading == level]
    return any(kind_of(title) != "text" for title in titles)


def _begins_with_steps(part: SplitPart) -> bool:
    """Has it a list before its first heading?"""
    first = next((nth for nth, one in enumerate(part.blocks) if one.heading), len(part.blocks))
    return any(one.ordered for one in part.blocks[:first])


def split(page: ForeignPage, level: int) -> Split:
    """Its parts; with level 0 the whole of it."""
    if not level:
        return Split((SplitPart(page.title, page.blocks),))
    starts = [nth for nth, one in enumerate(page.blocks) if 0 < one.heading <= level]
    parts = list(_parts(page.blocks, starts, level))
    first = starts[0] if starts else len(page.blocks)
    lead = [*page.blocks[:first], *_between(page.blocks, starts, level)]
    return Split(tuple(parts), tidy(plain(joined(lead)))[:200])


def _parts(blocks: Sequence[Block], starts: list[int], level: int) -> Iterator[SplitPart]:
    chapter = ""
    for start, end in _stretches(blocks, starts):
        head = blocks[start]
        if head.heading < level:
            chapter = head.title
        else:
            body = tuple(blocks[start + 1 : end])
            yield SplitPart(head.title, body, chapter, head.names, head.number)


def _between(blocks: Sequence[Block], starts: list[int], level: int) -> Iterator[Block]:
    """What stands right below a chapter's heading belongs to no procedure."""
    for start, end in _stretches(blocks, starts):
        if blocks[start].heading < level:
            yield from blocks[start + 1 : end]


def _stretches(blocks: Sequence[Block], starts: list[int]) -> Iterator[tuple[int, int]]:
    return zip(starts, [*starts[1:], len(blocks)], strict=True)


def _has_steps_in_most(parts: Sequence[SplitPart]) -> bool:
    with_steps = sum(any(block.ordered for block in part.blocks) for part in parts)
    return with_steps * 2 > len(parts)
