"""A wording found in a file and replaced, hit by hit; every other byte stays as it was. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec import Struct

from kb.documents.document import Document, parse
from kb.documents.front_matter import FIELDS
from kb.documents.source.amending import Value, amend, with_body
from kb.documents.source.lines import NotAmendable
from kb.documents.text import values

_WORDED = tuple(field for field in FIELDS.values() if field.worded)
LONGEST = 200  # characters of what is looked for, or put in its place
_AROUND = 60  # characters shown on either side
# Where a link leads, or a bare address: to replace there may break the link.
_ADDRESS = re.compile(r"\]\(\s*<?([^)\s]*)|<([a-z][\w+.-]*:[^>\s]*)>|\bhttps?://[^\s)>\]]*", re.I)


class Replacement(Struct, frozen=True):
    """What is looked for, as typed, and what shall stand there instead."""

    old: str
    new: str
    whole_words: bool = True
    any_case: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """What it is found by; the text itself is no pattern."""
        text = re.escape(self.old)
        if self.whole_words:  # beside a sign, any letter may stand
            first, last = (re.match(r"\w", letter) for letter in (self.old[:1], self.old[-1:]))
            text = (r"(?<!\w)" if first else "") + text + (r"(?!\w)" if last else "")
        return re.compile(text, re.IGNORECASE if self.any_case else 0)


class Occurrence(Struct, frozen=True):
    """One place where it stands. `number` counts from 0 through the file, fields first.

    `field` is a name of the front matter, or "" for the text. `in_address`: where a link leads.
    """

    number: int
    field: str
    line: int
    before: str
    found: str
    after: str
    in_address: bool = False


def places(raw: bytes, wording: Replacement) -> list[Occurrence]:
    """Every place, in order."""
    document = parse(raw, "")
    made: list[Occurrence] = []
    for field, line, text in _texts(document):
        addresses = [found.span() for found in _ADDRESS.finditer(text)] if not field else []
        for found in wording.pattern.finditer(text):
            start, end = found.span()
            made.append(
                Occurrence(
                    number=len(made),
                    field=field,
                    line=line,
                    before=_shortened(text[:start], at_end=False),
                    found=found.group(),
                    after=_shortened(text[end:], at_end=True),
                    in_address=any(first <= start < last for first, last in addresses),
                )
            )
    return made


def replaced(raw: bytes, wording: Replacement, chosen: Collection[int]) -> bytes:
    """The file with the new wording at the places of these numbers. Raises NotAmendable."""
    document = parse(raw, "")
    count = -1

    def put(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return wording.new if count in chosen else found.group()

    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for field, _, text in _texts(document):
        before.setdefault(field, []).append(text)
        after.setdefault(field, []).append(wording.pattern.sub(put, text))
    changes: dict[str, Value] = {
        field: texts if FIELDS[field].several else texts[0]
        for field, texts in after.items()
        if field and texts != before[field]
    }
    if not str(changes.get("title", "-")).strip():
        line = document.lines.get("title", 1)
        raise NotAmendable(line, "the title would be empty", "leave it as it is")
    changed = amend(raw, changes)
    if after[""] == before[""]:
        return changed
    return with_body(changed, "\n".join(after[""]))


def _texts(document: Document) -> Iterator[tuple[str, int, str]]:
    """(field, line, text): each text field's, then each line of the body."""
    for field in _WORDED:
        written = document.meta.get(field.name)
        try:
            said = values.texts(written) if field.several else (values.text(written) or "",)
        except ValueError:
            continue  # it is told as a fault
        for text in said:
            yield field.name, document.lines.get(field.name, 1), text
    for nth, text in enumerate(document.body.split("\n")):
        yield "", document.body_line + nth, text


def _shortened(text: str, *, at_end: bool) -> str:
    if len(text) <= _AROUND:
        return text
    return f"{text[:_AROUND]}…" if at_end else f"…{text[-_AROUND:]}"
