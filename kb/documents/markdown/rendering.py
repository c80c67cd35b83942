"""Markdown as a page's parts (safe HTML) and as sections (plain text)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from itertools import chain, count, pairwise
from typing import Any

from markdown_it.token import Token
from markupsafe import Markup
from msgspec import Struct

from kb.documents.markdown.branches import mark
from kb.documents.markdown.footnotes import Notes, numbered, parted
from kb.documents.markdown.headings import RESERVED_ANCHORS as RESERVED_ANCHORS
from kb.documents.markdown.headings import Placed, free, other_names, place
from kb.documents.markdown.links import Link, candidates, is_promise
from kb.documents.markdown.outline import Outline
from kb.documents.markdown.page_links import Linking
from kb.documents.markdown.parser import TooLaborious, blocks, parser
from kb.documents.markdown.places import named_in_html
from kb.documents.markdown.sanitising import own_id, sanitised
from kb.documents.markdown.section_kinds import kind_of
from kb.documents.markdown.steps import step_names
from kb.procedures.model import Section

_QUOTED = re.compile(r"<blockquote>(.*?)</blockquote>", re.DOTALL)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ASKS = re.compile(r'<li\b[^<>]* class="asks"')

Resolve = Callable[[str], str | None]
NOTICE = "This text is too long or too intricate to be laid out, so it is shown as it was written."


class Heading(Struct, frozen=True):
    """A line of the table of contents. `level` is 2 to 6."""

    level: int
    anchor: str
    text: str


class Method(Struct, frozen=True):
    """One accepted way: its heading and what stands below it."""

    name: str
    anchor: str
    html: Markup


class Part(Struct, frozen=True):
    """A level-2 heading and all below it; `html` is without that heading.

    `kind` is "text", "steps", "script", "methods", "escalation", "about" or "notes". What stands
    before the first heading has anchor "", heading "" and level 0. Of kind "methods", `html` is
    what stands before the first method.
    """

    kind: str
    anchor: str
    level: int
    heading: str
    html: Markup
    methods: tuple[Method, ...] = ()


class Page(Struct, frozen=True):
    """A procedure's body, ready for a template. `notice` says why it is shown as plain text."""

    parts: tuple[Part, ...]
    contents: tuple[Heading, ...]
    notice: str = ""

    @property
    def asks(self) -> bool:
        """Is there a step that asks, with answers to choose from?"""
        return any(part.kind == "steps" and _ASKS.search(part.html) for part in self.parts)

    @property
    def script(self) -> Part | None:
        """The first part that is to be said."""
        return next((part for part in self.parts if part.kind == "script"), None)

    @property
    def first_words(self) -> str:
        """The first sentence block of the script, as plain text; "" without one."""
        said = self.script.html if self.script else ""
        found = _QUOTED.search(said) or _PARAGRAPH.search(said)
        return " ".join(html.unescape(_TAG.sub(" ", found[1])).split()) if found else ""


class Renderer:
    """Markdown to pages. One serves all threads."""

    def render(self, body: str, base: str, resolve: Resolve, title: str = "") -> Page:
        """The page of a body. A leading H1 that says `title` is left out.

        `base` is the procedure's path; `resolve` is given the path of a relative link's target
        within the content folder and returns its URL, or None where there is none.
        """
        try:
            found = blocks(body)
            tokens, notes = parted(found.with_inlines())
            mark(tokens)
        except TooLaborious:
            return _plain_page(body)
        placed = place(tokens, title)
        return _Layout(
            found.environment, tokens, notes, placed, Linking(base, resolve, found.pictures)
        ).page()

    def sections(self, body: str, title: str = "") -> tuple[Section, ...]:
        """The body's plain text by heading, with the same anchors as the page."""
        return Outline(body).sections(title)

    def heading_lines(self, body: str, title: str = "") -> dict[str, int]:
        """The body's line of each heading, from 1, by its anchor."""
        return Outline(body).heading_lines(title)

    def step_lines(self, body: str, title: str = "") -> dict[tuple[str, int], int]:
        """The body's line of each numbered step, from 1, by its section's anchor and number."""
        return Outline(body).step_lines(title)

    def links(self, body: str) -> tuple[Link, ...]:
        """The relative links of a body, with the body's line of each."""
        return tuple(link for link in Outline(body).links() if is_promise(link.target))

    def link_paths(self, body: str, base: str) -> frozenset[str]:
        """Every path that `render` may ask `resolve` for, to look them up all at once."""
        found = Outline(body).links()
        return frozenset(path for link in found for path in candidates(link.target, base))


