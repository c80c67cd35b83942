"""A keyword added to a file; every other byte stays as it was. Pure."""

from __future__ import annotations

from kb.content.amending import amend
from kb.content.front_matter import parse
from kb.content.reading import procedure_from
from kb.procedures.model import Departments


def with_keyword(raw: bytes, keyword: str) -> bytes:
    """The file with one keyword more, the last; as it was where it has that already, in any case.

    Raises NotAmendable.
    """
    said = [word.text for word in procedure_from(parse(raw, ""), Departments()).procedure.keywords]
    if keyword.casefold() in {word.casefold() for word in said}:
        return raw
    return amend(raw, {"keywords": [*said, keyword]})
