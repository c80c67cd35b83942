"""One entry added to, or taken out of, the text of synonyms.yml; every other byte stays. Pure.

The text is edited line by line, because writing YAML anew would lose comments and layout. Where
the layout is not one that can be edited so, it is refused, with the line and what to do. Every
edit is read back: it counts only if it says exactly what it should.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from msgspec import Struct

from kb.documents.settings_files.names import SYNONYMS_FILE
from kb.documents.settings_files.synonyms import (
    Synonym,
    SynonymLists,
    one_way_entry,
    parse_synonyms,
    two_way_entry,
)
from kb.documents.text.yaml_reading import YamlTrouble, load

_BOM = "\ufeff"
_BEHIND_DASHES = "write each entry on lines of its own, behind a dash"
_BY_HAND = "change it with a text editor"
# What needs no quotes in a bracketed list, for whatever reads the file.
_PLAIN = re.compile(r"[^\W_](?:[\w '’./+&-]*[\w.])?")
_OTHERWISE_READ = re.compile(r"[\d._e+-]*|null|true|false|yes|no|on|off|y|n", re.IGNORECASE)


class NotEditable(ValueError):
    """The file is written in a way that cannot be edited here. `line` counts from 1."""

    def __init__(self, line: int, problem: str, remedy: str) -> None:
        super().__init__(f"{SYNONYMS_FILE}:{line}: {problem}; {remedy}")


class AlreadyThere(ValueError):
    """An entry of the file says it already: `entry`."""

    def __init__(self, entry: Synonym) -> None:
        super().__init__(f"The file has it already: {entry}")
        self.entry = entry


class ChangedMeanwhile(ValueError):
    """Entries with the same words are not what they were when the change was looked at."""


class NotThere(ValueError):
    """No entry of that key is in the file any more."""


def with_synonym(raw: bytes, new: Synonym, seal: str) -> bytes:
    """The file with `new` at the end of its list.

    `seal` is SynonymLists.seal as it was when the change was looked at. Raises ChangedMeanwhile,
    AlreadyThere, NotEditable.
    """
    text, lists = _read(raw)
    for entry in lists.touching(new):
        if entry.covers(new):
            raise AlreadyThere(entry)
    if seal != lists.seal(new):
        raise ChangedMeanwhile
    return _checked(_added(text, new), lists.plus(new))


def without_synonym(raw: bytes, key: str) -> bytes:
    """The file without the first entry of that key. Raises NotThere, NotEditable."""
    text, lists = _read(raw)
    old = next((entry for entry in lists.entries if entry.key == key), None)
    if old is None:
        raise NotThere
    return _checked(_removed(text, old), lists.minus(old))


class _List(Struct, frozen=True):
    """One of the two lists as it stands in the text: its key, its value and what they say."""

    key: yaml.Node
    node: yaml.Node
    value: Any


def _read(raw: bytes) -> tuple[str, SynonymLists]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise NotEditable(line, "the file is not UTF-8", "save it as UTF-8") from None
    return text, parse_synonyms(raw)


def _checked(text: str, meant: SynonymLists) -> bytes:
    raw = text.encode("utf-8", "backslashreplace")
    said = parse_synonyms(raw)
    same = (said.two_way, said.one_way) == (meant.two_way, meant.one_way)
    if not same or len(said.faults) != len(meant.faults):
        raise NotEditable(1, "the file is laid out in an unusual way", _BY_HAND)
    return raw


def _added(text: str, new: Synonym) -> str:
    name = "one_way" if new.to else "two_way"
    bom, text = _without_bom(text)
    lists, indent = _lists(text)
    found = lists.get(name)
    if found is None:
        gap = "" if not text or text.endswith("\n") else _newline(text)
        lines = [f"{indent}{name}:", *(f"{indent}  {line}" for line in _lines(new))]
        return bom + text + gap + "".join(line + _newline(text) for line in lines)
    if isinstance(found.node, yaml.SequenceNode) and found.node.value:
        prefix = _before_dash(text, found.node)
        return bom + _inserted(text, _end(found.node), prefix, new)
    if found.value:
        raise NotEditable(_line(found.key), f"{name} is no list", _BEHIND_DASHES)
    start, end = found.node.start_mark.index, found.node.end_mark.index
    prefix = " " * (found.key.start_mark.column + 2)
    text = text[:start] + text[end:]  # "[]" or "~": what stood for nothing
    return bom + _inserted(text, found.key.end_mark.index, prefix, new)


def _removed(text: str, old: Synonym) -> str:
    bom, text = _without_bom(text)
    lists, _ = _lists(text)
    found = lists["one_way" if old.to else "two_way"]
    read = one_way_entry if old.to else two_way_entry
    nth = next(n for n, written in enumerate(found.value) if read(written) == old)
    _before_dash(text, found.node)
    item = found.node.value[nth]
    dash = len(text[: item.start_mark.index].rstrip()) - 1
    start, end = _line_start(text, dash), _line_end(text, _end(item))
    if text[dash] != "-" or text[start:dash].strip(" "):
        problem = "an entry is not on lines of its own"
        raise NotEditable(_line(item), problem, _BEHIND_DASHES)
    if end == len(text):  # the last line does not end: from now on the one before it does not
        return bom + text[:start].removesuffix("\n").removesuffix("\r")
    return bom + text[:start] + text[end:].removeprefix("\r").removeprefix("\n")


def _lists(text: str) -> tuple[dict[str, _List], str]:
    """Both lists by name, and the spaces that stand before each key."""
    try:
        value = load(text).value
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except YamlTrouble as trouble:
        raise NotEditable(trouble.line, trouble.problem, trouble.remedy) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise NotEditable(line, "the file is laid out in an unusual way", _BY_HAND) from None
    if root is None or value is None:
        return {}, ""
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise NotEditable(_line(root), "the file has no lists", 'begin with "two_way:"')
    found = {
        key.value: _List(key, node, value.get(key.value))
        for key, node in root.value
        if key.value in ("two_way", "one_way")
    }
    return found, " " * root.start_mark.column


def _before_dash(text: str, node: yaml.Node) -> str:
    """The spaces before each dash of a list."""
    start = node.start_mark.index
    before = text[_line_start(text, start) : start]
    bracketed = isinstance(node, yaml.CollectionNode) and node.flow_style
    if bracketed or before.strip(" "):
        raise NotEditable(_line(node), "a list is written in brackets", _BEHIND_DASHES)
    return before


def _inserted(text: str, after: int, prefix: str, new: Synonym) -> str:
    """`new` on the lines after the one that position `after` is in."""
    at = _line_end(text, after)
    lines = "".join(f"{_newline(text)}{prefix}{line}" for line in _lines(new))
    return text[:at] + lines + text[at:]


def _lines(new: Synonym) -> list[str]:
    if not new.to:
        return [f"- [{', '.join(map(_scalar, new.words))}]"]
    return [f"- from: {_scalar(new.words[0])}", f"  to: [{', '.join(map(_scalar, new.to))}]"]


def _scalar(word: str) -> str:
    if _PLAIN.fullmatch(word) and not _OTHERWISE_READ.fullmatch(word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _end(node: yaml.Node) -> int:
    """Where the last value in `node` ends. A block's own end lies behind the comments after it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end: int = node.end_mark.index
    return end


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """The end of the line of the last character before `at`, its line break not included."""
    found = text.find("\n", len(text[:at].rstrip()))
    if found < 0:
        return len(text)
    return found - 1 if text[found - 1 : found] == "\r" else found


def _newline(text: str) -> str:
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1


def _without_bom(text: str) -> tuple[str, str]:
    return (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
