"""What goes along with an edit of a person: a review, a draft of what was typed, promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from kb.people.person import Person
from kb.procedures.model import Procedure, Status
from kb.publishing.edits import Saved
from kb.publishing.outcomes import Refusal


class Review(Protocol):
    """Approval, as publishing needs it: approval itself stands on publishing."""

    @property
    def four_eyes(self) -> bool:
        """Does it take two people?"""

    def propose(
        self,
        procedure: Procedure,
        base: bytes,
        text: bytes,
        note: str,
        *,
        worth_telling: bool,
        by: Person,
        now: datetime,
    ) -> int:
        """A change to what is up waits; its number."""

    def take_up(self, before: Status, procedure_id: str, by: Person, now: datetime) -> None:
        """A draft was saved: what waits of it follows."""


class Along(Protocol):
    """What goes along with an edit, and stands or falls with it."""

    def objection(self, text: bytes, path: str) -> Refusal | None:
        """Why it cannot go along with that text; None where it can."""

    def begin(self, procedure_id: str, text: bytes) -> None:
        """Before that text is written, or waits."""

    def take_back(self) -> None:
        """It was not written."""

    def end(self, saved: Saved) -> None:
        """It is written."""


class Typed(Struct, frozen=True):
    """What an edit has that somebody typed: more is asked of it, and it is never lost.

    `keep` writes down a draft, and returns its number; without it there is one already. `anyway`:
    search tests may fail by it.
    """

    keep: Callable[[], int] | None = None
    anyway: bool = False


class Company:
    """All that goes along with one edit, as one."""

    def __init__(self, along: Sequence[Along]) -> None:
        self._along = along

    def objection(self, text: bytes, path: str) -> Refusal | None:
        """The first there is."""
        return next(filter(None, (one.objection(text, path) for one in self._along)), None)

    def begin(self, procedure_id: str, text: bytes) -> None:
        """Each, in order."""
        for one in self._along:
            one.begin(procedure_id, text)

    def take_back(self) -> None:
        """Each, in order."""
        for one in self._along:
            one.take_back()

    def end(self, saved: Saved) -> None:
        """Each, in order."""
        for one in self._along:
            one.end(saved)
