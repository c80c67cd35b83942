"""A procedure as a row of cells: what stands in each column, and what is meant by it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from kb.documents.front_matter import TYPED
from kb.documents.source.manuscript import Manuscript

# A cell holds 32,767 units of UTF-16; a letter may be two.
MOST_LETTERS = 32_000
ID, REVIEWED, DUE, TEXT, FILE, VERSION = "Id", "Reviewed", "Due", "Text", "File", "Version"
FIELD_OF = {field.label: field.name for field in TYPED}
_CONTINUED = re.compile(rf"{TEXT} ([2-9]|[1-9]\d+)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class ProcedureRow(Struct, frozen=True):
    """One procedure. `fields` by label, as the form shows them; `texts` are one text, in parts.

    `version` is what git calls the bytes of the file that the row was made of.
    """

    id: str
    fields: dict[str, str]
    texts: tuple[str, ...]
    file: str = ""
    version: str = ""
    reviewed: date | None = None
    due: date | None = None


class TextPart(Struct, frozen=True):
    """As much of a text as a cell holds. `broken`: it goes on in the next within a line."""

    text: str
    broken: bool = False


def headers(parts: int) -> tuple[str, ...]:
    """The header of each column, where the longest text has that many parts."""
    return (ID, *FIELD_OF, REVIEWED, DUE, *text_headers(parts), FILE, VERSION)


def text_headers(parts: int) -> tuple[str, ...]:
    """Text, Text 2, Text 3 and so on."""
    return tuple(TEXT if nth == 1 else f"{TEXT} {nth}" for nth in range(1, max(parts, 1) + 1))


def is_ours(header: Sequence[str]) -> bool:
    """Is that the header of a sheet that was taken out here?"""
    return {ID, TEXT, VERSION, FILE, *FIELD_OF} <= set(header)


def text_columns(header: Sequence[str]) -> list[int]:
    """Where the parts of the text stand, the first first."""
    numbered = {
        int(found[1]) if (found := _CONTINUED.fullmatch(name)) else 1: nth
        for nth, name in enumerate(header)
        if name == TEXT or _CONTINUED.fullmatch(name)
    }
    return [numbered[key] for key in sorted(numbered)]


def shown_fields(manuscript: Manuscript) -> dict[str, str]:
    """By label; the title is what the procedure is called, wherever that stands."""
    fields = {**manuscript.fields, "title": manuscript.filed.procedure.title}
    return {label: fields[name] for label, name in FIELD_OF.items()}


def parts_of(text: str) -> list[TextPart]:
    """The text in parts that a cell holds, cut between lines wherever that can be."""
    most = MOST_LETTERS if text.isascii() or max(text) <= "\uffff" else MOST_LETTERS // 2
    return list(_cut(text.strip("\n"), most))


def _cut(text: str, most: int) -> Iterator[TextPart]:
    while len(text) > most:
        at = text.rfind("\n", 0, most + 1)
        if at > 0:
            yield TextPart(text[:at])
            text = text[at + 1 :]
        else:
            yield TextPart(text[:most], broken=True)
            text = text[most:]
    yield TextPart(text)


def joined(texts: Sequence[str], before: str) -> str:
    """The parts as one text; `before` is the text that they were made of, as far as it is known."""
    made = parts_of(before)
    found = ""
    for nth, text in enumerate(texts):
        found += text
        if nth < len(texts) - 1:
            broken = nth < len(made) and made[nth].broken
            found += "" if broken else "\n"
    return found


def writable(text: str) -> str:
    """The text as the file format of workbooks takes it: it reads _x0041_ as an A."""
    escaped = _ESCAPED.sub(lambda found: f"_x005F_x{found[1]}_", text)
    return _NO_XML.sub("", escaped)


def same(one: str, other: str) -> bool:
    """Do two texts say the same, but for what workbooks cannot keep apart?"""
    return comparable(one) == comparable(other)


def comparable(text: str) -> str:
    """What is left of a text by a way through a workbook."""
    while _ESCAPED.search(text):
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    plain = _NO_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\xa0", " ").strip()


def restored(text: str, before: str) -> str:
    """The text with every line that says what one said `before` as it stood there."""
    lines = {comparable(line): line for line in before.split("\n")}
    found = [lines.get(comparable(line), line) for line in text.strip("\n").split("\n")]
    head = before[: len(before) - len(before.lstrip("\n"))]
    tail = before[len(before.rstrip("\n")) :] if before.strip("\n") else ""
    return head + "\n".join(found) + tail
