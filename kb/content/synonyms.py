"""synonyms.yml read as plain lists. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kb.content.library import SYNONYMS_FILE
from kb.content.yaml_text import YamlTrouble, load
from kb.procedures.model import Fault


@dataclass(frozen=True, slots=True)
class SynonymLists:
    """`two_way`: expressions that stand for one another. `one_way`: an expression, and those
    that are looked for as well when it is typed."""

    two_way: tuple[tuple[str, ...], ...] = ()
    one_way: tuple[tuple[str, tuple[str, ...]], ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Reading:
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
    two_way = [_group(group, reading) for group in _listed("two_way", written, reading)]
    one_way = [_pair(pair, reading) for pair in _listed("one_way", written, reading)]
    return SynonymLists(
        tuple(group for group in two_way if group),
        tuple(pair for pair in one_way if pair),
        tuple(reading.faults),
    )


def _listed(key: str, written: dict[str, Any], reading: _Reading) -> list[Any]:
    value = written.get(key) or []
    if isinstance(value, list):
        return value
    reading.fault(key, f"{key} is no list", f'write each group below "{key}:" behind a dash')
    return []


def _group(group: Any, reading: _Reading) -> tuple[str, ...]:
    words = _words(group)
    if len(words) < 2:
        reading.fault("two_way", f"{group!r} is no group of words", "write [one, other]")
        return ()
    return words


def _pair(pair: Any, reading: _Reading) -> tuple[str, tuple[str, ...]] | None:
    pair = pair if isinstance(pair, dict) else {}
    words = _words(pair.get("to"))
    if not isinstance(pair.get("from"), str) or not words:
        reading.fault("one_way", "a one-way synonym is incomplete", 'write "from: x" and "to: [y]"')
        return None
    return pair["from"].strip(), words


def _words(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(word.strip() for word in values if isinstance(word, str) and word.strip())
