"""Rows put together as procedures: same answers as one, repeated rows once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from kb.documents.text.plain_text import folded
from kb.importing.mapping import FileMapping
from kb.importing.pages.drafting_pages import Origin, pages_read
from kb.importing.rows.as_markdown import inline, listed
from kb.importing.rows.reading import LeftOut, RowRead, rows_read
from kb.importing.sheets import CellLink, Workbook

_LEAST = 25  # letters of an answer from which two rows with the same are one procedure


class DraftedProcedure(Struct, frozen=True):
    """One procedure to be. `sources` name its rows: workbook, sheet and key, the first first.

    `origin` is set where it is no row but a document or a part of one.
    """

    sources: tuple[str, ...]
    rows: tuple[RowRead, ...]
    origin: Origin | None = None

    @property
    def first(self) -> RowRead:
        """The row that gives the title, the text and whatever is said once."""
        return self.rows[0]

    @property
    def title(self) -> str:
        """What it is called."""
        return self.first.title

    @property
    def keywords(self) -> tuple[str, ...]:
        """Of all its rows, each once; the category as "Category: Topic"."""
        words = dict.fromkeys(word for row in self.rows for word in row.keywords)
        return tuple(words)

    @property
    def noticed(self) -> tuple[str, ...]:
        """Of all its rows."""
        return tuple(dict.fromkeys(remark for row in self.rows for remark in row.noticed))

    def body(self) -> str:
        """The text below the front matter, in Markdown."""
        text = self.first.text
        parts = list(text.before)
        if text.steps:
            parts += ["## Steps", listed(text.steps)]
        parts += text.after
        if self.first.methods:
            parts.append("## Other accepted methods")
            for method in self.first.methods:
                parts += [f"### {inline(method.name)}", method.text]
        if asked := self._asked():
            parts += ["## Asked as", "\n".join(f"- {inline(one)}" for one in asked)]
        if more := [*self._lines(), *self._links()]:
            parts += ["## More", "\n".join(more)]
        return "\n\n".join(parts) + "\n"

    def _asked(self) -> list[str]:
        others = [row.title for row in self.rows[1:]]
        every = [*others, *(one for row in self.rows for one in row.asked)]
        found: dict[str, str] = {}
        for one in every:
            found.setdefault(_asked_form(one), one)
        found.pop(_asked_form(self.title), None)
        return list(found.values())

    def _lines(self) -> Iterator[str]:
        for label, text in dict.fromkeys(line for row in self.rows for line in row.lines):
            yield f"- {inline(label)}: {text}"

    def _links(self) -> Iterator[str]:
        for link in dict.fromkeys(link for row in self.rows for link in row.links):
            yield f"- {_link(link)}"


class Drafting(Struct, frozen=True):
    """What comes of a file by a mapping. `noticed` is said of it as a whole."""

    procedures: tuple[DraftedProcedure, ...]
    left_out: tuple[LeftOut, ...]
    noticed: tuple[str, ...] = ()


def drafted(workbook: Workbook, mapping: FileMapping, today: date) -> Drafting:
    """All procedures in the order of their rows."""
    rows: list[RowRead] = []
    left: list[LeftOut] = []
    for sheet in workbook.sheets:
        how = mapping.sheet(sheet.name)
        if how is None or not how.taken:
            continue
        for found in rows_read(sheet, how, mapping, today):
            if isinstance(found, RowRead):
                rows.append(found)
            else:
                left.append(found)
    kept, repeated, contradictions = _without_repeats(rows)
    procedures = tuple(_grouped(kept, mapping.name))
    documents, others = _of_documents(workbook, mapping)
    left += others
    order = {(row.sheet, row.number): nth for nth, row in enumerate(rows)}
    left += repeated
    return Drafting(
        (
            *sorted(procedures, key=lambda one: order[(one.first.sheet, one.first.number)]),
            *documents,
        ),
        tuple(left),
        (*workbook.noticed, *contradictions, *_noticed_of_parted(workbook, mapping)),
    )


def _of_documents(
    workbook: Workbook, mapping: FileMapping
) -> tuple[list[DraftedProcedure], list[LeftOut]]:
    made, used = list[DraftedProcedure](), set[str]()
    left = [LeftOut(place, 0, why) for place, why in workbook.documents.left]
    for found in pages_read(workbook.documents.pages, mapping):
        if isinstance(found, LeftOut):
            left.append(found)
        else:
            row, origin = found
            source = _own(f"{mapping.name} | {row.sheet} | {row.key}", used)
            made.append(DraftedProcedure((source,), (row,), origin))
    return made, left


def _noticed_of_parted(workbook: Workbook, mapping: FileMapping) -> Iterator[str]:
    """What was noticed in a document that is several procedures is said of the file."""
    yield from workbook.documents.noticed
    for page in workbook.documents.pages:
        how = mapping.page(page.name)
        if how and how.taken and how.split:
            for told in (*page.noticed, *page.said.noticed):
                yield f"{page.title}: {told}."


def _without_repeats(
    rows: Iterable[RowRead],
) -> tuple[list[RowRead], list[LeftOut], list[str]]:
    """A row of another sheet whose title was there already is a repetition, whatever it says."""
    known: dict[tuple[str, str], RowRead] = {}
    kept, repeated, contradictions = list[RowRead](), list[LeftOut](), list[str]()
    for row in rows:
        first = known.setdefault((_asked_form(row.title), row.language), row)
        if first.sheet == row.sheet:
            kept.append(row)
            continue
        why = f"it repeats row {first.number} of “{first.sheet}”"
        if _form(row) != _form(first):
            why = f"it says otherwise than row {first.number} of “{first.sheet}”, which comes in"
            contradictions.append(
                f"“{row.title}”: row {row.number} of “{row.sheet}” says otherwise than row "
                f"{first.number} of “{first.sheet}”."
            )
        repeated.append(LeftOut(row.sheet, row.number, why, row.title))
    return kept, repeated, contradictions


def _grouped(rows: Iterable[RowRead], workbook: str) -> Iterator[DraftedProcedure]:
    """Rows of one sheet with the same answer are one procedure: the others are its keywords."""
    groups: dict[tuple[str, ...], list[RowRead]] = {}
    for nth, row in enumerate(rows):
        form = _form(row)
        team = row.teams[0] if row.teams else ""
        key = (row.sheet, row.language, team, form) if len(form) >= _LEAST else (str(nth),)
        groups.setdefault(key, []).append(row)
    used: set[str] = set()
    for group in groups.values():
        for some in _by_methods(group):
            sources = tuple(_own(f"{workbook} | {row.sheet} | {row.key}", used) for row in some)
            yield DraftedProcedure(sources, tuple(some))


def _by_methods(rows: list[RowRead]) -> Iterator[list[RowRead]]:
    """Rows whose other methods are the same, or that name none."""
    with_methods = {row.methods for row in rows if row.methods}
    if len(with_methods) <= 1:
        methods = next(iter(with_methods), ())
        yield [replace(rows[0], methods=methods), *rows[1:]]
        return
    for row in rows:
        yield [row]


def _own(source: str, used: set[str]) -> str:
    """A name that no row before has: two rows may ask the same."""
    name, nth = source, 2
    while name in used:
        name, nth = f"{source} ({nth})", nth + 1
    used.add(name)
    return name


def _form(row: RowRead) -> str:
    """An answer without what does not count when two are compared."""
    return folded(row.text.markdown())


def _asked_form(title: str) -> str:
    return folded(title).rstrip(" ?!.").replace(" ", "")


def _link(link: CellLink) -> str:
    address = link.address.replace("(", "%28").replace(")", "%29")
    return f"[{inline(link.label)}]({address})" if link.label else f"<{link.address}>"
