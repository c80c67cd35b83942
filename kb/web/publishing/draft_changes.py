"""What a draft changes in its file, line by line."""

from __future__ import annotations

from difflib import unified_diff

from msgspec import Struct

from kb.documents.document import decoded
from kb.documents.source.lines import NotAmendable
from kb.documents.source.manuscript import Manuscript
from kb.publishing.sql.drafts import Draft
from kb.web.publishing import opened_file

_MOST = 600  # lines shown


class DraftLine(Struct, frozen=True):
    """A line. `kind` is "same", "gone", "new", or "gap" where lines are left out."""

    kind: str
    text: str


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
    kinds = {" ": "same", "-": "gone", "+": "new", "@": "gap"}
    found = list(unified_diff(before, after, lineterm="", n=2))[2:]
    shown = [
        DraftLine(kinds[line[0]], "" if line[0] == "@" else line[1:]) for line in found[:_MOST]
    ]
    return [*shown, DraftLine("gap", "")] if len(found) > _MOST else shown
