"""Footnotes: taken out of the text, and put below it in the order in which it refers to them. Pure.

The plugin finds them. Where they go and what their places are called is said here, as no file may
give its own names to a page.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal

from markdown_it.token import Token
from msgspec import Struct

from kb.documents.markdown.sanitising import BACK, own_address, own_id

_NOTES = "footnotes"  # in the plugin's environment

# Makes a name that nothing else on the page has.
Name = Callable[[str], str]


class Notes(Struct, frozen=True):
    """A text's footnotes, each by its label: the block tokens of what it says."""

    by_label: dict[str, list[Token]]

    @property
    def tokens(self) -> list[Token]:
        """All of them, in the order in which they were written."""
        return [token for tokens in self.by_label.values() for token in tokens]


def parted(tokens: Sequence[Token]) -> tuple[list[Token], Notes]:
    """The tokens of the text, and those of its footnotes."""
    text: list[Token] = []
    notes: dict[str, list[Token]] = {}
    into = text
    for token in tokens:
        if token.type == "footnote_reference_open":
            into = notes[token.meta["label"]] = []
        elif token.type == "footnote_reference_close":
            into = text
        else:
            into.append(token)
    return text, Notes(notes)


def without_headings(tokens: Sequence[Token]) -> None:
    """Headings within footnotes become paragraphs: they are no sections of the page."""
    within = 0
    for token in tokens:
        if token.type.startswith("footnote_reference_"):
            within += token.nesting
        elif within and token.type.startswith("heading_"):
            token.type, token.tag = token.type.replace("heading", "paragraph"), "p"


def labels(environment: dict[str, Any]) -> frozenset[str]:
    """The labels that a text has footnotes for."""
    return frozenset(label[1:] for label in environment.get(_NOTES, {}).get("refs", ()))


def other_places(label: str) -> tuple[str, ...]:
    """What other programs call the place of a note."""
    return f"fn:{label}", f"fn-{label}", f"fn{label}", f"user-content-fn-{label}"


def numbered(
    tokens: Sequence[Token], notes: Notes, environment: dict[str, Any], name: Name
) -> tuple[list[Token], dict[str, str]]:
    """The list of footnotes, and the names that other programs give to their places.

    `tokens` are those of the text, whose references are changed in place: to numbers that lead
    to the notes. A note that nothing refers to comes last.
    """
    found = environment.get(_NOTES, {}).get("list", {})
    cited = [each["label"] for each in found.values()]
    order = [*cited, *(label for label in notes.by_label if label not in cited)]
    numbers = {label: number for number, label in enumerate(order, start=1)}
    places = {label: name(f"fn-{number}") for label, number in numbers.items()}
    back = _refer([*tokens, *notes.tokens], numbers, places, name)
    if not order:
        return [], {}
    listed = [token for label in order for token in _item(places[label], notes, label, back, name)]
    others = {other: place for label, place in places.items() for other in other_places(label)}
    opening, closing = _block("ordered_list_open", "ol", 1), _block("ordered_list_close", "ol", -1)
    return [opening, *listed, closing], others


def _refer(
    tokens: Sequence[Token], numbers: dict[str, int], places: dict[str, str], name: Name
) -> dict[str, list[str]]:
    """Change the references; returns the places of those to each label."""
    back: dict[str, list[str]] = {}
    for before, token in pairwise([_block("", "", 0), *tokens]):
        for child in token.children or ():
            if child.type == "footnote_ref":
                label, number = child.meta["label"], numbers[child.meta["label"]]
                mine = ""
                if before.type != "heading_open":  # a page shows headings elsewhere too
                    place = name(f"fn-{number}-ref")
                    mine = f'id="{own_id(place)}" '
                    back.setdefault(label, []).append(place)
                child.type, address = "html_inline", own_address(f"#{places[label]}")
                child.content = (
                    f'<sup><a {mine}href="{address}" title="Footnote {number}">{number}</a></sup>'
                )
    return back


def _item(
    place: str, notes: Notes, label: str, back: dict[str, list[str]], name: Name
) -> Iterator[Token]:
    yield _block("list_item_open", "li", 1, attrs={"id": own_id(place)})
    names = "".join(
        f'<span id="{own_id(html.escape(one))}"></span>'
        for one in other_places(label)
        if name(one) == one
    )
    yield Token("html_block", "", 0, content=names)
    tokens = notes.by_label.get(label, [])
    arrows = "".join(
        f' <a href="{own_address(f"#{one}")}" aria-label="{BACK}">↩</a>'
        for one in back.get(label, ())
    )
    arrow = Token("html_inline", "", 0, content=arrows)
    if tokens and tokens[-1].type == "paragraph_close":
        inline = tokens[-2]
        inline.children = [*(inline.children or ()), arrow]
        yield from tokens
    else:
        yield from tokens
        yield Token("html_block", "", 0, content=f"<p>{arrows}</p>" if arrows else "")
    yield _block("list_item_close", "li", -1)


def _block(type: str, tag: str, nesting: Literal[-1, 0, 1], **more: Any) -> Token:
    return Token(type, tag, nesting, block=True, **more)
