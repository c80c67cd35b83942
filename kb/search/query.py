"""What is asked, and what was typed → what is meant. Pure; every text is a valid query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from msgspec import Struct

from kb.procedures.visibility import Reader
from kb.search.filters import FILTERS, TYPED, Values
from kb.search.words.analysis import folded, title_key, tokens
from kb.search.words.other_forms import number_as_dialled

MOST_CHARACTERS = 4000  # what stands after them is not searched for
MOST_WORDS = 60  # different ones
LONGEST_ID = 200  # characters
# What is quoted is meant as it is written: no operator, nothing to leave out.
OPERATOR = re.compile(rf'"[^"]*"|(?<!\S)({"|".join(TYPED)}):\s?("[^"]*"|[^\s"]+)', re.IGNORECASE)
PHRASE = re.compile(r'"([^"]*)"')
EXCLUDED = re.compile(r'"[^"]*"|(?<!\S)-(\w[^\s"]*)')
APOSTROPHE = re.compile("['’ʼ]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]+")
CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


class Lookup(NamedTuple):
    """One search as it is asked: what was typed, by whom, when, and which of the hits are shown.

    `today` is None where no day is asked for. `chosen` are filters beside the text. The hits are
    `limit` from `offset` on; without `counts` nothing is counted but the total. `prefix`: the last
    word is unfinished. `closely`: a sentence encoder is asked, where there is one; not while
    somebody types. A tuple, because answers are kept by it: it is made and compared at once.
    """

    text: str
    reader: Reader
    today: date | None = None
    chosen: Values = ()
    offset: int = 0
    limit: int = 10
    prefix: bool = False
    counts: bool = True
    closely: bool = True

    @property
    def most(self) -> int:
        """How many of the best must be in order."""
        return self.offset + self.limit


Compound = tuple[int, int, str]  # the first of its words, after the last, all as one


class Query(Struct, frozen=True):
    """A search as it is meant.

    `words` in the order typed (those of phrases too), `phrases` stand together in a hit,
    `excluded` in no hit. `compounds` are (first, after the last, joined form) of the words that
    were typed as one ("e-mail"). `as_one` are those that are part of no other and have no
    apostrophe, and numbers in groups, and of how many words each is. A hit has the value of each
    of the `filters` that were typed. `plain` is the text without operators, for its meaning. `ids`
    are the folded ids that the whole text may be: "SHP 014" too. `title` is the key of the title
    that it may be.
    """

    text: str
    plain: str
    words: tuple[str, ...] = ()
    compounds: tuple[Compound, ...] = ()
    as_one: tuple[tuple[str, int], ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()
    filters: Values = ()
    ids: tuple[str, ...] = ()
    title: int = 0

    @property
    def narrows(self) -> bool:
        """Does it rule out more than what has none of the words?"""
        return bool(self.excluded or self.phrases or self.filters)


def parse(text: str, plainly: bool = False) -> Query:
    """The query that a person typed. `plainly`: every sign in it is text, as in a title."""
    id = folded(text.strip()[:LONGEST_ID])
    text = CONTROL.sub(" ", text[:MOST_CHARACTERS]).translate(CURLY).strip()
    filters: list[tuple[str, Any]] = []
    out: list[str] = []
    if plainly:
        plain, key = text.replace('"', " "), 0
    else:
        key = title_key(text)
        rest = OPERATOR.sub(lambda found: _take(found, filters), text)
        plain = EXCLUDED.sub(lambda found: _leave_out(found, out), rest)
        if not _words(plain) and not filters:  # nothing but -words: nothing to take from
            out, plain = [], rest
    excluded = tuple(word for typed in out for word in _whole(typed))
    phrases = tuple(filter(None, (_words(typed) for typed in PHRASE.findall(plain))))
    return Query(
        text,
        plain.replace('"', " ").strip(),
        _words(plain)[:MOST_WORDS],
        _compounds(plain),
        (*_whole_compounds(plain), *_numbers(_words(plain)[:MOST_WORDS])),
        phrases[:5],
        excluded[:MOST_WORDS],
        tuple(filters),
        (id, "-".join(id.split())),
        key,
    )


def _take(found: re.Match[str], filters: list[tuple[str, Any]]) -> str:
    """What is left of it in the text: nothing, or all of it where it makes no sense."""
    if found[1] is None:
        return found[0]
    name, said = found[1].lower(), found[2].strip('"').strip()
    value = FILTERS[name].read(said) if said else None
    if said and value is None:
        return found[0]
    if said:
        filters.append((name, value))
    return " "


def _leave_out(found: re.Match[str], out: list[str]) -> str:
    """What is left of it in the text. A word with a digit is a code: "error -1009"."""
    if found[1] is None or any(map(str.isdigit, found[1])):
        return found[0]
    out.append(found[1])
    return " "


def _words(text: str) -> tuple[str, ...]:
    """Words in order, without the joined forms of compounds."""
    return tuple(token.word for token in tokens(text) if not token.parts)


def _whole_compounds(text: str) -> Iterator[tuple[str, int]]:
    every = _compounds(APOSTROPHE.sub(" ", text))
    for first, last, joined in every:
        if not any(a <= first and last <= b and one != joined for a, b, one in every):
            yield joined, last - first


def _numbers(words: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Each run of words of digits that may be a telephone number: "020 555 0134"."""
    for digits, run in groupby(words, str.isdigit):
        parts = list(run)
        if digits and len(parts) > 1 and number_as_dialled("".join(parts)):
            yield "".join(parts), len(parts)


def _compounds(text: str) -> tuple[Compound, ...]:
    found, count = [], 0
    for token in tokens(text):
        if token.parts:
            found.append((count - token.parts, count, token.word))
        elif (count := count + 1) > MOST_WORDS:
            break
    return tuple(one for one in found if one[1] <= MOST_WORDS)


def _whole(text: str) -> tuple[str, ...]:
    """Words in order; of a compound its joined form alone."""
    compounds = _compounds(text)
    return (compounds[-1][2],) if compounds else _words(text)
