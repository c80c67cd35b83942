"""Single fields, or the body, of a file changed; every other byte stays as it was. Pure.

Front matter is edited line by line, because writing YAML anew would lose comments, order and
quoting. Every change is read back: it counts only if the file then says exactly what it should.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kb.documents.document import Document, parse
from kb.documents.front_matter import FIELDS
from kb.documents.source.field_lines import FieldLines, entries, with_entry, without_entry
from kb.documents.source.lines import Line, Lines, NotAmendable, lines_of, rewritten
from kb.documents.text import values
from kb.documents.text.plain_text import tidy, without_controls

Value = str | list[str] | int | None
_BY_HAND = "change the front matter as text"
_BROKEN = frozenset({"broken-yaml", "never-closed"})
_FENCE = re.compile(r"-{3,}\s*")
_CLOSING = re.compile(r"(?:-{3,}|\.{3})\s*")


def amend(raw: bytes, changes: Mapping[str, Value]) -> bytes:
    """The file with those fields of its front matter changed; None, "" and [] take a field out.

    What a field says already is left as it is written. Text is put on one line. A file without
    front matter gets one. Raises NotAmendable where the fields cannot be told apart.
    """
    wanted = {name: _tidied(value) for name, value in changes.items()}
    before = parse(raw, "")
    differing = {name: value for name, value in wanted.items() if not _says(before, name, value)}
    if not differing:
        return raw
    changed = raw
    for name, value in differing.items():
        changed = _with_field(changed, name, value)
    _check(before, parse(changed, ""), differing)
    return changed


def with_body(raw: bytes, body: str) -> bytes:
    """The file with another text below its front matter; line ends in `body` may be any.

    Lines that were there before keep their bytes, and the file its last line end.
    """
    lines = lines_of(raw)
    return _joined(lines, lines.head, _new_body(lines, body))


def with_texts(raw: bytes, head: str, body: str) -> bytes:
    """The file with other front matter, given as text with its lines of ---, and another body."""
    lines = lines_of(raw)
    return _joined(lines, _new_head(lines, head), _new_body(lines, body))


def unamendable(raw: bytes) -> NotAmendable | None:
    """Why the fields of this file cannot be changed one by one; None where they can."""
    try:
        lines = lines_of(raw)
        _fields(lines)
    except NotAmendable as reason:
        return reason
    return None


def _with_field(raw: bytes, name: str, value: Value) -> bytes:
    lines = lines_of(raw)
    if not lines.head:
        head: tuple[Line, ...] = tuple(Line("---", b"---", lines.end) for _ in range(2))
        lines = Lines(lines.bom, head, lines.body, lines.document)
    first, inner, found = _fields(lines)
    if value in (None, "", []):
        changed = without_entry(inner, [entry for entry in found if entry.name == name])
    else:
        assert value is not None
        text = [str(each) for each in value] if isinstance(value, list) else value
        changed = with_entry(inner, found, name, text, _before(name))
    made = [
        line if isinstance(line, Line) else Line(line, line.encode("utf-8", "replace"), lines.end)
        for line in changed
    ]
    last = first + len(inner)
    return _joined(lines, (*lines.head[:first], *made, *lines.head[last:]), lines.body)


def _fields(lines: Lines) -> tuple[int, tuple[Line, ...], list[FieldLines]]:
    """Where the lines between the two --- begin, those lines, and the fields on them."""
    for fault in lines.document.faults:
        if fault.code in _BROKEN:
            raise NotAmendable(fault.line, fault.message, fault.remedy)
    if lines.document.language != "YAML":
        raise NotAmendable(1, f"the front matter is {lines.document.language}", _BY_HAND)
    if not lines.head:
        return 0, (), []
    shown = [line.shown for line in lines.head]
    first = next(nth for nth, text in enumerate(shown) if _FENCE.fullmatch(text)) + 1
    last = next(nth for nth in range(first, len(shown)) if _CLOSING.fullmatch(shown[nth]))
    inner = lines.head[first:last]
    return first, inner, entries([line.shown for line in inner], first)


def _new_body(lines: Lines, body: str) -> tuple[Line, ...]:
    if not (body or lines.body):
        return ()
    if body and lines.document.body.endswith("\n") and not body.endswith(("\n", "\r")):
        body += "\n"
    return rewritten(lines.body, body, lines.end)


def _new_head(lines: Lines, head: str) -> tuple[Line, ...]:
    text = head.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    if not text.strip():
        return ()
    # With an empty line behind it: the line end of the closing --- is kept like any other.
    return rewritten((*lines.head, Line("", b"", b"")), f"{text}\n", lines.end)[:-1]


def _joined(lines: Lines, head: tuple[Line, ...], body: tuple[Line, ...]) -> bytes:
    """The file of these lines: a line end behind each but the last of all."""
    ends = [line.end or lines.end for line in head]
    if head and not body:
        ends[-1] = b""  # the file ended with its closing ---, and still does
    head = tuple(Line(each.shown, each.raw, end) for each, end in zip(head, ends, strict=True))
    return Lines(lines.bom, head, body, lines.document).bytes()


def _before(name: str) -> frozenset[str]:
    """The fields that stand above this one where all are there."""
    order = list(FIELDS)
    return frozenset(order[: order.index(name)] if name in order else order)


def _tidied(value: Value) -> Value:
    if isinstance(value, list):
        return [text for each in value if (text := tidy(without_controls(each)))]
    return tidy(without_controls(value)) if isinstance(value, str) else value


def _says(document: Document, name: str, value: Value) -> bool:
    """Does the front matter say that already, however it is written?"""
    written = document.meta.get(name)
    if value in (None, "", []):
        return name not in document.meta
    try:
        if isinstance(value, list):
            return list(values.texts(written)) == list(values.texts(value))
        return values.text(written) == str(value)
    except ValueError:
        return False


def _check(before: Document, after: Document, changes: Mapping[str, Value]) -> None:
    """What was meant is there, and nothing else has changed. Raises NotAmendable."""
    others: dict[str, Any] = {k: v for k, v in before.meta.items() if k not in changes}
    kept = {name: value for name, value in after.meta.items() if name not in changes}
    said = all(_says(after, name, value) for name, value in changes.items())
    if not said or others != kept or before.body != after.body:
        raise NotAmendable(1, "the front matter is laid out in an unusual way", _BY_HAND)
