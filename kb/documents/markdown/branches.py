"""Decisions in a text: numbered steps that ask, their answers and what follows them. Pure.

A step asks when its first paragraph holds a question and the bullets below it are answers: a few
words, a colon and what follows, which may be further steps or another question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from markdown_it.token import Token
from msgspec import Struct, field

from kb.documents.markdown.doubt import Doubt

_ASKS = re.compile(r"\?(?:\s|$)")
_ANSWER = re.compile(r"[*_]{0,3}([^:\n*_`\[\]]{1,60})[*_]{0,3}:[*_]{0,3}(?!\S)\s*(.*)", re.DOTALL)
_BARE = re.compile(r"[*_]{0,3}([^:\n*_`\[\]?.]{1,40})[*_]{0,3}")
_TO_STEP = re.compile(
    r"\b(?:go|continue|carry on|skip|jump|return|back|again)\b[^.;?!\n]{0,40}?\bstep\s+(\d{1,3})\b",
    re.IGNORECASE,
)
# What ends the procedure below an answer: "stop here", "you are done", "follow" and a link.
_STOPS = re.compile(
    r"\b(?:stop|end|finish) here\b"
    r"|(?:^|[.;:,]\s+|\b(?:and|then|just|simply)\s+)"
    r"(?:stop|finish|(?:all )?done|finished|nothing (?:more|else|further)(?: is)? to (?:be done|do)"
    r"|(?:you are|you're|that is|that's|this is) (?:done|all|it|finished|the end)"
    r"|(?:the|this) procedure (?:ends|stops)(?: here)?)(?=[.;!]|$)",
    re.IGNORECASE,
)
_LINK = r"(?:\[\[[^\]\n]+\]\]|\[[^\]\n]*\]\([^)\n]*\))[.!]?"
_LEAVES = re.compile(
    r"(?:^|[.;:,]\s+|\b(?:and|then)\s+)(?:please\s+)?"
    rf"(?:follow|(?:go|go on|continue|switch|over) (?:to|with|in)|start|it is|this is) {_LINK}$"
    rf"|^(?:(?:please )?(?:see|use|open|do) )?{_LINK}$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\*[^*\n]+\*|\[[^\]\n]*\]")  # *When to escalate* is no condition
_PERHAPS = re.compile(r"\?|\b(?:if|when|unless|otherwise|else|where|in case)\b", re.IGNORECASE)
_MOST = 200  # steps of a section from which loops are looked for: the work grows by its square
_LISTS = ("ordered_list_open", "bullet_list_open")
_LIST_ENDS = ("ordered_list_close", "bullet_list_close")


class Answer(Struct, frozen=True):
    """What may be said to a question. `to` is the number of the step it leads to, 0 for none."""

    line: int
    label: str
    text: str
    to: int
    then: tuple[Step, ...]


class Step(Struct, frozen=True):
    """One step; with answers, one that asks. `line` is the body's, from 1."""

    line: int
    text: str
    to: int
    answers: tuple[Answer, ...] = ()


class Item(Struct):
    """An entry of a list as it stands among the tokens."""

    opening: Token
    texts: list[str] = field(default_factory=list)
    first: int | None = None  # the number that its list begins with, where it is the first of one
    ordered: list[Item] = field(default_factory=list)
    bullets: list[Item] = field(default_factory=list)

    @property
    def line(self) -> int:
        return (self.opening.map or [0])[0] + 1

    @property
    def said(self) -> str:
        return self.texts[0] if self.texts else ""


def branches(tokens: Sequence[Token]) -> list[tuple[Step, ...]]:
    """The steps of each section that has some: its numbered lists, numbered through."""
    return [tuple(map(_step, items)) for items in sections(tokens)]


def numbered_on(lists: Iterable[Sequence[int]]) -> list[int]:
    """The numbers of a section's steps, those of its lists as they are shown.

    A list that would repeat a number of one above it is numbered on.
    """
    numbers: dict[int, None] = {}
    for own in lists:
        repeats = len(set(own)) < len(own) or not numbers.keys().isdisjoint(own)
        first = max([0, *numbers]) + 1
        numbers.update(dict.fromkeys(range(first, first + len(own)) if repeats else own))
    return list(numbers)


def first_number(opening: Token) -> int:
    """The number with which a numbered list begins."""
    start = opening.attrGet("start")
    return 1 if start is None else int(start)


def mark(tokens: Sequence[Token]) -> None:
    """Gives the entries that ask and that answer a class each, for the page to know them by."""
    for items in sections(tokens):
        for item in items:
            _mark(item, item.said)


def doubts_in(tokens: Sequence[Token]) -> Iterator[Doubt]:
    """Answers that lead nowhere or round in a circle, and questions with one answer."""
    for items in sections(tokens):
        steps = dict(zip(numbers(items), map(_step, items), strict=True))
        ways = _ways(steps)
        ahead = {to: _reached(to, ways) for to in sorted(ways)[:_MOST]}
        for number, step in steps.items():
            for asking in _asking(step):
                yield from _doubts_of(asking, number, ahead, set(steps))


def _doubts_of(
    step: Step, number: int, ahead: dict[int, set[int]], there: set[int]
) -> Iterator[Doubt]:
    if len(step.answers) == 1:
        message = f'the question has one answer, "{step.answers[0].label}"'
        yield Doubt(step.line, "one-answer", message, "add what else may be answered")
    for each in step.answers:
        if not each.text and not each.then:
            message = f'the answer "{each.label}" leads nowhere'
            remedy = 'write what follows behind the colon, if only "go on"'
            yield Doubt(each.line, "answer-nowhere", message, remedy)
        elif each.to and each.to not in there:
            message = f'the answer "{each.label}" leads to step {each.to}, and there is none'
            yield Doubt(each.line, "answer-nowhere", message, "name a step of this section")
        elif number in ahead.get(each.to, ()):
            message = f'the answer "{each.label}" leads to step {each.to} and so back here: a loop'
            remedy = "say what to do when it comes here again, and lead on from there"
            yield Doubt(each.line, "answer-loop", message, remedy)


