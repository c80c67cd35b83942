"""A drafted procedure as the bytes of its file. The same row makes the same bytes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import date

from msgspec import Struct

from kb.documents.document import parse
from kb.documents.front_matter import FIELDS
from kb.documents.text.yaml_writing import scalar
from kb.importing.drafting import DraftedProcedure
from kb.importing.rows.reading import RowRead
from kb.procedures.model import Status

LONGEST_TOPIC = 80


class Placing(Struct, frozen=True):
    """What a file says besides what its rows say."""

    id: str
    department: str
    status: Status
    reviewed: date | None = None


def file_of(drafted: DraftedProcedure, placing: Placing) -> bytes:
    """Its file: front matter, then the text."""
    row = drafted.first
    reviewed = row.reviewed or placing.reviewed
    fields: list[tuple[str, str]] = [("id", placing.id), ("title", row.title)]
    lines = [f"{name}: {scalar(value)}" for name, value in fields]
    if words := keywords(drafted):
        lines += ["keywords:", *(f"  - {scalar(word)}" for word in words)]
    lines.append(f"department: {scalar(placing.department)}")
    if row.owner:
        lines.append(f"owner: {scalar(row.owner)}")
    lines += _others(row, {"deputy", "review_every"})
    if placing.status is not Status.PUBLISHED:
        lines.append(f"status: {placing.status}")
    if reviewed:
        lines.append(f"reviewed: {reviewed}")
    lines += _others(row, {"audience", "finds"})
    lines.append(f"source: {scalar(drafted.sources[0])}")
    head = "\n".join(lines)
    return f"---\n{head}\n---\n\n{drafted.body()}".encode("utf-8", "replace")


def _others(row: RowRead, names: Set[str]) -> Iterator[str]:
    """Fields that a document says and a row cannot."""
    for name, values in row.fields:
        if name not in names:
            continue
        if FIELDS[name].several:
            yield from (f"{name}:", *(f"  - {scalar(value)}" for value in values))
        else:
            yield f"{name}: {scalar(values[0])}"


def keywords(drafted: DraftedProcedure) -> tuple[str, ...]:
    """Its keywords; its category is one of them, as "Category: Topic"."""
    category = drafted.first.category.replace(":", " ").strip()
    topic = drafted.title.rstrip(" ?!.")[:LONGEST_TOPIC].rstrip()
    own = (f"{category}: {topic}",) if category else ()
    return tuple(dict.fromkeys((*own, *drafted.keywords)))


def placing_in(raw: bytes, fallback: Placing) -> Placing:
    """What a file that was written so says besides its rows: the next run keeps it."""
    meta = parse(raw, "").meta
    status = meta.get("status") or Status.PUBLISHED.value
    known = status in {one.value for one in Status}
    return Placing(
        str(meta.get("id") or fallback.id),
        str(meta.get("department") or fallback.department),
        Status(status) if known else fallback.status,
        _day(meta.get("reviewed")) or fallback.reviewed,
    )


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        return None
