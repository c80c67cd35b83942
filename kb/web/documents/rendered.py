"""A procedure's text as a page: rendered once per version and reader, and kept while it is so."""

from __future__ import annotations

from collections.abc import Hashable

from flask import url_for
from msgspec import Struct
from msgspec.structs import replace

from kb.cache import Cache
from kb.catalogue.listings import Card
from kb.documents.document import parse
from kb.documents.markdown.rendering import Page, Renderer, Resolve
from kb.documents.reading import procedure_from
from kb.procedures.model import Fault, Procedure
from kb.procedures.visibility import Reader
from kb.web.site.pages import departments, generation, parts

_SAID_ANYWAY = "review-overdue"


class Text(Struct, frozen=True):
    """A procedure exactly as its file says, its body as a page, and where it leads on to."""

    procedure: Procedure
    faults: tuple[Fault, ...]
    page: Page
    related: tuple[Procedure, ...] = ()
    successor: Procedure | None = None

    @property
    def told(self) -> tuple[Fault, ...]:
        """The faults but for the one that the page says in a sentence of its own."""
        return tuple(fault for fault in self.faults if fault.code != _SAID_ANYWAY)


class Shelf(Cache[Hashable, Text]):
    """The texts asked for last, up to `room` characters of HTML. One serves all threads."""

    def __init__(self, room: int = 12_000_000) -> None:
        super().__init__(room, _length)


def text_of(card: Card, reader: Reader, shelf: Shelf) -> Text:
    """The text of that card for that reader. Raises OSError when the file cannot be read.

    Where the file is newer than the catalogue, the text is the file's, so that the version that
    is voted on is the one that was read; such a text is not kept.
    """
    procedure = card.procedure
    # Links lead elsewhere after any change of the content, and show only what a reader may see.
    key = (procedure.path, procedure.version, generation(), reader)
    kept = shelf.get(key)
    if kept is None:
        kept = _read(card, reader)
        if kept.procedure.version == procedure.version:
            shelf.put(key, kept)
    return kept


def text_of_bytes(raw: bytes, path: str, procedure_id: str, reader: Reader) -> Text:
    """The text of an older version of that procedure; its links lead where they do today."""
    document = parse(raw, path)
    filed = procedure_from(document, departments())
    page = Renderer().render(
        document.body, path, resolver(document.body, path, reader), filed.procedure.title
    )
    return Text(replace(filed.procedure, id=procedure_id), filed.faults, page)


def _read(card: Card, reader: Reader) -> Text:
    path = card.procedure.path
    document = parse(parts().storage.library.read(path), path)
    procedure, faults = card.procedure, card.faults
    if document.version != procedure.version:
        filed = procedure_from(document, departments())
        procedure, faults = replace(filed.procedure, id=procedure.id), filed.faults
    resolve = resolver(document.body, path, reader)
    page = Renderer().render(document.body, path, resolve, procedure.title)
    catalogue = parts().catalogue
    successor = catalogue.successor(procedure, reader)
    return Text(procedure, faults, page, catalogue.related(procedure, reader), successor)


def resolver(body: str, base: str, reader: Reader) -> Resolve:
    """Where the links of a body lead, looked up all at once."""
    catalogue, library = parts().catalogue, parts().storage.library
    ids = catalogue.at_paths(Renderer().link_paths(body, base))
    cards = catalogue.by_ids(set(ids.values()))

    def resolve(path: str) -> str | None:
        card = cards.get(ids.get(path, ""))
        if card is not None:
            shown = reader.may_read(card.procedure)
            return _procedure_url(card.procedure.id) if shown else None
        try:
            library.attachment(path)
        except OSError:
            return None
        return url_for("reading.attachment", path=path)

    return resolve


def _procedure_url(procedure_id: str) -> str:
    return url_for("reading.procedure", procedure_id=procedure_id)


def _length(text: Text) -> int:
    """How many characters of HTML its page holds, with some for what comes along."""
    page = text.page
    methods = sum(len(method.html) for part in page.parts for method in part.methods)
    return 2_000 + methods + sum(len(part.html) for part in page.parts)
