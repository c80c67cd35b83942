"""Front matter as other programs write it: TOML between `+++`, JSON in braces. Pure.

It is read, and only changed as text: lines of another language are not edited field by field.
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date, datetime, time
from typing import Any

from msgspec import Struct

_FENCE = re.compile(r"\+\+\+[ \t]*\n")
_CLOSING = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"""^\s*["']?([\w.-]+)["']?\s*[=:]""")
_LONGEST = 200_000


class OtherHead(Struct, frozen=True):
    """What such front matter says, up to the character `end`; `problem` where it is broken."""

    language: str
    meta: dict[str, Any]
    end: int
    lines: dict[str, int]
    line: int = 1
    problem: str = ""


def other_head(text: str) -> OtherHead | None:
    """The front matter of a text that begins with such; None for any other text."""
    if text.startswith("+++"):
        return _toml(text)
    return _json(text) if text.startswith("{") and not text.startswith(("{{", "{%")) else None


def _toml(text: str) -> OtherHead | None:
    opening = _FENCE.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    if opening is None or closing is None or closing.start() > _LONGEST:
        return None
    head, end = text[opening.end() : closing.start()], _line_end(text, closing.end())
    try:
        meta = tomllib.loads(head)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = 1 + int(found[1]) if found else 1
        return OtherHead("TOML", {}, end, {}, line, str(error).partition(" (at ")[0])
    return OtherHead("TOML", _as_texts(meta), end, _lines(text[:end]))


def _json(text: str) -> OtherHead | None:
    try:
        meta, end = json.JSONDecoder().raw_decode(text[:_LONGEST])
    except (ValueError, RecursionError):
        return None  # a text that happens to begin so
    behind = text[end : _line_end(text, end)]
    if not isinstance(meta, dict) or not meta or behind.strip():
        return None
    end = _line_end(text, end)
    return OtherHead("JSON", _as_texts(meta), end, _lines(text[:end]))


def _as_texts(value: Any) -> Any:
    """The same with texts for all that is no list or mapping, as YAML is read."""
    if isinstance(value, dict):
        return {str(key): _as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_texts(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return None if value is None else str(value)


def _lines(head: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(head.split("\n"), start=1):
        key = _KEY.match(line)
        if key:
            found.setdefault(key[1], number)
    return found


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1
