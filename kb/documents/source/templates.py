"""What new procedures begin with: Markdown files in _templates folders. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

from msgspec import Struct

from kb.documents.document import parse
from kb.documents.reading import title_from_path
from kb.documents.source.amending import amend
from kb.documents.source.lines import NotAmendable
from kb.documents.text import values
from kb.procedures.model import Departments

# Said of the template itself, not of what is made from it.
_OWN = ("title", "description")


class Template(Struct, frozen=True):
    """A text to begin with. `department` is its folder's, None for one that is for all."""

    path: str
    title: str
    description: str
    department: str | None
    raw: bytes


EMPTY = Template("empty", "Empty page", "Nothing but what you write.", None, b"")


def offered(files: dict[str, bytes], departments: Departments) -> list[Template]:
    """The templates by title, the empty one last. Those that cannot be amended are left out."""
    found = []
    for path, raw in files.items():
        meta = parse(raw, path).meta
        folder = PurePosixPath(path).parts[0]
        found.append(
            Template(
                path,
                _text(meta.get("title")) or title_from_path(path),
                _text(meta.get("description")),
                folder if folder in departments else None,
                raw,
            )
        )
    return [*sorted(found, key=lambda one: (one.department or "", one.title)), EMPTY]


def begun(
    template: Template, id: str, title: str, department: str, owner: str, words: str
) -> bytes:
    """A new procedure's file. `words` of a search that failed become its first keyword."""
    changes: dict[str, str | list[str] | None] = dict.fromkeys(_OWN)
    changes |= {"id": id, "title": title, "department": department, "owner": owner}
    written = parse(template.raw, template.path).meta.get("keywords")
    try:
        keywords = [*([words] if words else []), *values.texts(written)]
    except ValueError:
        keywords = [words] if words else []
    if keywords:
        changes["keywords"] = keywords
    try:
        return amend(template.raw, changes)
    except NotAmendable:
        body = parse(template.raw, template.path).body
        return amend(body.encode(), changes)


def _text(value: object) -> str:
    try:
        return values.text(value) or ""
    except ValueError:
        return ""
