"""Entries written below a step that are no part of it, for they are indented too little or too far.

Below "10." an entry has to begin four blanks in, where three did below "9."; five blanks and more
beyond the step's words make it a part of its sentence. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it.token import Token

from kb.documents.markdown.doubt import Doubt

_LABEL = 60  # characters of an answer before its colon
_SWALLOWED = re.compile(r"\n[ \t]*[-*+][ \t]")


def strays_in(tokens: Sequence[Token]) -> Iterator[Doubt]:
    """Bullets beside a step instead of below it, numbers among the steps, bullets in a sentence."""
    yield from _beside(tokens)
    yield from _among(tokens)
    yield from _swallowed(tokens)


def _beside(tokens: Sequence[Token]) -> Iterator[Doubt]:
    """A list of bullets between two steps that are numbered on, or of answers behind a question."""
    blocks = [token for token in tokens if token.level == 0]
    steps = _numbered_lists(tokens)
    said = {_line(token): token.content for token in tokens if token.type == "inline"}
    for nth, (end, bullets) in enumerate(pairwise(blocks)):
        if end.type == "ordered_list_close" and bullets.type == "bullet_list_open":
            last = steps[id(end)][-1]
            follows = blocks[nth + 3 : nth + 4]  # behind where the bullets end
            goes_on = any(one.attrGet("start") == _number(last) + 1 for one in follows)
            if goes_on or _is_answer(said, _line(last), _line(bullets)):
                yield _stray(bullets, last, "the bullets here are")


def _among(tokens: Sequence[Token]) -> Iterator[Doubt]:
    """An entry that begins again at 1 in the middle of a list, which shows it as the next step."""
    for entries in _numbered_lists(tokens).values():
        for before, entry in pairwise(entries):
            if entry.info == "1" and _number(before) > 1:
                yield _stray(entry, before, "the numbers that begin here are")


def _swallowed(tokens: Sequence[Token]) -> Iterator[Doubt]:
    entries: list[Token] = []
    for token in tokens:
        if token.type == "list_item_open":
            entries.append(token)
        elif token.type == "list_item_close":
            entries.pop()
        elif entries and entries[-1].info and token.type == "inline":
            for found in _SWALLOWED.finditer(token.content):
                line = _line(token) + token.content.count("\n", 0, found.start() + 1)
                message = (
                    f"the bullet here is read as part of the sentence of step {entries[-1].info}"
                )
                yield Doubt(line, "stray-entry", message, _remedy(entries[-1]))
                break


def _numbered_lists(tokens: Sequence[Token]) -> dict[int, list[Token]]:
    """The entries of each numbered list, by the token that closes it."""
    found: dict[int, list[Token]] = {}
    lists: list[list[Token]] = []
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append([])
        elif token.type == "list_item_open":
            lists[-1].append(token)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            entries = lists.pop()
            if token.type == "ordered_list_close":
                found[id(token)] = entries
    return found


def _is_answer(said: dict[int, str], step: int, bullets: int) -> bool:
    """Is the first bullet a few words and a colon, and does the step before it ask?"""
    asked = next((said[line] for line in range(bullets - 1, step - 1, -1) if line in said), "")
    return "?" in asked and 0 < said.get(bullets, "").find(":") <= _LABEL


def _stray(at: Token, step: Token, what: str) -> Doubt:
    message = f"{what} not part of step {step.info}, but stand beside it"
    return Doubt(_line(at), "stray-entry", message, _remedy(step))


def _remedy(step: Token) -> str:
    return f"begin them below the first letter of the step: {len(step.info) + 2} blanks in"


def _number(entry: Token) -> int:
    return int(entry.info or 0)


def _line(token: Token) -> int:
    return (token.map or [0])[0] + 1
