"""A body as plain text by heading and as its list of links: all that search and checks need.

Works on block tokens alone. Parsing inlines would double the time, and the words are the same.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from markdown_it.token import Token

from kb.documents.markdown.branches import first_number, numbered_on
from kb.documents.markdown.doubt import Doubt
from kb.documents.markdown.doubts import doubts_of
from kb.documents.markdown.footnotes import labels as labels_of_notes
from kb.documents.markdown.headings import place
from kb.documents.markdown.links import Link
from kb.documents.markdown.parser import Blocks, TooLaborious, blocks, box
from kb.documents.markdown.places import named_in_html, places
from kb.documents.markdown.section_kinds import kind_of
from kb.documents.markdown.steps import step_names
from kb.documents.markdown.written_links import links_of
from kb.documents.text.plain_text import folded, plain, tidy, without
from kb.procedures.model import Section

_HIDDEN = ("script", "style", "template", "noscript", "svg", "math", "iframe", "object")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")


class Outline:
    """What a body says, without its looks."""

    def __init__(self, body: str) -> None:
        self._body = body
        try:
            self._found = blocks(body)
            self._readable = True
        except TooLaborious:
            self._found = Blocks([])
            self._readable = False

    @property
    def title(self) -> tuple[str, int] | None:
        """The first level-1 heading and its line in the body, if there is one."""
        tokens = self._found.tokens
        for index, token in enumerate(tokens):
            if token.type == "heading_open" and token.tag == "h1" and token.level == 0:
                text = tidy(plain(tokens[index + 1].content))
                if text:
                    return text, (token.map or [0])[0] + 1
        return None

    def heading_lines(self, title: str) -> dict[str, int]:
        """The line of each heading in the body, from 1, by its anchor."""
        tokens = self._found.tokens
        return {
            each.anchor: (tokens[each.index].map or [0])[0] + 1 for each in place(tokens, title)
        }

    def step_lines(self, title: str) -> dict[tuple[str, int], int]:
        """The line of each entry of the numbered lists below a heading, by its anchor and number.

        They are numbered as on the page; what is nested is not.
        """
        tokens = self._found.tokens
        anchors = {each.index: each.anchor for each in place(tokens, title)}
        lines: dict[str, list[list[int]]] = {}  # of the entries of each list, by section
        firsts: dict[str, list[int]] = {}
        section, numbered = "", False
        for index, token in enumerate(tokens):
            if index in anchors:
                section = anchors[index]
            elif token.level == 0:
                numbered = token.type == "ordered_list_open"
                if numbered:
                    lines.setdefault(section, []).append([])
                    firsts.setdefault(section, []).append(first_number(token))
            elif token.level == 1 and token.type == "list_item_open" and numbered:
                lines[section][-1].append((token.map or [0])[0] + 1)
        return {
            (section, number): line
            for section, lists in lines.items()
            for number, line in zip(
                numbered_on(
                    range(first, first + len(one))
                    for first, one in zip(firsts[section], lists, strict=True)
                ),
                chain.from_iterable(lists),
                strict=True,
            )
        }

    def sections(self, title: str) -> tuple[Section, ...]:
        """The text of each heading; a first heading that repeats the title adds none."""
        if not self._readable:
            return (Section("", "", tidy(self._body)),)
        references = self._found.environment.get("references", ())
        notes = (f"^{label}" for label in labels_of_notes(self._found.environment))
        labels = frozenset(map(folded, chain(references, notes)))
        return _sections(self._found.tokens, title, labels)

    def links(self) -> tuple[Link, ...]:
        """Every address that the body links to or shows, in order, as written."""
        return links_of(self._found)

    def doubts(self) -> tuple[Doubt, ...]:
        """What may not be shown as it was meant, in order."""
        return doubts_of(self._found)

    def places(self, title: str) -> frozenset[str]:
        """Every name that a link to a place in it may be written with."""
        found = self._found
        return places(found.tokens, place(found.tokens, title), found.environment)


def text_of_html(source: str) -> str:
    """What raw HTML says, without comments, scripts and tags."""
    source = without(source, "<!--", "-->", unclosed=True)
    lower = source.lower()
    for tag in _HIDDEN:
        if f"<{tag}" in lower:
            source = without(source, f"<{tag}", f"</{tag}>", unclosed=True)
    return html.unescape(_TAG.sub(" ", source))


def _sections(tokens: list[Token], title: str, labels: frozenset[str]) -> tuple[Section, ...]:
    every = place(tokens, title)
    named = step_names(tokens, every, frozenset(named_in_html(tokens)))
    names = {id(opening): name for opening, name in named}
    placed = [each for each in every if each.outer]
    starts = [("", "", 0)] + [(each.anchor, each.text, each.index + 3) for each in placed]
    ends = [each.index for each in placed] + [len(tokens)]
    if placed and placed[0].is_title:
        starts[1] = ("", "", starts[1][2])
    made = [
        _section(name, heading, list(_lines(tokens[start:end], labels, names)))
        for (name, heading, start), end in zip(starts, ends, strict=True)
    ]
    return tuple(each for each in made if each.heading or each.text)


def _section(name: str, heading: str, lines: list[tuple[str, str]]) -> Section:
    told = [line for line in lines if line[0]]
    steps = tuple((nth, step) for nth, (_, step) in enumerate(told) if step)
    return Section(name, heading, "\n".join(text for text, _ in told), kind_of(heading), steps)


def _lines(
    tokens: Sequence[Token], labels: frozenset[str], names: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    """Each line with the name of the step that it stands in, "" for none."""
    sign = ""
    row: list[str] | None = None  # the cells of a table's row, which is one line
    for token, step in _within_steps(tokens, names):
        if token.type == "list_item_open":
            sign = box(token)
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            yield " | ".join(filter(None, row or ())), step
            row = None
        elif token.type == "inline" and row is not None:
            row.append(tidy(plain(token.content, labels)))
        elif token.type == "inline":
            yield f"{sign} {tidy(plain(token.content, labels))}".lstrip(), step
            sign = ""
        elif token.type == "html_block":
            yield tidy(text_of_html(token.content)), step
        elif token.content:  # code, fenced or indented
            yield tidy(token.content), step


def _within_steps(tokens: Sequence[Token], names: Mapping[int, str]) -> Iterator[tuple[Token, str]]:
    """Each token with the name of the innermost entry around it."""
    around = [""]
    for token in tokens:
        if token.type == "list_item_open":
            around.append(names.get(id(token), ""))
        elif token.type == "list_item_close":
            around.pop()
        yield token, around[-1]
