"""The numbers of steps written as text, places and links as one file needs them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup

# A value between quotation marks may hold a ">".
_TAG = re.compile(r"<(/?)(ol|ul|li)\b((?:\"[^\"]*\"|[^>\"])*)>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[a-zA-Z](?:\"[^\"]*\"|[^>\"])*>")
_ATTRIBUTE = re.compile(r'([a-zA-Z-]+)="([^"]*)"')
_WHERE = frozenset({"id", "name", "href", "src"})
_NUMBER = re.compile(r'\b(start|value)="(-?\d{1,9})"')
_TYPE = re.compile(r'\btype="([aAiI])"')
_FIRST = re.compile(r"\s*(?:<p\b[^>]*>)?")  # the words of a loose item begin in its paragraph

# Takes an attribute (id, name, href, src) and what it says; None takes it out.
Readdress = Callable[[str, str], str | None]


def numbered(html: Markup) -> Markup:
    """With each number of a list as text at the beginning of its item.

    A reader of the PDF, and whoever copies out of it, gets numbers that a browser or WeasyPrint
    paints in another order than the words, or not at all.
    """
    made: list[str] = []
    lists: list[_List | None] = []
    at = 0
    for tag in _TAG.finditer(html):
        made.append(html[at : tag.end()])
        at = tag.end()
        closing, name, attributes = tag[1], tag[2].lower(), tag[3]
        if name != "li":
            if closing:
                del lists[-1:]
            else:
                lists.append(_List(attributes, html, tag.end()) if name == "ol" else None)
        elif not closing and lists and (one := lists[-1]) is not None:
            first = _FIRST.match(html, at)
            made.append(first[0] if first else "")
            made.append(f'<span class="number">{one.next(attributes)}</span> ')
            at = first.end() if first else at
    made.append(html[at:])
    return Markup("".join(made))


class _List:
    """The numbers of one list, as a browser counts them."""

    def __init__(self, attributes: str, html: str, at: int) -> None:
        said = _NUMBER.search(attributes)
        kind = _TYPE.search(attributes)
        self._kind = kind[1] if kind else "1"
        self._step = -1 if "reversed" in attributes else 1
        first = int(said[2]) if said else (1 if self._step > 0 else _items(html, at))
        self._next = first

    def next(self, attributes: str) -> str:
        said = _NUMBER.search(attributes)
        number = int(said[2]) if said else self._next
        self._next = number + self._step
        return f"{_written(number, self._kind)}."


def _items(html: str, at: int) -> int:
    """How many items stand in the list that begins there."""
    depth, found = 1, 0
    for tag in _TAG.finditer(html, at):
        if tag[2].lower() == "li":
            found += depth == 1 and not tag[1]
        else:
            depth += -1 if tag[1] else 1
        if not depth:
            break
    return found


def _written(number: int, kind: str) -> str:
    if kind in "aA" and 0 < number < 18_278:
        text = ""
        while number:
            number, rest = divmod(number - 1, 26)
            text = chr(97 + rest) + text
    elif kind in "iI" and 0 < number < 4_000:
        text = _roman(number)
    else:
        return str(number)
    return text.upper() if kind.isupper() else text


def _roman(number: int) -> str:
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    letters = "m cm d cd c xc l xl x ix v iv i".split()
    text = ""
    for value, letter in zip(values, letters, strict=True):
        text += letter * (number // value)
        number %= value
    return text


def readdressed(html: Markup, address: Readdress) -> Markup:
    """With other places and links; of a file that was made safe before."""

    def put(found: re.Match[str]) -> str:
        if found[1] not in _WHERE:
            return found[0]
        other = address(found[1], str(Markup(found[2]).unescape()))
        return "" if other is None else Markup('{}="{}"').format(found[1], other)

    def within(tag: re.Match[str]) -> str:
        return _ATTRIBUTE.sub(put, tag[0])

    return Markup(_ANY_TAG.sub(within, html))
