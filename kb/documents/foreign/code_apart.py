"""Markdown's code told from the rest of the text, in one pass however it is written. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from kb.documents.text.plain_text import code_spans

_FENCE = re.compile(r"[ >]{0,12}(`{3,}|~{3,})")
_PARAGRAPH = re.compile(r"(\n[ \t]*\n)")


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with what is no code changed; blocks and spans of code stay."""
    parts = [part if is_code else _prose(part, change) for is_code, part in by_fence(text)]
    return "\n".join(parts)


def by_fence(text: str) -> Iterator[tuple[bool, str]]:
    """(is it a block of code, its lines) in turns; joined by line ends they are the text."""
    held: list[str] = []
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if not fence and found:
            if held:
                yield False, "\n".join(held)
            held, fence = [line], found[1]
        elif fence and found and _closes(line, fence):
            yield True, "\n".join([*held, line])
            held, fence = [], ""
        else:
            held.append(line)
    if held:
        yield bool(fence), "\n".join(held)


def _closes(line: str, fence: str) -> bool:
    bare = line.lstrip(" >").rstrip()
    return bare.startswith(fence) and not bare.strip(fence[0])


def _prose(text: str, change: Callable[[str], str]) -> str:
    return "".join(
        part if nth % 2 else _paragraph(part, change)
        for nth, part in enumerate(_PARAGRAPH.split(text))
    )


def _paragraph(text: str, change: Callable[[str], str]) -> str:
    if "`" not in text:
        return change(text)
    pieces, at = [], 0
    for start, end, _ in code_spans(text):
        pieces += [change(text[at:start]), text[start:end]]
        at = end
    return "".join([*pieces, change(text[at:])])
