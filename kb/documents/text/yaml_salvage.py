"""What can still be read of front matter that is broken: key by key, so that one fault costs one
value and not the title of the procedure. Pure."""

from __future__ import annotations

import re
from typing import Any

from kb.documents.text.yaml_reading import Loaded, YamlTrouble, load

MAX_TROUBLES = 5
_KEY = re.compile(r"""^(?:([A-Za-z_][\w.-]*)|"([^"\n]+)"|'([^'\n]+)')[ \t]*:(?=\s|$)""")


def header_end(text: str) -> int:
    """Where keys and values give way to text: the length of the leading part that is a header."""
    end = at = 0
    after_blank = False
    for line in text.split("\n"):
        at += len(line) + 1
        if not line.strip():
            after_blank = True
            continue
        belongs = _KEY.match(line) or line[0] in " \t-}]" or (line[0] == "#" and not after_blank)
        if not belongs and (after_blank or end == 0):
            break
        if not belongs and line.startswith(("#", ">", "*", "|", "[", "!", "<")):
            break
        end, after_blank = at, False
    return min(end, len(text))


def salvage(header: str, trouble: YamlTrouble | None) -> tuple[Loaded, list[YamlTrouble]]:
    """Every key that can be read, and what is wrong with the others (`trouble` if none is)."""
    found = Loaded({})
    troubles: list[YamlTrouble] = []
    for line, key, chunk in _chunks(header):
        try:
            loaded = _load(chunk)
            found.value.update(loaded.value)
            names = loaded.lines.items()
            found.lines |= {name: line - 1 + within for name, within in names}
        except YamlTrouble as own:
            found.value[key] = _as_written(chunk)
            found.lines[key] = line
            troubles.append(YamlTrouble(line - 1 + own.line, own.problem, own.remedy))
    if trouble and not troubles:
        troubles = [trouble]
    return found, troubles[:MAX_TROUBLES]


def _chunks(header: str) -> list[tuple[int, str, str]]:
    """(line, key, text) of each key at the margin, with the lines that hang below it."""
    chunks: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(header.split("\n"), 1):
        key = _KEY.match(line)
        if key:
            chunks.append((number, key[1] or key[2] or key[3], [line]))
        elif chunks:
            chunks[-1][2].append(line)
    return [(line, key, "\n".join(lines)) for line, key, lines in chunks]


def _load(chunk: str) -> Loaded:
    loaded = load(chunk)
    if not isinstance(loaded.value, dict):
        raise YamlTrouble(1, "no key and value", 'write "key: value"')
    return loaded


def _as_written(chunk: str) -> Any:
    first, _, rest = chunk.partition("\n")
    value = first.partition(":")[2].strip()
    if value:
        return _unquoted(value)
    items = [line.strip() for line in rest.split("\n")]
    return [_unquoted(item[1:]) for item in items if item.startswith("-")] or None


def _unquoted(value: str) -> str:
    return value.strip().lstrip("[\"'").rstrip("]\"'").strip()
