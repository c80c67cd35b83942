"""A book to print: departments as chapters, procedures numbered, an index of keywords."""

from __future__ import annotations

import base64
import mimetypes
import posixpath
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.attachments import PICTURES
from kb.documents.document import parse
from kb.documents.markdown.rendering import Method, Page, Part, Renderer, Resolve
from kb.documents.text.plain_text import folded, sortable
from kb.exporting.numbering import numbered, readdressed
from kb.exporting.selecting import Scope, Selecting
from kb.exporting.zipping import Progress
from kb.notices.days import day_in_words
from kb.procedures.model import Department, Departments, Procedure, Status
from kb.resources import STATIC, TEMPLATES

LARGEST_PICTURE = 5_000_000  # bytes; a larger one is named instead
_PLACES, _FILES = "/procedures/", "/files/"


class BookEntry(Struct, frozen=True):
    """One procedure: its number in the book, its place in the file, its text."""

    number: str
    place: str
    procedure: Procedure
    page: Page


class Chapter(Struct, frozen=True):
    """One department. `length` is how many characters of HTML its texts have."""

    number: int
    department: Department
    entries: tuple[BookEntry, ...]

    @property
    def length(self) -> int:
        """How many characters of HTML its texts have."""
        return sum(_length(entry.page) for entry in self.entries)


class IndexLine(Struct, frozen=True):
    """A keyword, with the procedures that bear it. `begins`: the first of its letter."""

    keyword: str
    entries: tuple[BookEntry, ...]
    letter: str = ""


class Book(Struct, frozen=True):
    """All of it. `about` is the department's name, or what the site is called."""

    about: str
    made: date
    chapters: tuple[Chapter, ...]

    def index(self) -> list[IndexLine]:
        """The keywords of all its procedures, in order."""
        found: dict[str, tuple[str, list[BookEntry]]] = {}
        for entry in (entry for chapter in self.chapters for entry in chapter.entries):
            for word in entry.procedure.keywords:
                found.setdefault(folded(word.text), (word.text, []))[1].append(entry)
        lines = [IndexLine(word, tuple(entries)) for word, entries in found.values()]
        lines.sort(key=lambda line: sortable(line.keyword))
        return list(_lettered(lines))

    def volumes(self, most: int) -> list[Book]:
        """A book of each chapter where the whole has more than `most` characters; else itself."""
        if sum(chapter.length for chapter in self.chapters) <= most or len(self.chapters) < 2:
            return [self]
        return [Book(chapter.department.name, self.made, (chapter,)) for chapter in self.chapters]


