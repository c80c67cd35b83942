"""The names of a text's steps, for links to lead to: `step-3`, and `step-3-2` within it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count

from markdown_it.token import Token

from kb.documents.markdown.branches import Item, numbered_on, numbers, sections
from kb.documents.markdown.headings import Placed
from kb.documents.markdown.section_kinds import kind_of

_SHORT = "step-"
_BEFORE_ANY = "opening"  # stands for the heading of what has none


def step_names(
    tokens: Sequence[Token], placed: Sequence[Placed], written: Iterable[str]
) -> list[tuple[Token, str]]:
    """Each entry of the numbered lists, as its opening token, with its name.

    The main steps have short names, those of other sections begin with their heading's. `written`
    are names that the text itself gives; what it or a heading is called goes before.
    """
    headings = ["", *("" if each.is_title else each.anchor for each in placed if each.outer)]
    found = [pair for pair in zip(headings, sections(tokens), strict=True) if pair[1]]
    texts = {each.anchor: each.text for each in placed}
    kinds = [kind_of(texts.get(anchor, "")) for anchor, _ in found]
    main = kinds.index("steps") if "steps" in kinds else 0
    taken = {name for each in placed for name in (each.anchor, each.natural, *each.others)}
    taken.update(written)
    return [
        named
        for nth, (anchor, items) in enumerate(found)
        for named in _named(items, _beginning(anchor or _BEFORE_ANY, nth == main, taken))
    ]


def _beginning(anchor: str, main: bool, taken: set[str]) -> str:
    """What the names of a section's steps begin with, so that nothing else has one of them."""
    others = (f"{anchor}-{_SHORT * times}" for times in count(1))
    ways = chain([_SHORT] if main else [], others)
    return next(way for way in ways if not any(_begins(name, way) for name in taken))


def _begins(name: str, beginning: str) -> bool:
    return name.startswith(beginning) and name[len(beginning) :][:1].isdigit()


def _named(items: Sequence[Item], beginning: str) -> Iterator[tuple[Token, str]]:
    """Numbered as on the page; bullets within a step, such as answers, from 1 on."""
    for number, item in zip(numbers(items), items, strict=True):
        yield from _with_inner(item, f"{beginning}{number}")


def _with_inner(item: Item, name: str) -> Iterator[tuple[Token, str]]:
    yield item.opening, name
    inner = numbered_on([numbers(item.ordered), range(1, len(item.bullets) + 1)])
    for number, each in zip(inner, [*item.ordered, *item.bullets], strict=True):
        yield from _with_inner(each, f"{name}-{number}")
