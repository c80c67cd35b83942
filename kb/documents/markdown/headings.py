"""The headings of a body: their anchors and levels, the same for the page and for search. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from markdown_it.token import Token
from msgspec import Struct
from msgspec.structs import replace

from kb.documents.text.plain_text import anchor, folded, plain, tidy

# Names that pages themselves give to their elements; a heading of that name gets another.
RESERVED_ANCHORS = frozenset(
    "main search helpful content contents related feedback methods nav navigation top menu footer"
    " header title query results owner review vote reason comment skip notice warning toc ask"
    " page department status faults keywords helpful-title vote-comment vote-comment-wrong"
    " vote-reason-wrong vote-reason-1 vote-reason-2 vote-reason-3 vote-reason-4"
    " vote-reason-5 near opened-next suggestions backup-at-work".split()
)
# Beginnings of names that pages give to their elements, in the editor, say, around a preview.
_RESERVED_BEGINNINGS = ("w-", "doubt-", "ask-", "vote-", "inbox-", "suggestions", "must-")


_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]")


def free(name: str) -> str:
    """The name as an element of a text may bear it: those of the page's own get a number."""
    reserved = name in RESERVED_ANCHORS or name.startswith(_RESERVED_BEGINNINGS)
    return f"{name}-1" if reserved else name


class Placed(Struct, frozen=True):
    """A heading found at `index` among the tokens (that of its heading_open).

    `level` is 2 to 6 as shown. `outer` is false within a list or a quote. `is_title` marks the
    first one when it only repeats the page's title: it is not shown.
    """

    index: int
    level: int
    text: str
    anchor: str
    outer: bool
    is_title: bool = False
    natural: str = ""  # the name before it was made free and unique, as links are written
    others: tuple[str, ...] = ()  # what other programs call it, where nothing else is called so


def place(tokens: Sequence[Token], title: str) -> list[Placed]:
    """All headings in order. The highest level in use becomes 2, below the page's own title."""
    opens = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    if not opens:
        return []
    texts = [tidy(plain(_FOOTNOTE.sub("", tokens[index + 1].content))) for index in opens]
    levels = [int(tokens[index].tag[1]) for index in opens]
    outer = [tokens[index].level == 0 for index in opens]
    leads = levels[0] == 1 and outer[0]
    lone = leads and levels.count(1) == 1  # a title in words of its own, say
    is_title = leads and bool(title) and folded(texts[0]) == folded(title)
    aside = 1 if lone or is_title else 0
    counted = [level for level, top in zip(levels[aside:], outer[aside:], strict=True) if top]
    shift = 2 - min(counted, default=2)
    shown = [2 if lone and level == 1 else min(6, max(2, level + shift)) for level in levels]
    used = dict.fromkeys(RESERVED_ANCHORS, 0)
    names = [_name(tokens[index + 1], text) for index, text in zip(opens, texts, strict=True)]
    placed = [
        Placed(
            index,
            shown[number],
            texts[number],
            _unique(names[number], used),
            outer[number],
            is_title and number == 0,
            names[number],
        )
        for number, index in enumerate(opens)
    ]
    return [
        replace(each, others=tuple(dict.fromkeys(called) - {each.anchor: 0}.keys()))
        for each, *called in zip(placed, *_elsewhere(names, texts), strict=True)
    ]


def other_names(placed: Sequence[Placed], taken: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """(Other name, anchor) of what links from elsewhere may be written with, as far as free."""
    seen = {each.anchor for each in placed} | {*taken}
    for each in placed:
        for other in each.others:
            if other not in seen and free(other) == other:
                seen.add(other)
                yield other, each.anchor


def _elsewhere(names: list[str], texts: list[str]) -> Iterator[Iterator[str]]:
    """What GitHub, GitLab and MkDocs call the headings, each in its own way of counting."""
    yield _counted(names, "-")
    yield _counted([re.sub(r"-{2,}", "-", name) for name in names], "-")
    slugs = [
        _mkdocs(text) if anchor(text) == name else name
        for name, text in zip(names, texts, strict=True)
    ]
    yield _counted(slugs, "_")


def _mkdocs(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower()) or "_"


def _counted(names: list[str], sign: str) -> Iterator[str]:
    used: dict[str, int] = {}
    for name in names:
        yield _unique(name, used, sign)


def _name(heading: Token, text: str) -> str:
    """The name that the writer chose, or else one made from the words."""
    return anchor(str(heading.meta.get("name", ""))) or anchor(text) or "section"


def _unique(name: str, used: dict[str, int], sign: str = "-") -> str:
    """The name, or `name-1`, `name-2` …; `used` remembers the last number, to count only once."""
    candidate = name
    while candidate in used:
        used[name] = used.get(name, 0) + 1
        candidate = f"{name}{sign}{used[name]}"
    used[candidate] = 0
    return candidate
