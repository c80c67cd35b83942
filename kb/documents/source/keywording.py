"""Keywords added to a file or renamed; every other byte stays as it was. Pure."""

from __future__ import annotations

from collections.abc import Collection

from kb.documents.document import parse
from kb.documents.reading import procedure_from
from kb.documents.source.amending import amend
from kb.procedures.model import Departments


def with_keyword(raw: bytes, keyword: str) -> bytes:
    """The file with one keyword more, the last; as it was where it has that already, in any case.

    Raises NotAmendable.
    """
    said = _keywords(raw)
    if keyword.casefold() in {word.casefold() for word in said}:
        return raw
    return amend(raw, {"keywords": [*said, keyword]})


def with_keywords_renamed(raw: bytes, old: Collection[str], new: str) -> bytes:
    """The file with `new` in place of each keyword in `old`, spelt just so; once, where the first
    of them stood.

    Raises NotAmendable.
    """
    said = _keywords(raw)
    if not set(said) & set(old):
        return raw
    renamed = [new if word in old else word for word in said]
    kept: dict[str, str] = {}
    for word in renamed:
        kept.setdefault(word.casefold(), new if word.casefold() == new.casefold() else word)
    return amend(raw, {"keywords": list(kept.values())})


def _keywords(raw: bytes) -> list[str]:
    filed = procedure_from(parse(raw, "any.md"), Departments())
    return [word.text for word in filed.procedure.keywords]