class _Layout:
    """One page being put together from its tokens."""

    def __init__(
        self,
        environment: dict[str, Any],
        tokens: list[Token],
        notes: Notes,
        placed: list[Placed],
        linking: Linking,
    ) -> None:
        self._tokens = tokens
        self._placed = [each for each in placed if each.outer]
        self._linking = linking
        tops = [each.index for each in self._placed if each.level == 2]
        self._ends = dict(pairwise([*tops, len(tokens)]))
        for each in placed:
            tag = f"h{each.level}"
            tokens[each.index].tag = tokens[each.index + 2].tag = tag
            tokens[each.index].attrs = {"id": own_id(each.anchor)}
        self._taken = {each.anchor for each in placed}
        self._others: dict[str, list[str]] = {}
        named = dict.fromkeys(named_in_html(tokens))
        for other, anchor in other_names(placed, named):
            self._others.setdefault(anchor, []).append(other)
        self._taken.update(*self._others.values())
        for opening, name in step_names(tokens, placed, named):
            opening.attrSet("id", own_id(name))
            self._taken.add(name)
        for each in placed:
            heading = tokens[each.index + 1]
            names = Token("html_inline", "", 0, content=self._alias(each, own_id))
            heading.children = [names, *(heading.children or ())]
        self._notes, places = numbered(tokens, notes, environment, self._new_name)
        written = {other: each.anchor for each in reversed(placed) for other in each.others}
        written |= {each.natural: each.anchor for each in reversed(placed)}
        linking.rewrite([*tokens, *self._notes], places | written)

    def _new_name(self, name: str) -> str:
        """The name, with a number where something on the page has it."""
        ways = chain([name], (f"{name}-{number}" for number in count(1)))
        new = next(each for each in ways if each not in self._taken and free(each) == each)
        self._taken.add(new)
        return new

    def page(self) -> Page:
        shown = [each for each in self._placed if not each.is_title]
        contents = tuple(Heading(each.level, each.anchor, each.text) for each in shown)
        tops = [number for number, each in enumerate(shown) if each.level == 2]
        opening = self._opening(shown[tops[0]].index if tops else len(self._tokens))
        parts = [
            self._part(shown[start], shown[start + 1 : end])
            for start, end in pairwise([*tops, len(shown)])
        ]
        return Page((*opening, *parts, *self._footnotes()), contents)

    def _footnotes(self) -> tuple[Part, ...]:
        """A part of their own, below all: not in what is to be said to a customer."""
        return (Part("notes", "", 0, "", self._html(self._notes)),) if self._notes else ()

    def _opening(self, end: int) -> tuple[Part, ...]:
        """What stands before the first heading, if anything."""
        title = next((each.index for each in self._placed if each.is_title), None)
        tokens = self._tokens[:end]
        if title is not None:
            tokens = tokens[:title] + tokens[title + 3 :]
        made = self._html(tokens)
        if not made.strip():
            return ()
        whole = end == len(self._tokens)
        kind = "steps" if whole and _has_steps(tokens) else "text"
        return (Part(kind, "", 0, "", made),)

    def _part(self, heading: Placed, inner: list[Placed]) -> Part:
        start, end = heading.index + 3, self._ends[heading.index]
        tokens = self._tokens[start:end]
        kind = kind_of(heading.text)
        top = min((each.level for each in inner), default=0)
        named = [each for each in inner if each.level == top]
        if (kind == "steps" and not _has_steps(tokens)) or (kind == "methods" and not named):
            kind = "text"
        if kind != "methods":
            made = self._others_of(heading) + self._html(tokens)
            return Part(kind, heading.anchor, 2, heading.text, made)
        starts = [each.index for each in named]
        methods = tuple(
            Method(
                each.text,
                each.anchor,
                self._others_of(each) + self._html(self._tokens[each.index + 3 : stop]),
            )
            for each, stop in zip(named, [*starts[1:], end], strict=True)
        )
        before = self._others_of(heading) + self._html(self._tokens[start : starts[0]])
        return Part(kind, heading.anchor, 2, heading.text, before, methods)

    def _others_of(self, heading: Placed) -> Markup:
        """Places for links that call the heading as other programs do."""
        return Markup(self._alias(heading, str))

    def _alias(self, heading: Placed, id: Callable[[str], str]) -> str:
        others = self._others.get(heading.anchor, ())
        return "".join(f'<span id="{html.escape(id(one))}"></span>' for one in others)

    def _html(self, tokens: list[Token]) -> Markup:
        made = parser().renderer.render(tokens, parser().options, {})
        return sanitised(made, self._linking.address, self._taken) if made else Markup()


def _has_steps(tokens: list[Token]) -> bool:
    return any(token.type == "ordered_list_open" and token.level == 0 for token in tokens)


def _plain_page(body: str) -> Page:
    paragraphs = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", body))
    made = "\n".join(
        f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs if part
    )
    return Page((Part("text", "", 0, "", Markup(made)),), (), NOTICE)
