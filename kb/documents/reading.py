"""A document read as a procedure: every front-matter field, its fallback and its faults. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from msgspec import Struct, field

from kb.documents.document import Document, parse, unreadable
from kb.documents.front_matter import FIELDS, Field
from kb.documents.markdown.links import (
    MARKDOWN_SUFFIXES,
    NAMED,
    Link,
    candidates,
    is_local,
    is_promise,
)
from kb.documents.markdown.outline import Outline
from kb.documents.markdown.places import leads
from kb.documents.naming import names_of
from kb.documents.text.left_blank import left_blank
from kb.documents.text.near_names import nearest
from kb.documents.text.plain_text import blob_name, folded, readable, slug
from kb.procedures.model import (
    UNASSIGNED,
    Departments,
    Entry,
    Fault,
    Procedure,
    Section,
    Severity,
    Status,
)

READING = 4  # raise it when the same file would now be read differently: all is indexed anew
# Where the site's own pages stand: below /procedures/.
TAKEN = frozenset({"new"})
_ID = re.compile(r"\w[\w.-]{0,119}")
_TARGET = re.compile(r"\]\([^()\s]*")
TEMPLATE_WORDS = "template-words"  # the code of that fault
_INDEXES = ("index", "readme")
_TEXTLESS = ("empty", "unreadable", "lfs-pointer")
_LABELS = frozenset({"new", "deprecated"})
_FIRST = ("id", "department", "title")  # each with a rule of its own


class Filed(Struct, frozen=True):
    """A file as the catalogue and the index want it. `lines` has the line of each field."""

    procedure: Procedure
    links: tuple[Link, ...]
    sections: tuple[Section, ...]
    entry_fingerprint: str
    faults: tuple[Fault, ...]
    named: bool = False  # the id stands in the front matter
    files: frozenset[str] = frozenset()  # paths that its links to files may mean, pages apart
    lines: dict[str, int] = field(default_factory=dict)
    words: str = ""  # names what a reader sees of it: `words_of`
    names: frozenset[str] = frozenset()  # what it is linked by, besides its path
    places: frozenset[str] = frozenset()  # what links to a place in it may be written with

    @property
    def entry(self) -> Entry:
        """What search needs of it."""
        return Entry(self.procedure, self.sections, self.entry_fingerprint)


def procedure_from(document: Document, departments: Departments) -> Filed:
    """The procedure that a document holds, with fallbacks for all that it does not say."""
    return _Reading(document, departments).filed()


def headed(document: Document, departments: Departments) -> Filed:
    """The file by its front matter, with its faults: three times as fast as `procedure_from`.

    For a text without links to files: it has neither links nor sections.
    """
    return _Reading(document, departments).headed()


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


def file_links(document: Document) -> list[tuple[str, ...]]:
    """For each link the paths of files that it may mean, best first; pages apart."""
    return _Reading(document, Departments()).file_links()


def folder_department(path: str, departments: Departments) -> str:
    """Whose the folder is that a file lies in: the nearest that is called like a department."""
    by_slug = {slug(each): each for each in departments.by_id}
    folders = reversed(PurePosixPath(path).parts[:-1])
    return next(filter(None, (by_slug.get(slug(each)) for each in folders)), UNASSIGNED)


def template_words(document: Document) -> list[Fault]:
    """What the document still says in a template's words."""
    before, path = document.body_line - 1, document.path
    remedy = "write what is so, or take the line out"
    return [
        Fault(
            path,
            before + line,
            TEMPLATE_WORDS,
            f"“{words}” is still the template's words",
            remedy,
            Severity.WARNING,
        )
        for line, words in left_blank(document.body)
    ]


