"""Text into words: the same cut, folding and stemming for procedures, queries and snippets."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

LONGEST_WORD = 40  # bytes of UTF-8; longer words are cut, alike in procedures and in queries
CASE_MARKS = "\u0300-\u036f"  # accents that fold away; those of Indic scripts are letters
MARKS = CASE_MARKS + (
    "\u0483-\u0487\u0591-\u05bd\u05bf-\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
)
UNSPACED = (  # scripts written without spaces: cut into pairs of characters
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
LETTER = rf"(?:[^\W_{UNSPACED}]|[{MARKS}])"
WORD = re.compile(rf"[{UNSPACED}]+|{LETTER}+(?:['’ʼ]{LETTER}+)*")
IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
ACCENT = re.compile(f"[{CASE_MARKS}]")
JOINERS = frozenset("-‐‑–.")  # "e-mail" is found as "email" too, "U.S." as "us"
LETTERS_THAT_DO_NOT_DECOMPOSE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is looked up, and where it stands: [start, end) in the text, nth position.

    `parts` is how many words before it the joined form of a compound stands for, else 0.
    """

    word: str
    start: int
    end: int
    position: int
    parts: int = 0


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Lower case, without accents, apostrophes and compatibility forms; cut to LONGEST_WORD."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold()
        text = ACCENT.sub("", text).translate(LETTERS_THAT_DO_NOT_DECOMPOSE)
        text = unicodedata.normalize("NFC", text)
    return _cut(text.lower())


@lru_cache(maxsize=1 << 16)
def lowered(text: str) -> str:
    """The word as it is indexed: lower case, possessive and apostrophes gone, accents kept."""
    text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    text = text.lower().replace("’", "'").replace("ʼ", "'")
    text = text[:-2] if text.endswith("'s") and len(text) > 3 else text
    return _cut(text.replace("'", ""))


def _cut(text: str) -> str:
    if len(text) * 4 <= LONGEST_WORD:
        return text
    return text.encode("utf-8", "ignore")[:LONGEST_WORD].decode("utf-8", "ignore")


def tokens(text: str) -> Iterator[Token]:
    """Every word of `text` in order; a compound's joined form follows at its last part's place."""
    position = 0
    compound: list[str] = []
    previous_end = -1
    for match in WORD.finditer(text):
        start, end = match.span()
        if IS_UNSPACED.match(match[0]):
            for token in _pairs(match[0], start, position):
                yield token
                position += 1
            compound, previous_end = [], -1
            continue
        word = lowered(match[0])
        if not word:
            continue
        yield Token(word, start, end, position)
        joined = start == previous_end + 1 and text[previous_end] in JOINERS
        compound = [*compound, word] if joined and len(compound) < 5 else [word]
        if len(compound) > 1:
            yield Token(_cut("".join(compound)), start, end, position, len(compound))
        previous_end, position = end, position + 1


def _pairs(run: str, start: int, position: int) -> Iterator[Token]:
    run = unicodedata.normalize("NFKC", run)
    if len(run) == 1:
        yield Token(run, start, start + 1, position)
    for nth in range(len(run) - 1):
        yield Token(run[nth : nth + 2], start + nth, start + nth + 2, position + nth)


class Stems:
    """Snowball's stemmer for one language, with accents folded. Safe to share between threads."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._own = threading.local()  # a PyStemmer object is not safe between threads
        self.of = lru_cache(maxsize=1 << 16)(self._of)

    def _of(self, word: str) -> str:
        """The stem of a word as `tokens` gives it."""
        stemmer = getattr(self._own, "stemmer", None)
        if stemmer is None:
            stemmer = self._own.stemmer = Stemmer.Stemmer(self.language, 0)
        return folded(stemmer.stemWord(word))
