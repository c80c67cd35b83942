"""The fields of front matter as stretches of lines: one of them rewritten, added, taken out."""

from __future__ import annotations

import yaml
from msgspec import Struct

from kb.documents.other_names import own_name
from kb.documents.source.lines import Line, NotAmendable, same_and_changed
from kb.documents.text import values
from kb.documents.text.yaml_reading import YamlTrouble, load
from kb.documents.text.yaml_writing import flow, scalar

_AS_TEXT = "change the front matter as text"
_LONGEST_FLOW = 80  # characters; longer lists stand below their key, an item a line
Text = str | int | list[str]


class FieldLines(Struct, frozen=True):
    """A field: its name and where it stands. `first` to `last` are its lines, from 0."""

    name: str
    first: int
    last: int
    key: yaml.Node
    value: yaml.Node


def entries(shown: list[str], above: int) -> list[FieldLines]:
    """The fields of these lines in their order. Raises NotAmendable; `above` lines stand before."""
    text = "\n".join(shown)
    try:
        load(text)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except YamlTrouble as trouble:
        raise NotAmendable(above + trouble.line, trouble.problem, trouble.remedy) from None
    except yaml.YAMLError:
        raise NotAmendable(above + 1, "the front matter is laid out unusually", _AS_TEXT) from None
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return []
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise NotAmendable(above + 1, "the front matter is in brackets", _AS_TEXT)
    return [_entry(key, value, shown) for key, value in root.value]


def without_entry(lines: tuple[Line, ...], gone: list[FieldLines]) -> list[Line | str]:
    """The lines without those fields; comments between fields stay."""
    out = {nth for entry in gone for nth in range(entry.first, entry.last + 1)}
    return [line for nth, line in enumerate(lines) if nth not in out]


def with_entry(
    lines: tuple[Line, ...], found: list[FieldLines], name: str, value: Text, above: frozenset[str]
) -> list[Line | str]:
    """The lines with that field saying `value`; a new one stands below those in `above`."""
    there = [entry for entry in found if entry.name == name]
    if not there:
        higher = [entry.last + 1 for entry in found if entry.name in above]
        at = max(
            higher, default=0 if any(entry.name not in above for entry in found) else len(lines)
        )
        indent = " " * (found[0].key.start_mark.column if found else 0)
        return [*lines[:at], *_written(indent, name, value), *lines[at:]]
    entry = there[-1]  # said twice, the last one counts
    made = _rewritten(lines, entry, value)
    return [*lines[: entry.first], *made, *lines[entry.last + 1 :]]


def _entry(key: yaml.Node, value: yaml.Node, shown: list[str]) -> FieldLines:
    first = key.start_mark.line
    line, column = end_of(value)
    last = line - 1 if column == 0 and line > first else line
    last = min(last, len(shown) - 1)
    while last > first and not shown[last].strip():
        last -= 1
    return FieldLines(own_name(str(key.value)), first, last, key, value)


