"""Text into words: the same cut, folding and stemming for procedures, queries and snippets."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from typing import NamedTuple

import Stemmer

from kb.search.words import dutch

LONGEST_WORD = 40  # bytes of UTF-8; longer words are cut, alike in procedures and in queries
CASE_MARKS = "\u0300-\u036f"  # accents that fold away; those of Indic scripts are letters
MARKS = CASE_MARKS + (
    "\u0483-\u0487\u0591-\u05bd\u05bf-\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
)
# Scripts without spaces, and Korean, whose particles cling to its words: cut into pairs.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U00020000-\U0003ffff"
)
LETTERS = rf"(?:[^\W_{UNSPACED}]+|[{MARKS}])+"  # nothing must follow: it cannot backtrack
_WORD = rf"[{UNSPACED}]+|{LETTERS}(?:['’ʼ]{LETTERS})*"
ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")  # the same, 20 times as fast
STRAY_APOSTROPHE = re.compile(r"(?:^|[ '])'|'(?:$| )")
_SPACED = {n: chr(n) if chr(n).isalnum() or chr(n) == "'" else " " for n in range(128)}
FIRST_UNSPACED = "\u0e00"
COMPOUND = re.compile(r"[-.](?=\w)(?<=\w.)")  # of ASCII words: what stands between them
# What is left of a word before an apostrophe: of French and Italian articles and the like.
_ALONE = r"(?<![\w'’ʼ])"
_REST = r"\w[-‐‑–.]?\w"
ELIDED = rf"{_ALONE}(?:[cdjlmnst]|qu|un|all|dall|dell|nell|sull)(?=['’ʼ]{_REST})"
IS_ELIDED = re.compile(  # the same, 20 times as fast: from the apostrophe backwards
    rf"['’ʼ](?={_REST})(?:(?<={_ALONE}[cdjlmnst].)|(?<={_ALONE}qu.)|(?<={_ALONE}un.)"
    rf"|(?<={_ALONE}all.)|(?<={_ALONE}dall.)|(?<={_ALONE}dell.)|(?<={_ALONE}nell.)|(?<={_ALONE}sull.))",
    re.IGNORECASE,
)
HIRAGANA = re.compile(r"[\u3041-\u309f]+")
IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
ACCENT = re.compile(f"[{CASE_MARKS}]")
APOSTROPHES = frozenset("'’ʼ")
JOINERS = APOSTROPHES | set("-‐‑–.")  # "e-mail" is found as "email" too, "U.S." as "us"
LETTERS_THAT_DO_NOT_DECOMPOSE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


class TextWord(NamedTuple):
    """A word as it is looked up, and where it stands: [start, end) in the text, nth position.

    `parts` is how many words before it the joined form of a compound stands for, else 0.
    """

    word: str
    start: int
    end: int
    position: int
    parts: int = 0


class Cut(NamedTuple):
    """A text's words in order, one a position, as they are looked up and as they are written.

    `starts` are where they begin in the text; `joined` has the joined form of each compound, by
    the position of its last part, and how many parts that form has.
    """

    words: list[str]
    written: list[str]
    starts: list[int]
    joined: dict[int, tuple[str, int]]


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


def cut(text: str, starts: bool = True) -> Cut:
    """All words of `text` at once: the form that indexing and snippets use, for its speed.

    Without `starts` these may be left out; `starts_at` finds some of them.
    """
    if text.isascii() and not has_parts(text):
        every = _ascii_words(text)
        places = [match.start() for match in ASCII_WORD.finditer(text)] if starts else []
        return Cut(_all_lowered(every), every, places, {})
    found = Cut([], [], [], {})
    words, written, places, joined = found
    compound: list[str] = []
    previous_end, dots = -1, False
    for match in _words_of(text).finditer(text):
        raw, start = match[0], match.start()
        if raw[0] >= FIRST_UNSPACED and IS_UNSPACED.match(raw):
            _add_pairs(raw, start, found)
            compound, previous_end = [], -1
            continue
        word = lowered(raw)
        if not word:
            continue
        if start == previous_end + 1 and text[previous_end] in JOINERS and len(compound) < 5:
            compound.append(word)
            if len(compound) > 1:
                dots = text[previous_end] == "." and (len(compound) == 2 or dots)
                joined[len(words)] = _cut(_joined(compound, dots)), len(compound)
            if text[previous_end] in APOSTROPHES:
                compound = [word]  # "l'e-mail" is no "lemail"
        else:
            compound = [word]
        words.append(word)
        written.append(raw)
        places.append(start)
        previous_end = match.end()
    return found


def _joined(parts: list[str], dots: bool) -> str:
    """As one word. The dots stay in "2.4.1", which is neither 24.1 nor 241, but not in "10.000"."""
    numbered = dots and any(map(str.isdigit, "".join(parts)))
    thousands = all(part.isdigit() and len(part) == 3 for part in parts[1:])
    return (".", "")[not numbered or thousands].join(parts)


def has_parts(text: str) -> bool:
    """May an ASCII text have words that are made of several?"""
    return bool(COMPOUND.search(text) or ("'" in text and IS_ELIDED.search(text)))


def _words_of(text: str) -> re.Pattern[str]:
    """What matches its words; "l'adresse" is two of them."""
    return word_pattern(text.isascii(), IS_ELIDED.search(text) is not None)


@cache
def word_pattern(are_ascii: bool, elided: bool = False) -> re.Pattern[str]:
    """What matches a word; with `elided`, the "l" of "l'adresse" is one of its own.

    Compiled when it is needed: its sets of characters take as long as a small library.
    """
    word = ASCII_WORD.pattern if are_ascii else _WORD
    return re.compile(rf"(?i:{ELIDED})|{word}" if elided else word)


def _ascii_words(text: str) -> list[str]:
    """All ASCII_WORDs of an ASCII text: split at what is none, where apostrophes allow that."""
    spaced = text.translate(_SPACED)
    if "'" in spaced and STRAY_APOSTROPHE.search(spaced):
        return ASCII_WORD.findall(text)
    return spaced.split()


def _all_lowered(every: list[str]) -> list[str]:
    """`lowered` of each ASCII word; at once where none needs a closer look."""
    joined = " ".join(every)
    if "'" in joined or max(map(len, every), default=0) > LONGEST_WORD:
        return list(map(lowered, every))
    return joined.lower().split(" ") if every else []


def starts_at(text: str, found: Cut, numbers: list[int]) -> list[int]:
    """Where the words of these numbers, ascending, begin in a text that was cut so."""
    if found.starts:
        return [found.starts[number] for number in numbers]
    at = passed = 0
    starts = []
    for number in numbers:
        skipped = _words_in_a_row(number - passed).match(text, at)
        following = ASCII_WORD.search(text, skipped.end() if skipped else at)
        at, passed = following.start() if following else len(text), number
        starts.append(at)
    return starts


@lru_cache(maxsize=256)
def _words_in_a_row(count: int) -> re.Pattern[str]:
    """So many words and what stands before each."""
    return re.compile(rf"(?:[^A-Za-z0-9]*+[A-Za-z0-9]++(?:'[A-Za-z0-9]++)*+){{{count}}}")


def is_unspaced(word: str) -> bool:
    """Is it of a script that is cut into pairs of characters?"""
    return word >= FIRST_UNSPACED and IS_UNSPACED.match(word) is not None


def is_grammar(word: str) -> bool:
    """Is it a pair in hiragana alone? Most of those are endings and particles."""
    return HIRAGANA.fullmatch(word) is not None


def _add_pairs(run: str, start: int, found: Cut) -> None:
    run = unicodedata.normalize("NFKC", run)
    pairs = [run[nth : nth + 2] for nth in range(len(run) - 1)] or [run]
    found.words.extend(pairs)
    found.written.extend(pairs)
    found.starts.extend(range(start, start + len(pairs)))


def tokens(text: str) -> Iterator[TextWord]:
    """Every word of `text` in order; a compound's joined form follows at its last part's place."""
    words, written, starts, joined = cut(text)
    for position, (word, raw, start) in enumerate(zip(words, written, starts, strict=True)):
        yield TextWord(word, start, start + len(raw), position)
        if position in joined:
            yield TextWord(
                joined[position][0], start, start + len(raw), position, joined[position][1]
            )


def title_key(title: str) -> int:
    """The same number for titles that differ in case, accents and signs alone; 0 without words."""
    words = " ".join(folded(token.word) for token in tokens(title))
    digest = blake2b(words.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") if words else 0


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
            algorithm = "dutch_porter" if self.language == "dutch" else self.language
            stemmer = self._own.stemmer = Stemmer.Stemmer(algorithm, 0)
        if self.language == "dutch":
            return folded(dutch.base(stemmer.stemWord(word), word))
        # English endings have no accents: "Nestlé" and "nestle" are one word.
        return folded(stemmer.stemWord(folded(word) if self.language == "english" else word))