def _asking(step: Step) -> Iterator[Step]:
    """The step where it asks, and all further questions that its answers hold."""
    if step.answers:
        yield step
    for answer in step.answers:
        for then in answer.then:
            yield from _asking(then)


def _ways(steps: Mapping[int, Step]) -> dict[int, set[int]]:
    """Where each step of a section may lead: to the next one, and where it or an answer says."""
    following = dict(pairwise([*steps, 0]))
    ways = {number: {following[number]} for number in steps}
    for number, step in steps.items():
        ways[number].add(step.to)
        if answers := [answer for asking in _asking(step) for answer in asking.answers]:
            on = any(not (answer.to or ends(answer.text)) for answer in answers)
            aside = {following[number]} if on else set()
            ways[number] = aside | {answer.to for answer in answers}
    return ways


def _reached(start: int, ways: dict[int, set[int]]) -> set[int]:
    """All steps that one may come to from a step, itself among them."""
    seen: set[int] = set()
    ahead = {start}
    while ahead:
        seen |= ahead
        ahead = {to for at in ahead for to in ways.get(at, ())} - seen
    return seen


def _step(item: Item) -> Step:
    return _step_saying(item, item.said)


def _step_saying(item: Item, said: str) -> Step:
    answers = tuple(map(_answer, item.bullets)) if _asks(item, said) else ()
    return Step(item.line, said, _to(said), answers)


def _answer(item: Item) -> Answer:
    label, rest = _parted(item.said)
    text = "\n".join(one for one in (rest, *item.texts[1:]) if one)
    if _asks(item, rest):
        return Answer(item.line, label, text, 0, (_step_saying(item, rest),))
    then = tuple(map(_step, item.ordered or item.bullets))
    return Answer(item.line, label, text, _to(text), then)


def _asks(item: Item, said: str) -> bool:
    """Does it ask, with nothing but answers below it, one of them with what follows?"""
    if not item.bullets or not _ASKS.search(said.replace("*", "").replace("_", "")):
        return False
    told = [_ANSWER.fullmatch(each.said) for each in item.bullets]
    bare = (_BARE.fullmatch(each.said) for each in item.bullets)
    return any(told) and all(one or two for one, two in zip(told, bare, strict=True))


def _parted(said: str) -> tuple[str, str]:
    """An answer's few words, and what stands behind the colon."""
    found = _ANSWER.fullmatch(said)
    return (found[1].strip(), found[2].strip()) if found else (said.strip("*_ "), "")


def _to(text: str) -> int:
    found = _TO_STEP.search(text)
    return int(found[1]) if found else 0


def _mark(item: Item, said: str, within: bool = False) -> None:
    """`within` an answer, an entry may end the procedure."""
    if _asks(item, said):
        item.opening.attrJoin("class", "asks")
        for answer in item.bullets:
            answer.opening.attrJoin("class", "answer")
            _mark(answer, _parted(answer.said)[1], within=True)
    elif within and _ends(item):
        item.opening.attrJoin("class", "ends")
    for each in item.ordered:
        _mark(each, each.said, within)


def _ends(item: Item) -> bool:
    """Is nothing to be done behind it: does it stop, or lead to another procedure?"""
    said = "\n".join(item.texts)
    return not (item.ordered or item.bullets or _to(said)) and ends(_parted(said)[1] or said)


def ends(said: str) -> bool:
    """Is that the end, whatever else holds?"""
    bare = said.replace("*", "").strip()
    return not _PERHAPS.search(_NAMED.sub("", said)) and bool(
        _STOPS.search(bare) or _LEAVES.search(bare)
    )


def numbers(items: Sequence[Item]) -> list[int]:
    lists: list[list[int]] = []
    for item in items:
        if item.first is None:
            lists[-1].append(lists[-1][-1] + 1)
        else:
            lists.append([item.first])
    return numbered_on(lists)


def sections(tokens: Sequence[Token]) -> Iterator[list[Item]]:
    """The numbered entries below each heading."""
    section: list[Token] = []
    for token in tokens:
        if token.type == "heading_open" and token.level == 0:
            yield _numbered(section)
            section = []
        section.append(token)
    yield _numbered(section)


def _numbered(section: Sequence[Token]) -> list[Item]:
    """The entries of a section's numbered lists, each with the lists in it."""
    found: list[Item] = []
    within: list[Item] = []
    lists: list[bool] = []  # of those around, whether they are numbered
    begins: int | None = None
    for token in section:
        if token.type in _LISTS:
            lists.append(token.type == "ordered_list_open")
            begins = first_number(token) if token.type == "ordered_list_open" else None
        elif token.type in _LIST_ENDS:
            lists.pop()
        elif token.type == "list_item_open":
            item, begins = Item(token, first=begins), None
            _entries_around(within, found, lists[-1], token.level).append(item)
            within.append(item)
        elif token.type == "list_item_close":
            within.pop()
        elif within and token.content:
            within[-1].texts.append(token.content)
    return found


def _entries_around(
    within: list[Item], found: list[Item], numbered: bool, level: int
) -> list[Item]:
    """Where an entry belongs; what stands in no numbered list of the section is dropped."""
    if within:
        return within[-1].ordered if numbered else within[-1].bullets
    return found if numbered and level == 1 else []
