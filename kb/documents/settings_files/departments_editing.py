"""One department changed, added or taken out in the text of departments.yml. Pure.

The text is edited line by line, as front matter is, because writing YAML anew would lose
comments, order and unknown keys. Every change is read back: it counts only if the file then says
exactly what it should, and all else as before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from msgspec import Struct

from kb.documents.settings_files.departments import parse_departments
from kb.documents.source.field_lines import end_of, entries, with_entry, without_entry
from kb.documents.source.lines import Line, NotAmendable, all_lines
from kb.documents.text import values
from kb.documents.text.yaml_reading import YamlTrouble, load
from kb.documents.text.yaml_writing import scalar

# In the order in which they stand where all are there.
KEYS = (
    *("id", "name", "lead", "channel", "answer_within", "review_every"),
    *("changes", "hours", "holidays", "time_zone"),
)
_BY_HAND = "change departments.yml with a text editor"
_BEHIND_DASHES = 'write each department on lines of its own, behind "- id: "'


class NotThere(LookupError):
    """departments.yml has no department of that id (any more)."""


class AlreadyThere(ValueError):
    """departments.yml has a department of that id already."""


class _Item(Struct, frozen=True):
    """A department in the list: its lines from `first` to `last`, and what it says."""

    first: int
    last: int
    column: int
    said: dict[str, Any]


class _File(Struct, frozen=True):
    """departments.yml taken apart. `at` is the line after the list."""

    bom: bytes
    lines: tuple[Line, ...]
    value: Any
    items: tuple[_Item, ...]
    at: int

    def joined(self, start: int, stop: int, made: list[Line | str]) -> bytes:
        """The bytes with other lines from `start` up to `stop`."""
        ends = [line.end for line in self.lines if line.end]
        end = max(set(ends), key=ends.count) if ends else b"\n"
        new = [
            line if isinstance(line, Line) else Line(line, line.encode("utf-8", "replace"), end)
            for line in made
        ]
        every = [*self.lines[:start], *new, *self.lines[stop:]]
        whole = [line.raw + (line.end or end) for line in every[:-1]]
        return self.bom + b"".join([*whole, every[-1].raw if every else b""])


def said_of(raw: bytes, department_id: str) -> dict[str, str]:
    """What its own entry says, by key, as text; lists with ", " between. Raises NotThere."""
    return {name: _text(value) for name, value in _own(raw, department_id).items()}


def said_for_all(raw: bytes) -> dict[str, str]:
    """What the top of the file says for every department that does not say it itself."""
    try:
        value = load(raw.decode("utf-8-sig", "replace")).value
    except YamlTrouble:
        return {}
    top = value if isinstance(value, dict) else {}
    names = ("hours", "holidays", "time_zone")
    return {name: _text(top[name]) for name in names if top.get(name) is not None}


def with_department(raw: bytes, department_id: str, changes: Mapping[str, str]) -> bytes:
    """The file with those keys of that department changed; "" takes one out.

    `holidays` becomes a list, at the commas. Raises NotThere, NotAmendable.
    """
    file = _taken_apart(raw)
    item = _item(file, department_id)
    inner = list(file.lines[item.first : item.last + 1])
    head = inner[0].shown[: item.column]
    inner[0] = _line(" " * item.column + inner[0].shown[item.column :], inner[0])
    made: list[Line | str] = list(inner)
    for name, text in changes.items():
        made = _with_key(made, item.first, name, text)
    first = made[0].shown if isinstance(made[0], Line) else made[0]
    made[0] = head + first[item.column :]
    last = made[-1]
    if isinstance(last, Line) and item.last == len(file.lines) - 1:
        made[-1] = Line(last.shown, last.raw, b"")
    changed = file.joined(item.first, item.last + 1, made)
    return _checked(raw, changed, department_id, {**item.said, **changes})


def with_new_department(raw: bytes, department_id: str, said: Mapping[str, str]) -> bytes:
    """The file with one more department at the end of its list. Raises AlreadyThere."""
    file = _taken_apart(raw)
    if any(item.said.get("id") == department_id for item in file.items):
        raise AlreadyThere(f'There is a department "{department_id}" already.')
    wanted = {"id": department_id, **said}
    indent = " " * (len(_before_dash(file)) if file.items else 2)
    body: list[Line | str] = [
        f"{indent}  {name}: {_written(name, wanted[name])}" for name in KEYS if wanted.get(name)
    ]
    body[0] = f"{indent}- {str(body[0]).lstrip()}"
    if not file.items and not (isinstance(file.value, dict) and "departments" in file.value):
        body.insert(0, "departments:")
    at = file.at
    if at == len(file.lines) and at and not file.lines[-1].shown:
        at -= 1  # before the emptiness behind the last line end
    elif at == len(file.lines):
        body.append("")
    return _checked(raw, file.joined(at, at, body), department_id, wanted)


def without_department(raw: bytes, department_id: str) -> bytes:
    """The file without that department. Raises NotThere, NotAmendable."""
    file = _taken_apart(raw)
    item = _item(file, department_id)
    return _checked(raw, file.joined(item.first, item.last + 1, []), department_id, None)


def _own(raw: bytes, department_id: str) -> dict[str, Any]:
    return _item(_taken_apart(raw), department_id).said


def _item(file: _File, department_id: str) -> _Item:
    for item in file.items:
        if item.said.get("id") == department_id:
            return item
    raise NotThere(department_id)


def _taken_apart(raw: bytes) -> _File:
    bom, lines = all_lines(raw)
    text = "\n".join(line.shown for line in lines)
    try:
        value = load(text).value
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except YamlTrouble as trouble:
        raise NotAmendable(trouble.line, trouble.problem, trouble.remedy) from None
    except yaml.YAMLError:
        raise NotAmendable(1, "the file is laid out in an unusual way", _BY_HAND) from None
    node, key = _list(root)
    if node is None:
        line = key.start_mark.line + 1 if key is not None else len(lines)
        return _File(bom, lines, value, (), line)
    said = value.get("departments") if isinstance(value, dict) else value
    items = tuple(
        _read_item(lines, one, own) for one, own in zip(node.value, said or [], strict=True)
    )
    after = items[-1].last + 1 if items else (key or node).start_mark.line + 1
    return _File(bom, lines, value, items, after)


def _list(root: yaml.Node | None) -> tuple[yaml.SequenceNode | None, yaml.Node | None]:
    """The list of departments, and its key."""
    if isinstance(root, yaml.SequenceNode):
        return _in_block(root), None
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return None, None
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise NotAmendable(1, "the file has no list of departments", _BY_HAND)
    for key, node in root.value:
        if key.value == "departments":
            if isinstance(node, yaml.ScalarNode) and not node.value:
                return None, key
            return _in_block(node), key
    return None, None


def _in_block(node: yaml.Node) -> yaml.SequenceNode:
    if not isinstance(node, yaml.SequenceNode) or node.flow_style:
        line = node.start_mark.line + 1
        raise NotAmendable(line, "the departments are not a list of lines", _BEHIND_DASHES)
    return node


def _read_item(lines: tuple[Line, ...], node: yaml.Node, said: Any) -> _Item:
    first, column = node.start_mark.line, node.start_mark.column
    line, end = end_of(node)
    last = line - 1 if end == 0 and line > first else line
    last = min(last, len(lines) - 1)
    while last > first and not lines[last].shown.strip():
        last -= 1
    before = lines[first].shown[:column]
    alone = before.strip() == "-" and before.count("-") == 1
    if not (isinstance(node, yaml.MappingNode) and not node.flow_style and alone):
        raise NotAmendable(first + 1, "a department is not written on its own", _BEHIND_DASHES)
    return _Item(first, last, column, said)


def _before_dash(file: _File) -> str:
    item = file.items[-1]
    return file.lines[item.first].shown.partition("-")[0]


def _with_key(made: list[Line | str], above: int, name: str, text: str) -> list[Line | str]:
    lines = tuple(
        line if isinstance(line, Line) else Line(line, line.encode("utf-8", "replace"), b"")
        for line in made
    )
    # What is new has no line end yet: it gets the file's own when all is put together.
    found = entries([line.shown for line in lines], above)
    if not text:
        return without_entry(lines, [entry for entry in found if entry.name == name])
    value = _several(text) if name == "holidays" else text
    higher = frozenset(KEYS[: KEYS.index(name)] if name in KEYS else KEYS)
    return with_entry(lines, found, name, value, higher)


def _line(shown: str, old: Line) -> Line:
    return Line(shown, shown.encode("utf-8", "replace"), old.end)


def _written(name: str, text: str) -> str:
    if name == "holidays":
        return f"[{', '.join(scalar(each, inside=True) for each in _several(text))}]"
    return scalar(text)


def _several(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    try:
        return values.text(value) or ""
    except ValueError:
        return ""


def _checked(
    before: bytes, after: bytes, department_id: str, wanted: Mapping[str, Any] | None
) -> bytes:
    """What was meant is there, and nothing else has changed. Raises NotAmendable."""
    old, new = _taken_apart(before), _taken_apart(after)

    def others(file: _File) -> list[dict[str, Any]]:
        return [item.said for item in file.items if item.said.get("id") != department_id]

    def top(file: _File) -> dict[str, Any]:
        said = file.value if isinstance(file.value, dict) else {}
        return {name: each for name, each in said.items() if name != "departments"}

    mine = [item.said for item in new.items if item.said.get("id") == department_id]
    meant = [] if wanted is None else [{k: _text(v) for k, v in wanted.items() if _text(v)}]
    found = [{k: _text(v) for k, v in said.items() if _text(v)} for said in mine]
    faults = len(parse_departments(after).faults) - len(parse_departments(before).faults)
    if others(old) != others(new) or top(old) != top(new) or found != meant or faults > 0:
        raise NotAmendable(1, "departments.yml is laid out in an unusual way", _BY_HAND)
    return after
