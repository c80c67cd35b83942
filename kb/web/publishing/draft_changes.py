"""What a draft changes in its file, line by line."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from kb.documents.document import decoded
from kb.documents.source.lines import NotAmendable
from kb.documents.source.manuscript import Manuscript
from kb.publishing.sql.drafts import Draft
from kb.storage.git.alignment import stretches
from kb.web.publishing import opened_file

_MOST = 600  # lines shown
_AROUND = 2


class DraftLine(Struct, frozen=True):
    """A line. `kind` is "same", "gone", "new", or "gap" where lines are left out."""

    kind: str
    text: str


_GAP = DraftLine("gap", "")


def changes_of(draft: Draft, manuscript: Manuscript) -> list[DraftLine]:
    """The draft's text against its file as it is now."""
    path = manuscript.filed.procedure.path
    try:
        text = opened_file.manuscript_from(draft.base, path).written(draft.form)
    except NotAmendable:
        text = draft.base
    return changes(manuscript.raw, text)


def changes(old: bytes, new: bytes) -> list[DraftLine]:
    """The lines that differ, with two around each."""
    before, after = (decoded(raw, "", []).split("\n") for raw in (old, new))
    found = list(_differing(before, after))
    return [*found[:_MOST], _GAP] if len(found) > _MOST else found


def _differing(before: list[str], after: list[str]) -> Iterator[DraftLine]:
    if before == after:
        return
    for one in stretches(before, after):
        gone, new = before[one.old_start : one.old_end], after[one.new_start : one.new_end]
        if not one.same:
            yield from (DraftLine("gone", line) for line in gone)
            yield from (DraftLine("new", line) for line in new)
            continue
        head = gone[:_AROUND] if one.old_start else []
        tail = gone[len(head) :][-_AROUND:] if one.old_end < len(before) else []
        yield from (DraftLine("same", line) for line in head)
        if len(head) + len(tail) < len(gone):
            yield _GAP
        yield from (DraftLine("same", line) for line in tail)
