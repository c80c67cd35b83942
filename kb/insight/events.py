"""What people do that the search log keeps, as it comes from the pages. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b

from msgspec import Struct


class PublicResult(Struct, frozen=True):
    """What everybody can find for a search: nothing in it comes from a draft.

    `about` is the id of the department that it seems to concern.
    """

    hits: int
    convincing: bool
    score: float
    about: str | None


class Searched(Struct, frozen=True):
    """An answer to a search. `finished`: it was sent, not only typed. `again`: a later page of it.

    Where finding out what everybody can find takes another search, `found` is called for it by
    the writer, when nobody waits.
    """

    person_key: str
    at: datetime
    query: str
    found: PublicResult | Callable[[], PublicResult]
    millis: float
    department: str | None = None
    category: str | None = None
    finished: bool = True
    again: bool = False


class Opened(Struct, frozen=True):
    """A hit was opened. `mark` names the words whose results it was among, `rank` is from 1.

    `waited`: no search with that mark has come, so the last one at that time will do.
    """

    person_key: str
    at: datetime
    mark: str
    procedure_id: str
    rank: int
    waited: bool = False


class Voted(Struct, frozen=True):
    """ "Was this helpful?" was answered."""

    person_key: str
    at: datetime
    procedure_id: str
    helpful: bool


class DepartmentAsked(Struct, frozen=True):
    """A department was asked, with the words of a search."""

    person_key: str
    at: datetime
    mark: str


Event = Searched | Opened | Voted | DepartmentAsked


def mark_of(query: str) -> str:
    """What the links of a search carry: the same for the same words, and no words themselves."""
    words = " ".join(query.casefold().split())
    return blake2b(words.encode("utf-8", "replace"), digest_size=5).hexdigest()
