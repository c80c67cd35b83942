"""What was typed → what is asked for. Pure; every text is a valid query."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.search.words.analysis import folded, tokens

MOST_CHARACTERS = 4000  # what stands after them is not searched for
MOST_WORDS = 60  # different ones
LONGEST_ID = 200  # characters
OPERATOR = re.compile(r'(?<!\S)(department|keyword|owner):\s?("[^"]*"|[^\s"]+)', re.IGNORECASE)
PHRASE = re.compile(r'"([^"]*)"')
EXCLUDED = re.compile(r"(?<!\S)-(\w[^\s\"]*)")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]+")
CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it is meant.

    `words` in the order typed (those of phrases too), `phrases` stand together in a hit,
    `excluded` in no hit. `compounds` are (first, after the last, joined form) of the words that
    were typed as one ("e-mail"). A hit has all of `departments`, `keywords` and `owners` that are
    named. `plain` is the text without operators, for its meaning. `ids` are the folded ids that
    the whole text may be: "SHP 014" too.
    """

    text: str
    plain: str
    words: tuple[str, ...] = ()
    compounds: tuple[tuple[int, int, str], ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    @property
    def narrows(self) -> bool:
        """Does it rule out more than what has none of the words?"""
        return bool(self.excluded or self.phrases or self.filtered)

    @property
    def filtered(self) -> bool:
        """Does an operator narrow it down?"""
        return bool(self.departments or self.keywords or self.owners)


def parse(text: str) -> Query:
    """The query that a person typed."""
    id = folded(text.strip()[:LONGEST_ID])
    text = CONTROL.sub(" ", text[:MOST_CHARACTERS]).translate(CURLY).strip()
    named: dict[str, list[str]] = {"department": [], "keyword": [], "owner": []}
    rest = OPERATOR.sub(lambda found: _take(found, named), text)
    excluded = tuple(word for typed in EXCLUDED.findall(rest) for word in _whole(typed))
    plain = EXCLUDED.sub(" ", rest)
    if not _words(plain) and not any(named.values()):  # nothing but -words: nothing to take from
        excluded, plain = (), rest
    phrases = tuple(filter(None, (_words(typed) for typed in PHRASE.findall(plain))))
    return Query(
        text,
        plain.replace('"', " ").strip(),
        _words(plain)[:MOST_WORDS],
        _compounds(plain),
        phrases[:5],
        excluded[:MOST_WORDS],
        tuple(named["department"]),
        tuple(named["keyword"]),
        tuple(named["owner"]),
        (id, "-".join(id.split())),
    )


def _take(found: re.Match[str], named: dict[str, list[str]]) -> str:
    value = found[2].strip('"').strip()
    if value:
        named[found[1].lower()].append(value)
    return " "


def _words(text: str) -> tuple[str, ...]:
    """Words in order, without the joined forms of compounds."""
    return tuple(token.word for token in tokens(text) if not token.parts)


def _compounds(text: str) -> tuple[tuple[int, int, str], ...]:
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
