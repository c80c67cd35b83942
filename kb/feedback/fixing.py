"""Fix it: what is saved for a procedure answers those who reported it, once the site has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.feedback.errors import AlreadyAnswered
from kb.feedback.model import Fix, Item, Kind, Outcome
from kb.feedback.sql.closings import Closing, Closings
from kb.feedback.sql.inbox import Inbox
from kb.procedures.model import KEPT_BACK, Procedure
from kb.versions.sql.versions import Versions


class OnBehalf(Struct, frozen=True):
    """Whoever wrote the word, also when it is sent after they have left the department."""

    id: int
    departments: frozenset[str]


class Fixing:
    """What answers items by itself: first the promise is written down, then it is kept.

    A promise is kept as soon as the procedure is published with the text it was made for. It
    survives a kill between any two steps: `keep_all` keeps what was left, and twice is once.
    """

    def __init__(
        self, inbox: Inbox, closings: Closings, catalogue: Catalogue, versions: Versions
    ) -> None:
        self._inbox = inbox
        self._closings = closings
        self._catalogue = catalogue
        self._versions = versions

    def promise(
        self,
        items: Collection[Item],
        procedure_id: str,
        version: str | None,
        word: str,
        by: int,
        now: datetime,
        *,
        new: bool,
    ) -> None:
        """Once that version is published (None: any), these items are answered with that word.

        `new`: the procedure was not there before.
        """
        for outcome in {outcome_of(item, procedure_id, new=new) for item in items}:
            ids = [one.id for one in items if outcome_of(one, procedure_id, new=new) is outcome]
            self._closings.promise(ids, procedure_id, version, outcome, word, by, now)

    def keep(self, procedure_id: str, now: datetime) -> list[Item]:
        """Keep what is promised for a procedure, as far as it is published; what was answered."""
        card = self._catalogue.get(procedure_id)
        if card is None:
            return []
        return self._kept(card.procedure, self._closings.by_procedure(procedure_id), now)

    def approved(self, procedure_id: str, promised: str, saved: str, now: datetime) -> None:
        """What waited for a reviewer is up, as `saved`; others' changes may be joined with it."""
        if promised != saved and self._closings.by_procedure(procedure_id):
            self._closings.become(procedure_id, promised, saved)
        self.keep(procedure_id, now)

    def keep_all(self, now: datetime) -> list[Item]:
        """The same for every procedure: what was approved, published elsewhere, or broken off."""
        answered: list[Item] = []
        for procedure_id in sorted({one.procedure_id for one in self._closings.all()}):
            answered += self.keep(procedure_id, now)
        return answered

    def _kept(self, procedure: Procedure, promised: Iterable[Closing], now: datetime) -> list[Item]:
        if procedure.status.kept_back:
            return []
        answered = []
        for closing in promised:
            version = self._published(procedure, closing)
            if version is not None:
                answered += self._answered(closing, Fix(procedure.id, version), now)
        return answered

    def _published(self, procedure: Procedure, closing: Closing) -> str | None:
        """The version by which the promise is kept; None as long as there is none."""
        if closing.version in (None, procedure.version):
            return procedure.version
        then = self._versions.at(procedure.id, closing.version or "")
        was_there = then is not None and then.live_from is not None and then.status not in KEPT_BACK
        return closing.version if was_there else None

    def _answered(self, closing: Closing, fix: Fix, now: datetime) -> list[Item]:
        by = OnBehalf(closing.by, frozenset({closing.department}))
        steps = self._inbox.steps
        try:
            found = [steps.answer(closing.item_id, closing.outcome, closing.word, by, now, fix=fix)]
        except AlreadyAnswered:
            found = []
        self._closings.drop([closing.item_id])
        return found


def outcome_of(item: Item, procedure_id: str, *, new: bool) -> Outcome:
    """How an item ends when that procedure is saved for it."""
    if new:
        return Outcome.NEW_PROCEDURE
    about_it = item.kind is Kind.FEEDBACK and item.procedure_id == procedure_id
    return Outcome.CORRECTED if about_it else Outcome.SEARCH_IMPROVED
