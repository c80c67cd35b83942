"""How people mistype: four ways to ask for a known procedure by its title."""

from __future__ import annotations

import random
from collections.abc import Callable

Mistake = Callable[[str, random.Random], str]


def exact(title: str, rng: random.Random) -> str:
    """The three rare words of the title."""
    return " ".join(title.lower().split()[1:])


def one_letter_wrong(title: str, rng: random.Random) -> str:
    """One letter of the longest word replaced by another."""
    words = exact(title, rng).split()
    longest = max(range(len(words)), key=lambda place: len(words[place]))
    word = words[longest]
    place = rng.randrange(1, len(word))
    letter = rng.choice([letter for letter in "abcdefghijklmnoprstuv" if letter != word[place]])
    words[longest] = word[:place] + letter + word[place + 1 :]
    return " ".join(words)


def plural_for_singular(title: str, rng: random.Random) -> str:
    """An s behind each word that has none."""
    words = exact(title, rng).split()
    return " ".join(word if word.endswith("s") else f"{word}s" for word in words)


def last_word_cut_short(title: str, rng: random.Random) -> str:
    """The last word without its last two letters, as while typing."""
    asked = exact(title, rng)
    return asked[:-2] if len(asked.split()[-1]) > 4 else asked[:-1]


MISTAKES: dict[str, Mistake] = {
    "exact title words": exact,
    "one letter wrong": one_letter_wrong,
    "plural for singular": plural_for_singular,
    "last word cut short": last_word_cut_short,
}
