"""A Word document as a page. Pure."""

from __future__ import annotations

from urllib.parse import unquote

from kb.documents.foreign.markdown_writing import written
from kb.documents.foreign.tree import Element
from kb.documents.text.plain_text import readable
from kb.documents.word.parts import NotReadable
from kb.documents.word.reading import word_document
from kb.importing.documents import Bundle, ForeignPage
from kb.importing.pages.saying import said
from kb.importing.pages.splitting import taken_title
from kb.importing.readers.packages import damaged


def word_page(name: str, raw: bytes) -> Bundle:
    """Raises UnreadableFile."""
    try:
        found = word_document(raw)
    except NotReadable as error:
        raise damaged(name) from error
    own = said(found.meta, told=False)
    blocks = list(written(found.body, places_named(found.body)))
    title = found.title or own.title or taken_title(blocks)
    title = title or readable(name.rpartition("/")[2].rpartition(".")[0])
    page = ForeignPage(name, title, tuple(blocks), own, noticed=found.noticed)
    folder = name.rpartition("/")[0]
    place = f"{folder}/" if folder else ""
    return Bundle((page,), {place + file: bytes for file, bytes in found.pictures.items()})


def places_named(*bodies: Element) -> frozenset[str]:
    """The places that links of these documents lead to."""
    return frozenset(
        unquote(each.get("href").partition("#")[2])
        for body in bodies
        for each in body.walk()
        if each.tag == "a" and "#" in each.get("href")
    )
