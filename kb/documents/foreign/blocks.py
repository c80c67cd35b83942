"""A document as blocks of Markdown, parted where a heading stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Block(Struct, frozen=True):
    """Markdown that stands on lines of its own. `heading` is its level, 0 where it is none.

    `title` are a heading's words, plain; `number` is what Word shows before them. `names` are
    places that links lead to. `ordered`: it is a numbered list.
    """

    markdown: str
    heading: int = 0
    title: str = ""
    number: str = ""
    names: tuple[str, ...] = ()
    ordered: bool = False


def joined(blocks: Iterable[Block]) -> str:
    """All of it, a blank line between."""
    return "\n\n".join(block.markdown for block in blocks if block.markdown.strip())
