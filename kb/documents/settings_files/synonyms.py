"""synonyms.yml read as plain lists. Pure."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from kb.documents.document import remarks
from kb.documents.settings_files.names import SYNONYMS_FILE
from kb.documents.text.yaml_reading import YamlTrouble, load
from kb.procedures.model import Fault

# Neither YAML nor a reader of the file can do anything with these.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class Synonym(Struct, frozen=True):
    """One entry: `words` that stand for one another; with `to`, a word that also finds those."""

    words: tuple[str, ...]
    to: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        """All its expressions, what is typed first."""
        return self.words + self.to

    @property
    def key(self) -> str:
        """Names these words in this order: 16 hex digits."""
        return _digest([self])

    def covers(self, other: Synonym) -> bool:
        """Would `other` add nothing to this one?"""
        if self.to:
            return bool(other.to) and _same(self.words, other.words) and _within(other.to, self.to)
        return _within(other.every, self.words)

    def __str__(self) -> str:
        return " = ".join(self.words) + (f" → {', '.join(self.to)}" if self.to else "")


class SynonymLists(Struct, frozen=True):
    """`two_way`: expressions that stand for one another. `one_way`: an expression, and those
    that are looked for as well when it is typed."""

    two_way: tuple[tuple[str, ...], ...] = ()
    one_way: tuple[tuple[str, tuple[str, ...]], ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def entries(self) -> tuple[Synonym, ...]:
        """Both lists, in the file's order."""
        pairs = (Synonym((typed,), to) for typed, to in self.one_way)
        return (*map(Synonym, self.two_way), *pairs)

    def plus(self, new: Synonym) -> SynonymLists:
        """These lists with `new` at the end of its own."""
        if new.to:
            return replace(self, one_way=(*self.one_way, (new.words[0], new.to)))
        return replace(self, two_way=(*self.two_way, new.words))

    def minus(self, old: Synonym) -> SynonymLists:
        """These lists without the first entry that is exactly `old`. Raises ValueError."""
        if old.to:
            nth = self.one_way.index((old.words[0], old.to))
            return replace(self, one_way=self.one_way[:nth] + self.one_way[nth + 1 :])
        nth = self.two_way.index(old.words)
        return replace(self, two_way=self.two_way[:nth] + self.two_way[nth + 1 :])

    def touching(self, synonym: Synonym) -> tuple[Synonym, ...]:
        """The entries with any of its words."""
        words = _folded(synonym.every)
        return tuple(one for one in self.entries if words & _folded(one.every))

    def seal(self, synonym: Synonym) -> str:
        """Names `synonym` and all that has to do with it; changes in other entries leave it."""
        return _digest([synonym, *self.touching(synonym)])


def words_typed(text: str) -> tuple[str, ...]:
    """The expressions in what a person typed: commas or line ends stand between them."""
    pieces = (_UNWRITABLE.sub(" ", piece) for piece in re.split(r"[,\n]", text))
    words: dict[str, str] = {}
    for word in (" ".join(piece.split()) for piece in pieces):
        words.setdefault(word.casefold(), word)
    return tuple(word for word in words.values() if word)


class _Reading(Struct):
    lines: dict[str, int]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, key: str, message: str, remedy: str) -> None:
        line = self.lines.get(key, 1)
        self.faults.append(Fault(SYNONYMS_FILE, line, "synonyms", message, remedy))


def parse_synonyms(raw: bytes) -> SynonymLists:
    """The lists in `raw`, the bytes of synonyms.yml. What cannot be read becomes a fault."""
    try:
        loaded = load(raw.decode("utf-8-sig", errors="replace"))
    except YamlTrouble as trouble:
        fault = Fault(SYNONYMS_FILE, trouble.line, "yaml", trouble.problem, trouble.remedy)
        return SynonymLists(faults=(fault,))
    written = loaded.value if isinstance(loaded.value, dict) else {}
    reading = _Reading(loaded.lines)
    if loaded.value is not None and not {"two_way", "one_way"} & set(written):
        reading.fault("", "there is no list of synonyms", 'write "two_way:" or "one_way:" above it')
    two_way = [_group(group, reading) for group in _listed("two_way", written, reading)]
    one_way = [_pair(pair, reading) for pair in _listed("one_way", written, reading)]
    return SynonymLists(
        tuple(group for group in two_way if group),
        tuple(pair for pair in one_way if pair),
        (*remarks(SYNONYMS_FILE, loaded), *reading.faults),
    )


def spoilt_lists(read: SynonymLists) -> bool:
    """Are whole lists lost?"""
    return bool(read.faults) and not read.entries


def _listed(key: str, written: dict[str, Any], reading: _Reading) -> list[Any]:
    value = written.get(key) or []
    if isinstance(value, list):
        return value
    reading.fault(key, f"{key} is no list", f'write each group below "{key}:" behind a dash')
    return []


def two_way_entry(written: Any) -> Synonym | None:
    """The entry that one item of the list `two_way` is; None when it is none."""
    words = _words(written)
    return Synonym(words) if len(words) > 1 else None


def one_way_entry(written: Any) -> Synonym | None:
    """The entry that one item of the list `one_way` is; None when it is none."""
    pair = written if isinstance(written, dict) else {}
    typed, words = pair.get("from"), _words(pair.get("to"))
    return Synonym((typed.strip(),), words) if isinstance(typed, str) and words else None


def _group(group: Any, reading: _Reading) -> tuple[str, ...]:
    entry = two_way_entry(group)
    if entry is None:
        reading.fault("two_way", f"{group!r} is no group of words", "write [one, other]")
        return ()
    return entry.words


def _pair(pair: Any, reading: _Reading) -> tuple[str, tuple[str, ...]] | None:
    entry = one_way_entry(pair)
    if entry is None:
        reading.fault("one_way", "a one-way synonym is incomplete", 'write "from: x" and "to: [y]"')
        return None
    return entry.words[0], entry.to


def _words(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(word.strip() for word in values if isinstance(word, str) and word.strip())


def _folded(words: tuple[str, ...]) -> set[str]:
    return {" ".join(word.casefold().split()) for word in words}


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return _folded(one) == _folded(other)


def _within(some: tuple[str, ...], all: tuple[str, ...]) -> bool:
    return _folded(some) <= _folded(all)


def _digest(entries: list[Synonym]) -> str:
    written = repr([(one.words, one.to) for one in entries])
    return sha256(written.encode("utf-8", "backslashreplace")).hexdigest()[:16]
