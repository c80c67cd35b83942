"""The names by which a page is linked to, besides its path: as other programs have them. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from kb.documents.markdown.links import address_key, name_key
from kb.documents.text import values

_ADDRESSES = ("permalink", "url", "slug", "aliases", "alias", "redirect_from")
_LONGEST = 300


def names_of(id: str, title: str, path: str, meta: dict[str, Any]) -> frozenset[str]:
    """Keys of id, title and file name, and of the addresses that the front matter gives it."""
    stem = posixpath.splitext(path)[0]
    own = (name_key(one) for one in (id, title, stem, posixpath.basename(stem)))
    return frozenset({*own, *_given(path, meta)})


def _given(path: str, meta: dict[str, Any]) -> Iterator[str]:
    folder = posixpath.dirname(path)
    for field, address in _written(meta):
        if not address or len(address) > _LONGEST or not address.isprintable():
            continue
        yield name_key(address)
        below = address if address.startswith("/") or "/" in address else f"{folder}/{address}"
        yield address_key(below if field == "slug" else address)


def _written(meta: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for field in _ADDRESSES:
        try:
            yield from ((field, one) for one in values.texts(meta.get(field)))
        except ValueError:
            continue  # whoever reads that field will say so