def end_of(node: yaml.Node) -> tuple[int, int]:
    """Where the last value in `node` ends. A block's own end lies behind the comments after it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node.end_mark.line, node.end_mark.column


def _rewritten(lines: tuple[Line, ...], entry: FieldLines, value: Text) -> list[Line | str]:
    shown = [line.shown for line in lines]
    node = entry.value
    if isinstance(value, list) and isinstance(node, yaml.SequenceNode) and node.value:
        if node.flow_style:
            return [_around(shown, entry, _in_brackets(shown, node, value))]
        made = _item_by_item(lines, entry, value)
        if made is not None:
            return made
    if isinstance(value, list) and isinstance(node, yaml.ScalarNode) and _commas(node, value):
        value = ", ".join(value)
    if isinstance(value, list) and (isinstance(node, yaml.CollectionNode) or not node.value):
        head = shown[entry.first][: entry.key.start_mark.column]
        return _written(head, _key(shown, entry), value, quoted=True)
    style = node.style if isinstance(node, yaml.ScalarNode) else None
    text = flow(value) if isinstance(value, list) else scalar(value, style)
    return [_around(shown, entry, text)]


def _commas(node: yaml.ScalarNode, value: list[str]) -> bool:
    """Is it one text with commas, and can it stay so?"""
    return bool(node.value) and not any("," in each or "[" in each for each in value)


def _around(shown: list[str], entry: FieldLines, text: str) -> str:
    """The key's line with another value; a comment behind the value stays."""
    node, line = entry.value, shown[entry.first]
    colon = line.index(":", entry.key.end_mark.column) + 1
    block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    block = block or (isinstance(node, yaml.CollectionNode) and not node.flow_style)
    if block or node.start_mark.line > entry.first:
        return f"{line[:colon]} {text}"
    if node.start_mark.column < colon or node.start_mark.index == node.end_mark.index:
        return f"{line[:colon]} {text}{line[colon:]}".rstrip()
    end = node.end_mark
    return f"{line[: node.start_mark.column]}{text}{shown[end.line][end.column :]}"


def _in_brackets(shown: list[str], node: yaml.SequenceNode, value: list[str]) -> str:
    """`[a, b]` with other items; those that stay are written as they were."""
    written: dict[str, str] = {}
    for item in node.value:
        start, end = item.start_mark, item.end_mark
        if (
            isinstance(item, yaml.ScalarNode)
            and start.line == end.line
            and start.column < end.column
        ):
            written.setdefault(item.value, shown[start.line][start.column : end.column])
    return f"[{', '.join(written.get(each) or scalar(each, inside=True) for each in value)}]"


def _item_by_item(
    lines: tuple[Line, ...], entry: FieldLines, value: list[str]
) -> list[Line | str] | None:
    """A list below its key with other items, each on its line; None for another layout."""
    shown = [line.shown for line in lines]
    places = [_item_place(shown, item) for item in entry.value.value]
    firsts = [place[0] for place in places if place]
    if len(firsts) != len(places) or len(set(firsts)) != len(places) or entry.first in firsts:
        return None
    prefix = shown[firsts[0]].partition("-")[0]
    before = [place[1] for place in places if place]
    ends = [*firsts[1:], entry.last + 1]
    made: list[Line | str] = list(lines[entry.first : firsts[0]])
    for same, start, stop, low, high in same_and_changed(before, value):
        if same and start < stop:
            made += lines[firsts[start] : ends[stop - 1]]
            continue
        made += [f"{prefix}- {scalar(each)}" for each in value[low:high]]
        for nth in range(start, stop):  # the comments below an item that goes stay
            made += lines[firsts[nth] + 1 : ends[nth]]
    return made


def _item_place(shown: list[str], item: yaml.Node) -> tuple[int, str] | None:
    """The line of an item that has one to itself, and what it says."""
    line, (end, _) = item.start_mark.line, end_of(item)
    before = shown[line][: item.start_mark.column].rstrip()
    if end != line or not before.endswith("-") or before[:-1].strip():
        return None
    try:
        loaded = load(shown[line]).value
        said = values.text(loaded[0])
    except (YamlTrouble, ValueError):
        return None
    return line, said or ""


def _key(shown: list[str], entry: FieldLines) -> str:
    """The key as it is written, quotes and all."""
    return shown[entry.first][entry.key.start_mark.column : entry.key.end_mark.column]


def _written(indent: str, name: str, value: Text, *, quoted: bool = False) -> list[Line | str]:
    key = name if quoted else scalar(name)
    if not isinstance(value, list):
        return [f"{indent}{key}: {scalar(value)}"]
    short = f"{indent}{key}: {flow(value)}"
    if len(short) <= _LONGEST_FLOW:
        return [short]
    return [f"{indent}{key}:", *(f"{indent}  - {scalar(each)}" for each in value)]
