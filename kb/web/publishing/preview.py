"""What a text would look like and what is wrong with it, before it is saved."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.cross_faults import CrossRow, cross_faults
from kb.catalogue.files_seen import FilesSeen
from kb.catalogue.listings import Card
from kb.documents.document import parse
from kb.documents.markdown.links import MARKDOWN_SUFFIXES
from kb.documents.markdown.rendering import Page, Renderer
from kb.documents.reading import Filed, procedure_from
from kb.procedures.model import Fault, Procedure
from kb.search.results import Hit
from kb.web.documents.rendered import resolver
from kb.web.site import access
from kb.web.site.pages import departments, parts, today

_LATER = "review-overdue"  # an edit is no review
_SIMILAR = 4


class Preview(Struct, frozen=True):
    """A text as a page, with the faults that `kb check` would tell of its file.

    `body_line` is the line of the file at which the text begins.
    """

    procedure: Procedure
    page: Page
    faults: tuple[Fault, ...]
    body_line: int


def preview_of(raw: bytes, path: str, card: Card | None) -> Preview:
    """The file of these bytes, as the one who asks would see it."""
    document = parse(raw, path)
    filed = procedure_from(document, departments())
    procedure = replace(filed.procedure, id=card.procedure.id) if card else filed.procedure
    resolve = resolver(document.body, path, access.reader())
    page = Renderer().render(document.body, path, resolve, procedure.title)
    found = [*filed.faults, *_across(filed, new=card is None)]
    faults = sorted(
        (fault for fault in found if fault.code != _LATER), key=lambda fault: fault.line
    )
    return Preview(procedure, page, tuple(faults), document.body_line)


def similar(title: str, keywords: str, own_id: str | None) -> tuple[Hit, ...]:
    """Procedures that may be what is about to be written."""
    words = " ".join([title, *keywords.splitlines()])[:400]
    if not words.strip():
        return ()
    found = parts().search.searcher.search(words, access.reader(), today(), limit=_SIMILAR + 1)
    return tuple(hit for hit in found.hits if hit.id != own_id)[:_SIMILAR]


def _across(filed: Filed, *, new: bool) -> Iterator[Fault]:
    """What shows only beside other files; nothing is told of drafts that are not the writer's."""
    row = replace(CrossRow.of(filed), holds=not new)
    known = departments()
    staff = parts().people.directory.staff() or None
    yield from cross_faults([row], known, staff, today(), _leads_somewhere)
    others = [one for one in parts().catalogue.alike(row.id, row.title) if one.path != row.path]
    # As the last of them, so that it is this one that is told.
    last = replace(row, path=f"\U0010ffff{row.path}", links=())
    for fault in cross_faults([*others, last], known, None, today()):
        if fault.path == last.path and fault.code in ("duplicate-id", "duplicate-title"):
            yield replace(fault, path=row.path)


def _leads_somewhere(path: str) -> bool:
    """Is there such a file, as far as the one who asks may know?"""
    catalogue = parts().catalogue
    known = catalogue.get(catalogue.at_path(path) or path)
    if known is not None and not path.casefold().endswith(MARKDOWN_SUFFIXES):
        return access.reader().may_read(known.procedure)
    there = parts().storage.library.has(path)
    if known is not None:
        return there and access.reader().may_read(known.procedure)
    return there and path in FilesSeen(catalogue, departments(), access.reader())
