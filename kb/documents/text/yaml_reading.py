"""YAML as plain text values with the line of every key; no type guessing, no bombs. Pure.

Scalars stay what was written (`title: 007`, `title: yes`), because a title is never a number.
Built from the C parser's events rather than its nodes: nothing recurses, so that no depth of
nesting can exhaust the stack, and a repeated key is seen instead of silently overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct, field

MAX_NODES = 20_000
MAX_DEPTH = 40
_LONGEST_REMARK = 200
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class YamlTrouble(ValueError):
    """Text that is no YAML, or too much of it. `line` counts from 1 in the text."""

    def __init__(self, line: int, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.line, self.problem, self.remedy = line, problem, remedy


class Loaded(Struct):
    """What the text says. `lines` has the line of each key of the outermost mapping, and of
    each key of the mappings in its lists as "key.0.name". `repeated` lists (key, line), `remarks`
    (path of the value, line, remark) where one stands behind a value without quotes."""

    value: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    repeated: list[tuple[str, int]] = field(default_factory=list)
    remarks: list[tuple[str, int, str]] = field(default_factory=list)


class _Open(Struct):
    """A mapping or list that is still being read; `name` is its path in `Loaded.lines`."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    name: str
    size: int = 1
    key: str | None = None
    complex_key: bool = False


def load(text: str) -> Loaded:
    """Read the first YAML document of `text`. Raises YamlTrouble."""
    try:
        return _Builder(text).build(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        raise _trouble(error, text) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise YamlTrouble(line, "a character that YAML does not allow", "remove it") from None


class _Builder:
    def __init__(self, text: str) -> None:
        self._text = text
        self._loaded = Loaded()
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0

    def build(self, events: Iterator[yaml.Event]) -> Loaded:
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._start(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end(event)
            elif isinstance(event, yaml.DocumentEndEvent):
                break
        return self._loaded

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        plain = event.style in (None, "")
        value = None if plain and event.value in _NULLS else event.value
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        if plain and "#" in self._text:
            self._note_remark(event)
        self._add(value, 1, event)

    def _note_remark(self, event: yaml.ScalarEvent) -> None:
        if event.end_mark is None:
            return
        end = event.end_mark.index
        rest, _, _ = self._text[end : end + _LONGEST_REMARK].partition("\n")
        bare = rest.strip()
        if bare.startswith("#") and (rest[:1].isspace() or not event.value):
            self._loaded.remarks.append((self._name(), event.end_mark.line + 1, bare))

    def _alias(self, event: yaml.AliasEvent) -> None:
        line = _line_of(event)
        if event.anchor not in self._anchors:
            problem = f'"*{event.anchor}" refers to nothing above it'
            raise YamlTrouble(line, problem, "put the value in quotes")
        value, size = self._anchors[event.anchor]
        self._add(value, size, event)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._stack) >= MAX_DEPTH:
            problem = f"lists nested more than {MAX_DEPTH} deep"
            raise YamlTrouble(_line_of(event), problem, "close the brackets before it")
        value: dict[str, Any] | list[Any]
        value = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._stack.append(_Open(value, event.anchor, self._name()))

    def _end(self, event: yaml.CollectionEndEvent) -> None:
        closed = self._stack.pop()
        if closed.anchor:
            self._anchors[closed.anchor] = (closed.value, closed.size)
        self._add(closed.value, closed.size, event)

    def _name(self) -> str:
        if not self._stack:
            return ""
        parent = self._stack[-1]
        own = str(len(parent.value)) if isinstance(parent.value, list) else parent.key or ""
        return f"{parent.name}.{own}".lstrip(".")

    def _add(self, value: Any, size: int, event: yaml.Event) -> None:
        line = _line_of(event)
        if not self._stack:
            self._loaded.value = value
            return
        parent = self._stack[-1]
        parent.size += size
        if parent.size > MAX_NODES:
            problem = f"more than {MAX_NODES} values, references counted"
            raise YamlTrouble(line, problem, "move the text below the front matter")
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is None and not parent.complex_key:
            self._begin_key(parent, value, line)
        else:
            self._end_key(parent, parent.value, value)

    def _begin_key(self, parent: _Open, value: Any, line: int) -> None:
        if isinstance(value, dict | list):
            parent.complex_key = True  # "? [a, b]" or "{{ x }}": there is no text to name it by
            return
        parent.key = "" if value is None else str(value)
        if parent.key in parent.value:
            self._loaded.repeated.append((parent.key, line))
        if parent.name.count(".") <= 1:
            self._loaded.lines[f"{parent.name}.{parent.key}".lstrip(".")] = line

    @staticmethod
    def _end_key(parent: _Open, mapping: dict[str, Any], value: Any) -> None:
        if parent.key is not None:
            mapping[parent.key] = value
        parent.key, parent.complex_key = None, False


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _trouble(error: yaml.MarkedYAMLError, text: str) -> YamlTrouble:
    problem = error.problem or "no reason given"
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    if "unknown escape" in problem:
        return YamlTrouble(line, "a backslash in double quotes", "use single quotes")
    if error.context_mark and "quoted scalar" in (error.context or ""):
        line = error.context_mark.line + 1
        return YamlTrouble(line, "a quote is opened and never closed", "close the quote")
    if "mapping values are not allowed" in problem:
        return YamlTrouble(line, "a value has a colon in it", "put the value in quotes")
    if "cannot start any token" in problem:
        written = _line(text, line)
        if "\t" in _indent(text, line):
            return YamlTrouble(line, "a line is indented with a tab", "use spaces instead")
        return YamlTrouble(line, f"no value can begin as in {written!r}", "put the value in quotes")
    if "flow" in (error.context or ""):
        line = error.context_mark.line + 1 if error.context_mark else line
        return YamlTrouble(line, "a bracket is opened and never closed", "close the bracket")
    if "could not find expected ':'" in problem:
        line = error.context_mark.line + 1 if error.context_mark else line
        written = _line(text, line)
        return YamlTrouble(line, f"a line has no colon: {written!r}", 'write "key: value"')
    return YamlTrouble(line, f"no valid YAML ({problem})", "put the value in quotes")


def _indent(text: str, number: int) -> str:
    line = _whole_line(text, number)
    return line[: len(line) - len(line.lstrip())]


def _line(text: str, number: int) -> str:
    return _whole_line(text, number).strip()[:60]


def _whole_line(text: str, number: int) -> str:
    lines = _LINE_END.split(text)
    return lines[number - 1] if number <= len(lines) else ""