def words_of(document: Document, title: str) -> str:
    """Names what the page says (12 hex digits): not its other fields, nor where its links lead."""
    said = " ".join([title, *_TARGET.sub("](", document.body).split()])
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]


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
        name, department = self._id(), self._department
        procedure = Procedure(
            id=name or id_from_path(self._document.path),
            title=self._title(),
            path=self._document.path,
            version=self._document.version,
            department=department,
            **{field.name: _SAID.get(field.name, _Reading._value)(self, field) for field in _REST},
        )
        return procedure, name is not None

    def headed(self) -> Filed:
        """Without what takes the body apart."""
        procedure, named = self.procedure()
        faults = tuple(self._faults)
        return Filed(procedure, (), (), "", faults, named=named, lines=self._lines)

    def filed(self) -> Filed:
        """All that catalogue and index want."""
        procedure, named = self.procedure()
        self._faults += template_words(self._document)
        places = self._outline.places(procedure.title)
        self._doubts()
        self._lost_places(places)
        meta, path = self._document.meta, procedure.path
        return Filed(
            procedure,
            self._links(),
            self._outline.sections(procedure.title),
            fingerprint(procedure),
            tuple(self._faults),
            named=named,
            files=self._files(),
            lines=self._lines,
            words=words_of(self._document, procedure.title),
            names=names_of(procedure.id, procedure.title, path, meta),
            places=places,
        )

    def file_links(self) -> list[tuple[str, ...]]:
        """The paths that each link may mean, best first; of pages only what could be a file."""
        path = self._document.path
        meant = (candidates(link.target, path) for link in self._outline.links())
        return [tuple(filter(_is_file, each)) for each in meant]

    def _doubts(self) -> None:
        before = self._document.body_line - 1
        for one in self._outline.doubts():
            told = (one.code, one.message, one.remedy, Severity.WARNING)
            self._faults.append(Fault(self._document.path, before + one.line, *told))

    def _lost_places(self, places: frozenset[str]) -> None:
        """Links to places in this text that are not there."""
        before = self._document.body_line - 1
        for link in self._outline.links():
            if link.target.startswith("#") and not leads(link.target, places):
                told = no_place(link.target, link.target, places)
                self._faults.append(Fault(self._document.path, before + link.line, *told))

    def _id(self) -> str | None:
        name: str | None = self._value(FIELDS["id"])
        if name is None or (_ID.fullmatch(name) and name not in TAKEN):
            return name
        usable = _free(slug(name)[:120]) or None
        remedy = f'write letters, digits, "-" and "_" only, such as {usable or "SHP-014"}'
        self._fault("id", "unusable-id", f'the id "{name[:60]}" cannot be an address', remedy)
        return usable

    def _title(self) -> str:
        title: str | None = self._value(FIELDS["title"])
        if title:
            return title
        heading = self._outline.title
        if heading:
            self._lines["title"] = self._document.body_line - 1 + heading[1]
            return heading[0]
        self._lines.pop("title", None)
        silent = any(fault.code in _TEXTLESS for fault in self._faults)
        if not silent and not is_title(self._document.path):
            remedy = 'add "title: …" to the front matter or a "# heading"'
            self._fault("title", "missing-title", "the procedure has no title", remedy)
        return title_from_path(self._document.path)

    @cached_property
    def _department(self) -> str:
        written = self._value(FIELDS["department"])
        found = self._departments.by_id
        if written in found:
            return str(written)
        names = {folded(each.name): each.id for each in found.values()}
        names |= {folded(each): each for each in found}
        if written and folded(written) in names:
            return names[folded(written)]
        if written and written != UNASSIGNED and found:
            self._fault("department", "unknown-department", *unknown_department(written, found))
        return folder_department(self._document.path, self._departments)

    def _status(self, field: Field) -> Status:
        written = self._value(field)
        if written and _spelled(written) in _LABELS:
            return self._label(field, _spelled(written))
        try:
            return Status(_spelled(written)) if written else Status.PUBLISHED
        except ValueError:
            message = f'the status "{written}" is unknown, so it is kept back as a draft'
            remedy = "write draft, in review, published or retired"
            self._fault(field.name, "unknown-status", message, remedy)
            return Status.DRAFT

    def _label(self, field: Field, label: str) -> Status:
        """MkDocs has labels there, which keep no page back."""
        if label == "deprecated":
            remedy = "write retired where it must no longer be used"
            message = 'the status "deprecated" is a label of MkDocs; it is shown as published'
            line = self._lines.get(field.name, 1)
            told = ("deprecated-status", message, remedy, Severity.WARNING)
            self._faults.append(Fault(self._document.path, line, *told))
        return Status.PUBLISHED

    def _review_every(self, field: Field) -> int | None:
        own: int | None = self._value(field)
        known = self._departments.by_id.get(self._department)
        return own or (known.review_every if known else None)

    def _links(self) -> tuple[Link, ...]:
        before = self._document.body_line - 1
        return tuple(
            Link(before + link.line, link.target)
            for link in self._outline.links()
            if (is_local(link.target) and candidates(link.target, self._document.path))
            or is_promise(link.target)
        )

    def _files(self) -> frozenset[str]:
        return frozenset(each for meant in self.file_links() for each in meant)

    def _value(self, field: Field) -> Any:
        """What it says by its own reader; nothing, and a fault, where that makes no sense of it."""
        try:
            return field.read(self._document.meta.get(field.name))
        except ValueError as error:
            self._fault(field.name, field.code, f"{field.name}: {error}", field.remedy)
            return field.nothing

    def _fault(self, name: str, code: str, message: str, remedy: str) -> None:
        line = self._lines.get(name, 1)
        self._faults.append(Fault(self._document.path, line, code, message, remedy))


