"""A file as a form to be filled in, and the bytes that come of what was typed into it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kb.documents.document import Document
from kb.documents.reading import Filed, procedure_from
from kb.documents.source.amending import Value, amend, unamendable, with_body, with_texts
from kb.documents.source.lines import NotAmendable, lines_of, shown_text
from kb.documents.text import values
from kb.documents.text.plain_text import tidy
from kb.procedures.model import Departments

LINES = ("title", "department", "owner", "deputy", "status", "review_every")
LISTS = ("keywords", "finds", "audience", "related")  # in the form, an item a line
EDITED = (*LINES, *LISTS)
_ALL = ("id", *EDITED)  # the id of a new procedure only: it never changes


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A file opened for writing. `fields` are the texts that the form shows, by name.

    `locked` says why the fields cannot be changed one by one; then `head` is changed as text.
    """

    raw: bytes
    filed: Filed
    fields: Mapping[str, str]
    head: str
    body: str
    locked: NotAmendable | None

    def written(self, typed: Mapping[str, str]) -> bytes:
        """The file as typed: what was not changed in the form keeps its bytes.

        `typed` may hold any of EDITED, "id", "head" and "body". Raises NotAmendable.
        """
        body = typed.get("body", self.body)
        if self.locked:
            return with_texts(self.raw, typed.get("head", self.head), body)
        changes = {
            name: _value(name, typed[name])
            for name in _ALL
            if name in typed and _value(name, typed[name]) != _value(name, self.fields[name])
        }
        return with_body(amend(self.raw, changes), body)


def opened(raw: bytes, path: str, departments: Departments) -> Manuscript:
    """The file as a form. Raises NotAmendable for UTF-16."""
    lines = lines_of(raw)
    document = replace(
        lines.document,
        path=path,
        faults=tuple(replace(fault, path=path) for fault in lines.document.faults),
    )
    filed = procedure_from(document, departments)
    fields = {name: _one_line(document, name) for name in ("id", *LINES)}
    fields |= {name: "\n".join(_several(document, name)) for name in LISTS}
    fields["department"] = filed.procedure.department
    fields["status"] = filed.procedure.status.value
    head, body = shown_text(lines.head), shown_text(lines.body)
    return Manuscript(raw, filed, fields, head, body, unamendable(raw))


def _value(name: str, typed: str) -> Value:
    if name not in LISTS:
        return tidy(typed)
    return list(dict.fromkeys(filter(None, map(tidy, typed.splitlines()))))


def _one_line(document: Document, name: str) -> str:
    try:
        return values.text(document.meta.get(name)) or ""
    except ValueError:
        return ""


def _several(document: Document, name: str) -> tuple[str, ...]:
    try:
        return values.texts(document.meta.get(name))
    except ValueError:
        return ()
