"""The blocks of a procedure as our pages show them: steps below "Steps", methods by name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from kb.documents.foreign.blocks import Block
from kb.documents.foreign.inline_writing import escaped
from kb.documents.markdown.section_kinds import kind_of
from kb.documents.text.plain_text import plain, tidy

_TOP, _DEEPEST = 2, 6
_NAMED = re.compile(r"([^:\n]{3,60}):\s+(?=\S)")
_ANOTHER = "Another way"


def shaped(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The same words, with headings from the second level on."""
    return tuple(_with_methods(list(_with_steps(list(_shifted(blocks))))))


def _shifted(blocks: Sequence[Block]) -> Iterator[Block]:
    highest = min((one.heading for one in blocks if one.heading), default=_TOP)
    for one in blocks:
        if not one.heading:
            yield one
            continue
        level = max(_TOP, min(one.heading + _TOP - highest, _DEEPEST))
        words = one.markdown.lstrip("#").strip()
        number = f"{one.number} " if one.number else ""
        yield replace(one, heading=level, markdown=f"{'#' * level} {number}{words}")


def _with_steps(blocks: list[Block]) -> Iterator[Block]:
    """A numbered list before the first heading gets "Steps" above it, where it is the only one."""
    first = next((nth for nth, one in enumerate(blocks) if one.heading), len(blocks))
    lists = [nth for nth, one in enumerate(blocks[:first]) if one.ordered]
    told = any(kind_of(one.title) == "steps" for one in blocks if one.heading)
    for nth, one in enumerate(blocks):
        if [nth] == lists and not told and "\n" in one.markdown:
            yield Block("## Steps", 2, "Steps")
        yield one


def _with_methods(blocks: list[Block]) -> Iterator[Block]:
    """Below "Other methods" each has a heading of its own."""
    for before, one in zip([None, *blocks], blocks, strict=False):
        if before and before.heading and kind_of(before.title) == "methods" and not one.heading:
            yield from _named_method(one, min(before.heading + 1, _DEEPEST))
        else:
            yield one


def _named_method(one: Block, level: int) -> Iterable[Block]:
    found = _NAMED.match(one.markdown) if not one.ordered else None
    name = tidy(plain(found[1])) if found else ""
    if not found or not re.match(r"\w", name):
        return (Block(f"{'#' * level} {_ANOTHER}", level, _ANOTHER), one)
    rest = one.markdown[found.end() :]
    heading = Block(f"{'#' * level} {escaped(name)}", level, name)
    return (heading, replace(one, markdown=rest[:1].upper() + rest[1:]))
