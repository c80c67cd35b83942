"""A file as a form to be filled in, and the bytes that come of what was typed into it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from kb.documents.document import Document
from kb.documents.front_matter import FIELDS, TYPED, Field
from kb.documents.reading import Filed, procedure_from
from kb.documents.source.amending import Value, amend, unamendable, with_body, with_texts
from kb.documents.source.lines import NotAmendable, lines_of, shown_text
from kb.documents.text import values
from kb.documents.text.plain_text import tidy
from kb.procedures.model import Departments

_ALL = (FIELDS["id"], *TYPED)  # the id of a new procedure only: it never changes


class Manuscript(Struct, frozen=True):
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

        `typed` may hold any of TYPED, "id", "head" and "body". Raises NotAmendable.
        """
        body = typed.get("body", self.body)
        if self.locked:
            return with_texts(self.raw, typed.get("head", self.head), body)
        changes = {
            field.name: value
            for field in _ALL
            if field.name in typed
            and (value := _value(field, typed[field.name]))
            != _value(field, self.fields[field.name])
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
    fields = {field.name: _shown(document, field) for field in _ALL}
    fields["department"] = filed.procedure.department
    fields["status"] = filed.procedure.status.value
    head, body = shown_text(lines.head), shown_text(lines.body)
    return Manuscript(raw, filed, fields, head, body, unamendable(raw))


def _value(field: Field, typed: str) -> Value:
    if not field.several:
        return tidy(typed)
    return list(dict.fromkeys(filter(None, map(tidy, typed.splitlines()))))


def _shown(document: Document, field: Field) -> str:
    written = document.meta.get(field.name)
    try:
        return "\n".join(values.texts(written)) if field.several else values.text(written) or ""
    except ValueError:
        return ""