class Binding(Struct, frozen=True, dict=True):
    """Makes books. `url` is the site's address, for links that lead out of a book; "" for none."""

    selecting: Selecting
    catalogue: Catalogue
    departments: Callable[[], Departments]
    site: str
    url: str

    def book(self, scope: Scope, today: date, progress: Progress) -> Book:
        """What is published, as the scope's reader sees it."""
        known = self.departments()
        chosen = [one for one in self.selecting.procedures(scope) if one.status is Status.PUBLISHED]
        chapters = _chapters(chosen, known)
        places = {
            one.id: f"p{nth}"
            for nth, one in enumerate((one for _, some in chapters for one in some), 1)
        }
        made, done = list[Chapter](), 0
        for number, (department, some) in enumerate(chapters, 1):
            entries = []
            for nth, one in enumerate(some, 1):
                if (page := self._page(one, places)) is not None:
                    entries.append(BookEntry(f"{number}.{nth}", places[one.id], one, page))
                done += 1
                progress(done, len(chosen))
            made.append(Chapter(number, department, tuple(entries)))
        about = known.get(scope.department).name if scope.department else self.site
        return Book(about, today, tuple(made))

    def html(self, book: Book) -> str:
        """The book as one file that needs no other."""
        style = (STATIC / "exporting-book.css").read_bytes()
        template = self._templates.get_template("exporting/book.html")
        made: str = template.render(
            book=book, index=book.index(), site=self.site, style=_as_data(style, "text/css")
        )
        return made

    @cached_property
    def _templates(self) -> Any:
        from jinja2 import Environment, FileSystemLoader  # only now: a book is made seldom

        made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
        made.trim_blocks = made.lstrip_blocks = True
        made.filters["day"] = day_in_words
        return made

    def _page(self, procedure: Procedure, places: dict[str, str]) -> Page | None:
        file = self.selecting.file(procedure.path)
        if file is None:
            return None
        body = parse(file.raw, procedure.path).body
        resolve = self._resolver(body, procedure.path, places)
        page = Renderer().render(body, procedure.path, resolve, procedure.title)
        address = _Addresses(self, places[procedure.id])
        return _each(page, lambda html: numbered(readdressed(html, address)), places[procedure.id])

    def _resolver(self, body: str, base: str, places: dict[str, str]) -> Resolve:
        ids = self.catalogue.at_paths(Renderer().link_paths(body, base))

        def resolve(path: str) -> str | None:
            if path in ids:
                place = places.get(ids[path])
                return f"{_PLACES}{place}" if place else None
            try:
                self.selecting.library.attachment(path)
            except OSError:
                return None
            return f"{_FILES}{path}"

        return resolve

    def picture(self, path: str) -> str | None:
        """The picture itself, as an address; None where it is too large, or is none."""
        file = self.selecting.file(path)
        suffix = posixpath.splitext(path)[1].casefold()
        if file is None or suffix not in PICTURES or len(file.raw) > LARGEST_PICTURE:
            return None
        kind = "image/avif" if suffix == ".avif" else mimetypes.guess_type(path)[0]
        return _as_data(file.raw, kind or "image/png")


class _Addresses:
    """Places and links of one procedure, as they are called in the book."""

    def __init__(self, binding: Binding, place: str) -> None:
        self._binding = binding
        self._place = place

    def __call__(self, attribute: str, value: str) -> str | None:
        if attribute in ("id", "name"):
            return f"{self._place}-{value}"
        if value.startswith("#"):
            return f"#{self._place}-{value[1:]}"
        if value.startswith(_PLACES):
            return "#" + value.removeprefix(_PLACES).replace("#", "-", 1)
        if not value.startswith(_FILES):
            return value
        path = value.removeprefix(_FILES)
        if attribute == "src":
            return self._binding.picture(path)
        return f"{self._binding.url}{_FILES}{quote(path)}" if self._binding.url else None


def _chapters(
    procedures: Iterable[Procedure], departments: Departments
) -> list[tuple[Department, list[Procedure]]]:
    """In the order of departments.yml, each by title."""
    found: dict[str, list[Procedure]] = {id: [] for id in departments.by_id}
    for one in sorted(procedures, key=lambda one: (sortable(one.title), one.path)):
        found.setdefault(one.department, []).append(one)
    return [(departments.get(id), some) for id, some in found.items() if some]


def _each(page: Page, made: Callable[[Markup], Markup], place: str) -> Page:
    """The page with all its HTML, and the names of its places, made so."""
    parts = tuple(
        replace(
            part,
            anchor=f"{place}-{part.anchor}" if part.anchor else "",
            html=made(part.html),
            methods=tuple(_method(one, made, place) for one in part.methods),
        )
        for part in page.parts
    )
    return replace(page, parts=parts)


def _method(one: Method, made: Callable[[Markup], Markup], place: str) -> Method:
    return replace(one, anchor=f"{place}-{one.anchor}", html=made(one.html))


def _length(page: Page) -> int:
    return sum(map(_length_of_part, page.parts))


def _length_of_part(part: Part) -> int:
    return len(part.html) + sum(len(method.html) for method in part.methods)


def _lettered(lines: Iterable[IndexLine]) -> Iterable[IndexLine]:
    last = ""
    for line in lines:
        first = sortable(line.keyword)[:1].upper()
        letter = first if first.isalpha() else "#"
        yield replace(line, letter=letter) if letter != last else line
        last = letter


def _as_data(raw: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"
