"""A document read as a procedure: every front-matter field, its fallback and its faults. Pure."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, TypeVar

from kb.documents.document import Document, parse, unreadable
from kb.documents.markdown.links import MARKDOWN_SUFFIXES, Link, candidates, is_promise
from kb.documents.markdown.outline import Outline
from kb.documents.text import values
from kb.documents.text.plain_text import blob_name, folded, readable, slug
from kb.procedures.model import (
    UNASSIGNED,
    Departments,
    Entry,
    Fault,
    Keyword,
    Procedure,
    Section,
    Status,
)

FIELDS: dict[str, str] = {
    "id": "the name that never changes; made from the path when missing",
    "title": "what the procedure is called; the first heading when missing",
    "keywords": "words a rep would say; `Category: Topic` or plain",
    "department": "id of the owning department; that of the folder when missing",
    "owner": "e-mail address of the person who answers for it",
    "deputy": "e-mail address of the person who stands in for the owner",
    "status": "draft, published (when missing) or retired",
    "reviewed": "the day its owner last confirmed that it is right",
    "review_every": "how long a review holds: `6 months`, `90 days`, `1 year`",
    "audience": "whom it is for",
    "related": "ids or paths of other procedures",
    "finds": "searches that must show this procedure among the first three",
    "successor": "id or path of the procedure that replaces a retired one",
}
READING = 2  # raise it when the same file would now be read differently: all is indexed anew
_ID = re.compile(r"\w[\w.-]{0,119}")
_INDEXES = ("index", "readme")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Filed:
    """A file as the catalogue and the index want it. `lines` has the line of each field."""

    procedure: Procedure
    links: tuple[Link, ...]
    sections: tuple[Section, ...]
    entry_fingerprint: str
    faults: tuple[Fault, ...]
    named: bool = False  # the id stands in the front matter
    files: frozenset[str] = frozenset()  # paths that its links to files may mean, pages apart
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def entry(self) -> Entry:
        """What search needs of it."""
        return Entry(self.procedure, self.sections, self.entry_fingerprint)


def procedure_from(document: Document, departments: Departments) -> Filed:
    """The procedure that a document holds, with fallbacks for all that it does not say."""
    return _Reading(document, departments).filed()


def read_as(read: Callable[[str], bytes], path: str, departments: Departments) -> tuple[Filed, str]:
    """The file as a procedure, and what git calls its bytes; "" where they cannot be had.

    Raises FileNotFoundError, as `read` does for a file that is not there.
    """
    try:
        raw = read(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        document, blob = unreadable(path, error.strerror or "no reason given"), ""
    else:
        document, blob = parse(raw, path), blob_name(raw)
    return procedure_from(document, departments), blob


def described(document: Document, departments: Departments) -> tuple[Procedure, bool]:
    """The procedure alone, and whether the document names its id; quicker than `procedure_from`."""
    return _Reading(document, departments).procedure()


def fingerprint(procedure: Procedure) -> str:
    """Changes whenever the procedure, its text or the way of reading it does."""
    return hashlib.sha256(f"{READING} {procedure!r}".encode()).hexdigest()


class _Reading:
    """One document being read; faults gather on the way."""

    def __init__(self, document: Document, departments: Departments) -> None:
        self._document = document
        self._departments = departments
        self._faults = list(document.faults)
        self._lines = {name: line for name, line in document.lines.items() if name in FIELDS}

    @cached_property
    def _outline(self) -> Outline:
        return Outline(self._document.body)

    def procedure(self) -> tuple[Procedure, bool]:
        """What the front matter says, and whether it names the id."""
        name = self._id()
        department = self._department()
        procedure = Procedure(
            id=name or id_from_path(self._document.path),
            title=self._title(),
            path=self._document.path,
            version=self._document.version,
            department=department,
            keywords=tuple(map(Keyword, self._several("keywords"))),
            owner=self._value("owner", values.address),
            deputy=self._value("deputy", values.address),
            status=self._status(),
            reviewed=self._reviewed(),
            review_every=self._review_every(department),
            audience=self._several("audience"),
            related=self._several("related"),
            finds=self._several("finds"),
            successor=self._value("successor", values.text),
        )
        return procedure, name is not None

    def filed(self) -> Filed:
        """All that catalogue and index want."""
        procedure, named = self.procedure()
        return Filed(
            procedure,
            self._links(),
            self._outline.sections(procedure.title),
            fingerprint(procedure),
            tuple(self._faults),
            named=named,
            files=self._files(),
            lines=self._lines,
        )

    def _id(self) -> str | None:
        name = self._value("id", values.text)
        if name is None or _ID.fullmatch(name):
            return name
        usable = slug(name)[:120] or None
        remedy = f'write letters, digits, "-" and "_" only, such as {usable or "SHP-014"}'
        self._fault("id", "unusable-id", f'the id "{name[:60]}" cannot be an address', remedy)
        return usable

    def _title(self) -> str:
        title = self._value("title", values.text)
        if title:
            return title
        heading = self._outline.title
        if heading:
            self._lines["title"] = self._document.body_line - 1 + heading[1]
            return heading[0]
        self._lines.pop("title", None)
        if not any(fault.code in ("empty", "unreadable") for fault in self._faults):
            remedy = 'add "title: …" to the front matter or a "# heading"'
            self._fault("title", "missing-title", "the procedure has no title", remedy)
        return title_from_path(self._document.path)

    def _department(self) -> str:
        written = self._value("department", values.text)
        found = self._departments.by_id
        if written in found:
            return str(written)
        names = {folded(each.name): each.id for each in found.values()}
        names |= {folded(each): each for each in found}
        if written and folded(written) in names:
            return names[folded(written)]
        if written and written != UNASSIGNED and found:
            self._fault("department", "unknown-department", *unknown_department(written, found))
        folders = reversed(PurePosixPath(self._document.path).parts[:-1])
        return next((folder for folder in folders if folder in found), UNASSIGNED)

    def _status(self) -> Status:
        written = self._value("status", values.text)
        try:
            return Status(_spelled(written)) if written else Status.PUBLISHED
        except ValueError:
            message = f'the status "{written}" is unknown, so it is kept back as a draft'
            self._fault(
                "status", "unknown-status", message, "write draft, in review, published or retired"
            )
            return Status.DRAFT

    def _reviewed(self) -> date | None:
        return self._value("reviewed", values.day, "no-date", "write it as 2025-03-31")

    def _review_every(self, department: str) -> int | None:
        own = self._value("review_every", values.days, "no-period", 'write "6 months" or "90 days"')
        known = self._departments.by_id.get(department)
        return own or (known.review_every if known else None)

    def _links(self) -> tuple[Link, ...]:
        before = self._document.body_line - 1
        return tuple(
            Link(before + link.line, link.target)
            for link in self._outline.links()
            if is_promise(link.target)
        )

    def _files(self) -> frozenset[str]:
        path = self._document.path
        meant = (each for link in self._outline.links() for each in candidates(link.target, path))
        return frozenset(each for each in meant if not each.casefold().endswith(MARKDOWN_SUFFIXES))

    def _several(self, name: str) -> tuple[str, ...]:
        return self._value(name, values.texts, remedy="write a list of words") or ()

    def _value(
        self,
        name: str,
        read: Callable[[Any], Value],
        code: str = "unusable-value",
        remedy: str = "write one line of text",
    ) -> Value | None:
        try:
            return read(self._document.meta.get(name))
        except ValueError as error:
            self._fault(name, code, f"{name}: {error}", remedy)
            return None

    def _fault(self, name: str, code: str, message: str, remedy: str) -> None:
        line = self._lines.get(name, 1)
        self._faults.append(Fault(self._document.path, line, code, message, remedy))


def _spelled(status: str) -> str:
    """ "In-Review" and "in_review" are "in review"."""
    return " ".join(status.casefold().replace("-", " ").replace("_", " ").split())


def unknown_department(written: str, departments: dict[str, Any]) -> tuple[str, str]:
    """(message, remedy) for a department that departments.yml lacks."""
    near = difflib.get_close_matches(written.casefold(), departments, n=1)
    message = f'department "{written}" is not in departments.yml'
    return message, f'did you mean "{near[0]}"?' if near else "add it there or mend the name"


def id_from_path(path: str) -> str:
    """The id of a file that names none: "shipping/late.md" is shipping-late."""
    parts = PurePosixPath(path).with_suffix("").parts
    if len(parts) > 1 and parts[-1].casefold() in _INDEXES:
        parts = parts[:-1]
    name = "-".join(filter(None, map(slug, parts)))
    if name and len(name) <= 120:
        return name
    return f"{name[:100]}-{hashlib.sha256(path.encode()).hexdigest()[:12]}".lstrip("-")


def title_from_path(path: str) -> str:
    """The title of a file that has none: its name, or that of its folder for an index file."""
    parts = PurePosixPath(path).with_suffix("").parts
    if len(parts) > 1 and parts[-1].casefold() in _INDEXES:
        parts = parts[:-1]
    return readable(parts[-1]) or parts[-1]