# What has a fallback that is not the field's own, and what is read as any other is.
_SAID: dict[str, Callable[[_Reading, Field], Any]] = {
    "status": _Reading._status,
    "review_every": _Reading._review_every,
}
_REST = tuple(field for field in FIELDS.values() if field.name not in _FIRST)


def _is_file(path: str) -> bool:
    return not path.startswith(NAMED) and not path.casefold().endswith(MARKDOWN_SUFFIXES)


def _spelled(status: str) -> str:
    """ "In-Review" and "in_review" are "in review"."""
    return " ".join(status.casefold().replace("-", " ").replace("_", " ").split())


def no_place(target: str, place: str, places: Collection[str]) -> tuple[str, str, str]:
    """(code, message, remedy) for a link to a place that the page does not have."""
    name = unquote(place.removeprefix("#"))
    near = nearest(name.casefold(), places, 0.75)
    message = f'the link "{target[:120]}" leads to no heading or place called "{name[:60]}"'
    return "dead-anchor", message, f"did you mean #{near}?" if near else "fix or remove it"


def unknown_department(written: str, departments: dict[str, Any]) -> tuple[str, str]:
    """(message, remedy) for a department that departments.yml lacks."""
    near = nearest(written.casefold(), departments)
    message = f'department "{written}" is not in departments.yml'
    return message, f'did you mean "{near}"?' if near else "add it there or fix the name"


def id_from_path(path: str) -> str:
    """The id of a file that names none: "shipping/late.md" is shipping-late."""
    parts = PurePosixPath(path).with_suffix("").parts
    if len(parts) > 1 and parts[-1].casefold() in _INDEXES:
        parts = parts[:-1]
    name = "-".join(filter(None, map(slug, parts)))
    if name and len(name) <= 120:
        return _free(name)
    return f"{name[:100]}-{hashlib.sha256(path.encode()).hexdigest()[:12]}".lstrip("-")


def _free(id: str) -> str:
    return f"{id}-procedure" if id in TAKEN else id


def title_from_path(path: str) -> str:
    """The title of a file that has none: its name, or that of its folder for an index file."""
    parts = PurePosixPath(path).with_suffix("").parts
    if len(parts) > 1 and parts[-1].casefold() in _INDEXES:
        parts = parts[:-1]
    return readable(parts[-1]) or parts[-1]


def is_title(path: str) -> bool:
    """Is the file's name written as a title, as in a folder of notes: `Late parcel.md`?"""
    stem = PurePosixPath(path).stem
    return " " in stem.strip() and stem.casefold() not in _INDEXES
