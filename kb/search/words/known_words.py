"""Words that a language has, whether a base has them or not: these are not misspelt."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kb.search.words.analysis import cut

_VOWELS = frozenset("aeiou")
_HISSING = ("s", "x", "z", "ch", "sh")


@cache
def known_words(language: str) -> frozenset[str]:
    """Lower case. None for languages of which there is no list; the model of meaning has some."""
    if language != "english":
        return frozenset()
    every = {form for word in _lines("everyday_words") for form in _forms(word)}
    return frozenset(every.union(*(map(str.lower, cut(one).words) for one in general_questions())))


@cache
def general_questions() -> tuple[str, ...]:
    """Questions of many fields, in English, about no base in particular."""
    text = Path(__file__).with_name("general_questions.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


def _lines(name: str) -> Iterator[str]:
    text = Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            yield from line.split()


def _forms(word: str) -> Iterator[str]:
    """The word, its plural, and what the endings -ed, -ing and -er make of it."""
    yield word
    yield _plural(word)
    stem = word
    if word.endswith("e"):
        stem = word[:-1]
    elif _doubles(word):
        stem = word + word[-1]
    for ending in ("ed", "ing", "er", "ers"):
        changed = word.endswith("y") and ending[0] == "e" and word[-2] not in _VOWELS
        yield (word[:-1] + "i" if changed else stem) + ending


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2] not in _VOWELS:
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(_HISSING) else "s")


def _doubles(word: str) -> bool:
    """ "plan" in "planned": one syllable, one vowel before one consonant."""
    vowels = [letter in _VOWELS for letter in word]
    return sum(vowels) == 1 and vowels[-2:] == [True, False] and word[-1] not in "wxy"
