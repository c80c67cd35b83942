"""Documents on their way in: their blocks, and what they say of themselves. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from kb.documents.foreign.blocks import Block


class Said(Struct, frozen=True):
    """What a document says of itself and we have a field for. `fields` are written as they are."""

    title: str = ""
    keywords: tuple[str, ...] = ()
    category: str = ""
    teams: tuple[str, ...] = ()
    owner: str = ""
    reviewed: date | None = None
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    draft: bool = False
    noticed: tuple[str, ...] = ()


class ForeignPage(Struct, frozen=True):
    """One document. `name` names it from one run to the next; `place` is where it stands in the

    file, from which its links go. `addresses` are others that lead to it. `why` says why it does
    not come in unless somebody wants it.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    said: Said = Said()
    place: str = ""
    addresses: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    why: str = ""
    language: str = ""


class Bundle(Struct, frozen=True):
    """All documents of one file, with the files beside them, by their places.

    `left` says of other entries why they do not come in.
    """

    pages: tuple[ForeignPage, ...] = ()
    files: Mapping[str, bytes] = {}
    left: tuple[tuple[str, str], ...] = ()
    noticed: tuple[str, ...] = ()
