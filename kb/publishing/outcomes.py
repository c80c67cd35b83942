"""What became of an edit: a small closed set, so that whoever asks meets every end of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeAlias, TypeVar

from msgspec import Struct

from kb.documents.source.lines import NotAmendable
from kb.procedures.model import Fault
from kb.publishing.edits import Clash, Collision, NotAllowed, NotSaved, Saved, UnusableEdit
from kb.publishing.search_tests import BrokenFind

_Asked = ParamSpec("_Asked")
_Done = TypeVar("_Done")


class Waits(Struct, frozen=True):
    """It waits for a reviewer, under this number; the old text stays up."""

    number: int


class Breaks(Struct, frozen=True):
    """It would make search tests fail, or put up what a template left to be written.

    Either may be wanted all the same.
    """

    finds: tuple[BrokenFind, ...]
    unwritten: tuple[Fault, ...] = ()


class Unchanged(Struct, frozen=True):
    """The text is as it was, so nothing is written."""


class Obstacle(StrEnum):
    """What stands in the way."""

    CANNOT = "what was asked cannot be"
    NOT_YOURS = "this person may not do that"
    NOT_NOW = "it could not be written; trying again may help"


class Refusal(Struct, frozen=True):
    """Nothing has changed. `why` is a sentence that says why and what to do.

    `about` names the field that it is said of, where it is one.
    """

    why: str
    obstacle: Obstacle = Obstacle.CANNOT
    about: str = ""

    @property
    def for_now(self) -> bool:
        """May trying again help?"""
        return self.obstacle is Obstacle.NOT_NOW


Became: TypeAlias = Saved | Waits | Clash | Breaks | Unchanged | Refusal


def became(attempt: Callable[[], _Done]) -> _Done | Clash | Refusal:
    """What it returns; where others changed the same lines or it says no, that as a result."""
    try:
        return or_refusal(attempt)
    except Collision as collision:
        return collision.clash


def or_refusal(attempt: Callable[[], _Done]) -> _Done | Refusal:
    """What it returns, or its no as a result."""
    try:
        return attempt()
    except UnusableEdit as reason:
        return Refusal(str(reason), about=reason.about)
    except NotAmendable as reason:
        return Refusal(str(reason))
    except NotAllowed as reason:
        return Refusal(str(reason), Obstacle.NOT_YOURS, reason.about)
    except NotSaved as reason:
        return Refusal(str(reason), Obstacle.NOT_NOW)


def refusing(verb: Callable[_Asked, _Done]) -> Callable[_Asked, _Done | Refusal]:
    """The verb, which returns its no instead of raising it."""

    @wraps(verb)
    def asked(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Done | Refusal:
        return or_refusal(lambda: verb(*args, **kwargs))

    return asked
