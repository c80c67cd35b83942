"""Faults that show only when all files are seen together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache

from msgspec import Struct, field

from kb.documents.front_matter import linked
from kb.documents.markdown.links import (
    MARKDOWN_SUFFIXES,
    Link,
    candidates,
    fragment,
    is_promise,
)
from kb.documents.markdown.places import leads
from kb.documents.reading import Filed, no_place, unknown_department
from kb.documents.sync_copies import copy_fault, original_of
from kb.documents.text.near_names import nearest
from kb.documents.text.plain_text import folded
from kb.procedures.counting import counted
from kb.procedures.model import UNASSIGNED, Departments, Fault, Severity, Status

# The departments of each person, by e-mail address (casefolded); None for who is disabled.
Staff = Mapping[str, frozenset[str] | None]
_MOST_COMPARED = 10_000  # names of files: a link to nowhere is told in a millisecond


class CrossRow(Struct, frozen=True):
    """The little of a procedure that the checks across files need.

    `id` is the one that the file asks for, whether or not it got it. `lines` has the line of
    each front-matter field in the file; "title" is missing when the title is made up.
    """

    path: str
    id: str
    title: str
    links: tuple[Link, ...] = ()
    department: str = UNASSIGNED
    owner: str | None = None
    deputy: str | None = None
    reviewed: date | None = None
    due: date | None = None
    status: Status = Status.PUBLISHED
    named: bool = False
    holds: bool = False  # its file has that id in the catalogue, and so keeps it
    lines: dict[str, int] = field(default_factory=dict)
    places: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    linked: tuple[tuple[str, str], ...] = ()  # (field, id or path of a procedure)

    @classmethod
    def of(cls, filed: Filed) -> CrossRow:
        """The row of a file just read."""
        procedure = filed.procedure
        return cls(
            path=procedure.path,
            id=procedure.id,
            title=procedure.title,
            links=filed.links,
            department=procedure.department,
            owner=procedure.owner,
            deputy=procedure.deputy,
            reviewed=procedure.reviewed,
            due=procedure.due,
            status=procedure.status,
            named=filed.named,
            lines=filed.lines,
            places=filed.places,
            names=filed.names,
            linked=linked(procedure),
        )


class SearchTest(Struct, frozen=True):
    """A search that must show the procedure at `path`; it stands on `line` of that file."""

    query: str
    path: str
    id: str
    title: str
    department: str
    draft: bool
    line: int

    @classmethod
    def all_of(cls, filed: Filed) -> tuple[SearchTest, ...]:
        """Those of a file just read; a retired procedure is not to be found any more."""
        one = filed.procedure
        if one.status is Status.RETIRED:
            return ()
        draft, line = one.status.kept_back, filed.lines.get("finds", 1)
        return tuple(
            cls(query, one.path, one.id, one.title, one.department, draft, line)
            for query in one.finds
        )


def broken_find(test: SearchTest, place: int, instead: Iterable[str]) -> Fault:
    """The fault of a search test that fails: `place` is where it stands, 0 for nowhere near.

    `instead` are those that stand before it, as they may be named to everybody of its department.
    """
    where = f"only in place {place}" if place else "not at all"
    others = ", ".join(instead)
    message = f'the search "{test.query}" shows this procedure {where}'
    message += f", behind {others}" if others else ""
    remedy = 'say it in these words in title, keywords or text, or take it out of "finds"'
    return Fault(test.path, test.line, "broken-find", message, remedy)


def cross_faults(
    rows: Iterable[CrossRow],
    departments: Departments,
    staff: Staff | None,
    today: date,
    exists: Callable[[str], bool] | None = None,
) -> list[Fault]:
    """Unknown departments and people, ids and titles given twice, dead links, reviews overdue.

    Owners are checked against `staff` unless that is None. `exists` tells whether an attachment,
    a folder, or a procedure of that id or name is there; without it only links to Markdown files
    are checked. Sorted by path and line.
    """
    ordered = sorted(rows, key=lambda row: row.path)
    found = [*_repeated_ids(ordered), *_repeated_titles(ordered)]
    site = _Site.of(ordered, exists)
    for row in ordered:
        found += _unknown_departments(row, departments)
        found += _strangers(row, departments, staff) if staff is not None else ()
        found += _dead_links(row, site)
        found += _dead_names(row, site)
        found += [copy_fault(row.path)] if original_of(row.path) in site.pages else []
        found += _dates(row, today)
    return sorted(found, key=lambda fault: (fault.path, fault.line))


def _repeated_ids(rows: list[CrossRow]) -> Iterator[Fault]:
    first: dict[str, CrossRow] = {}
    for row in sorted(rows, key=lambda row: (_is_copy(row), not row.holds, row.path)):
        if row.named and first.setdefault(row.id, row) is not row:
            message = f'the id "{row.id}" belongs to {_path_for(row, first[row.id])} already'
            yield _fault(row, "id", "duplicate-id", message, "give this one an id of its own")


def _is_copy(row: CrossRow) -> bool:
    """By its name; then what else is called so is told of it, and not of the original."""
    return original_of(row.path) is not None


def _repeated_titles(rows: list[CrossRow]) -> Iterator[Fault]:
    first: dict[str, CrossRow] = {}
    for row in sorted(rows, key=lambda row: (_is_copy(row), row.path)):
        if "title" not in row.lines or row.status is Status.RETIRED:
            continue
        if first.setdefault(folded(row.title), row) is not row:
            other = _path_for(row, first[folded(row.title)])
            message = f'the title "{row.title}" is also that of {other}'
            remedy = "say in both titles what sets them apart, or retire one"
            yield _fault(row, "title", "duplicate-title", message, remedy)


def _path_for(row: CrossRow, other: CrossRow) -> str:
    """What the people of `row` may be told of `other`: not that another department drafts it."""
    hidden = other.status.kept_back and other.department != row.department
    return "a draft of another department" if hidden else other.path


def _unknown_departments(row: CrossRow, departments: Departments) -> Iterator[Fault]:
    if row.department != UNASSIGNED and departments.by_id and row.department not in departments:
        message, remedy = unknown_department(row.department, departments.by_id)
        yield _fault(row, "department", "unknown-department", message, remedy)


def _strangers(row: CrossRow, departments: Departments, staff: Staff) -> Iterator[Fault]:
    """Owner and deputy must be here, and belong to the department."""
    lead = departments.get(row.department).lead
    for name, written in (("owner", row.owner), ("deputy", row.deputy)):
        if written is None:
            continue
        email = written.casefold()
        if email not in staff:
            near = _nearest_email(email, frozenset(staff))
            remedy = f'did you mean "{near}"?' if near else "write a known person's e-mail address"
            message = f'the {name} "{written}" is nobody here'
            yield _fault(row, name, f"unknown-{name}", message, remedy)
            continue
        member_of = staff[email]
        if row.status is Status.RETIRED:
            continue
        if member_of is None:
            message = f'the {name} "{written}" is disabled'
            yield _fault(row, name, f"disabled-{name}", message, "hand it over to somebody else")
        elif row.department not in {UNASSIGNED, *member_of} and email != lead:
            message = f'the {name} "{written}" is no member of {row.department}'
            remedy = "hand it over, or make them an editor or reviewer there"
            yield _fault(row, name, f"foreign-{name}", message, remedy, Severity.WARNING)


@lru_cache(maxsize=256)  # one person who left may own hundreds of procedures
def _nearest_email(written: str, emails: frozenset[str]) -> str | None:
    return nearest(written, sorted(emails), 0.8)


class _Site(Struct, frozen=True):
    """Where links may lead: pages by path and by what they are called, and what else is there."""

    pages: dict[str, CrossRow]
    called: dict[str, CrossRow]
    by_file: dict[str, list[str]]
    ids: tuple[str, ...]
    exists: Callable[[str], bool] | None

    @classmethod
    def of(cls, rows: list[CrossRow], exists: Callable[[str], bool] | None) -> _Site:
        pages = {row.path: row for row in rows}
        shortest = sorted(rows, key=lambda row: (-len(row.path), row.path))
        called = {name: row for row in shortest for name in row.names}
        called |= {row.id: row for row in rows}
        ids = tuple(row.id for row in rows[:_MOST_COMPARED])
        return cls(pages, called, _by_name(pages), ids, exists)

    def page(self, meant: Iterable[str]) -> CrossRow | None:
        """The first page among these paths and names."""
        found = (self.pages.get(one) or self.called.get(one) for one in meant)
        return next(filter(None, found), None)

    def has(self, meant: Iterable[str]) -> bool:
        """Is there something else of that path?"""
        return self.exists is not None and any(self.exists(_as_folder(path)) for path in meant)


def _dead_links(row: CrossRow, site: _Site) -> Iterator[Fault]:
    for link in row.links:
        meant = candidates(link.target, row.path)
        page = site.page(meant)
        if page is not None:
            place = fragment(link.target)
            if page is not row and page.places and not leads(place, page.places):
                yield Fault(row.path, link.line, *no_place(link.target, place, page.places))
            continue
        if site.has(meant) or (site.exists is None and not _to_markdown(meant)):
            continue
        message, remedy = _dead(link.target, meant, site.by_file)
        severity = Severity.ERROR if is_promise(link.target) else Severity.WARNING
        yield Fault(row.path, link.line, "dead-link", message, remedy, severity)


def _to_markdown(meant: tuple[str, ...]) -> bool:
    return not meant or meant[0].casefold().endswith(MARKDOWN_SUFFIXES)


def _dead_names(row: CrossRow, site: _Site) -> Iterator[Fault]:
    """The procedures that fields name must be there."""
    for name, written in row.linked:
        meant = (written, *candidates(written, row.path))
        if site.page(meant) is None and not site.has(meant):
            near = nearest(written.casefold(), site.ids, 0.7)
            remedy = f"did you mean {near}?" if near else "write a procedure's id or path"
            message = f'{name}: there is no procedure "{written[:120]}"'
            yield _fault(row, name, f"dead-{name}", message, remedy)


def _as_folder(path: str) -> str:
    """A link to `x/` is alive when there is a folder x, even one without an index file."""
    return path.removesuffix("/index.md")


def _dead(target: str, meant: tuple[str, ...], names: dict[str, list[str]]) -> tuple[str, str]:
    shown = target if len(target) <= 120 else f"{target[:117]}..."
    if not meant:
        return f'the link "{shown}" leads out of the content folder', "fix or remove it"
    name = _page_name(meant[0])
    spelt = nearest(name, names, 0.8) if len(names) <= _MOST_COMPARED else None
    near = next((names[one] for one in (name, spelt) if one and len(names.get(one, ())) == 1), None)
    remedy = f"did you mean {near[0]}?" if near else "fix or remove it"
    return f'the link "{shown}" leads to no file', remedy


def _by_name(paths: Iterable[str]) -> dict[str, list[str]]:
    """Every path by its last word, to find where a file of that name went."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        found[_page_name(path)].append(path)
    return found


def _page_name(path: str) -> str:
    return _as_folder(path).rpartition("/")[2].casefold().removesuffix(".md")


def _dates(row: CrossRow, today: date) -> Iterator[Fault]:
    if row.reviewed is not None and row.reviewed > today:
        message = f"the review day {row.reviewed} has not come yet"
        remedy = "write the day on which the owner last confirmed it"
        yield _fault(row, "reviewed", "future-review", message, remedy, Severity.WARNING)
    if row.due is not None and row.due < today and row.status is Status.PUBLISHED:
        late = (today - row.due).days
        message = f"its review was due on {row.due}, {counted(late, 'day')} ago"
        remedy = "confirm that it is right and write the day as reviewed"
        yield _fault(row, "reviewed", "review-overdue", message, remedy, Severity.WARNING)


def _fault(
    row: CrossRow,
    name: str,
    code: str,
    message: str,
    remedy: str,
    severity: Severity = Severity.ERROR,
) -> Fault:
    return Fault(row.path, row.lines.get(name, 1), code, message, remedy, severity)
