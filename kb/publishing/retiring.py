"""Ending a procedure: retired with a successor, or erased for good by an administrator."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from kb.documents.source.amending import amend
from kb.people.person import Person
from kb.people.rights import Right, may
from kb.procedures.model import Status
from kb.procedures.visibility import Reader
from kb.publishing.desk import Desk, noted
from kb.publishing.edits import NotAllowed, Saved, UnusableEdit, author_of
from kb.publishing.sql.erasures import Erasure
from kb.storage.git.repository import Author


class Erased(Struct, frozen=True):
    """What is left of the text. `still_in_history`: in the department's own git repository,

    which kb does not rewrite. Otherwise the next refresh takes it out of kb's own.
    """

    erasure: Erasure
    still_in_history: bool


class Retiring:
    """Endings at one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def retire(
        self, procedure_id: str, successor: str | None, note: str, by: Author, now: datetime
    ) -> Saved:
        """Found no more, opened by its link only; that leads on to the successor."""
        retired = self._desk.card(procedure_id).procedure
        if successor:
            self._ensure_can_follow(procedure_id, successor)
        told = noted(note, f"Retired {retired.title}", by, now, True)

        def ended(raw: bytes) -> bytes:
            return amend(raw, {"status": Status.RETIRED.value, "successor": successor})

        return self._desk.changed(procedure_id, ended, told)

    def reinstate(self, procedure_id: str, note: str, by: Author, now: datetime) -> Saved:
        """A retired one in use again."""
        told = noted(note, "In use again", by, now, True)
        return self._desk.changed(
            procedure_id, lambda raw: amend(raw, {"status": None, "successor": None}), told
        )

    def remove(self, procedure_id: str, note: str, by: Author, now: datetime) -> None:
        """The file goes; its versions stay in the history, and its id is used no more."""
        removed = self._desk.card(procedure_id).procedure
        told = noted(note, f"Removed {removed.title}", by, now, False)
        with self._desk.alone(removed.path):
            self._desk.present(removed.path, now)
            self._desk.applied({removed.path: None}, told)
        self._desk.searchable([removed.path])

    def erase(self, procedure_id: str, by: Person, now: datetime) -> Erased:
        """Remove the file, its versions and all rows; only the trace stays.

        Raises NotAllowed for who is no administrator.
        """
        if not may(by, Right.ERASE):
            raise NotAllowed("Only an administrator erases a procedure.")
        procedure = self._desk.card(procedure_id).procedure
        trace = Erasure(procedure_id, procedure.department, f"{by.name} <{by.email}>", now)
        note = noted("", f"Erased {procedure_id}", author_of(by), now, False)
        shared = self._desk.keeping.repository.shared
        with self._desk.alone(procedure.path):
            self._desk.present(procedure.path, now)
            self._desk.erasures.enter(trace)
            try:
                self._desk.applied({procedure.path: None}, note)
            except OSError:
                self._desk.erasures.withdraw(procedure_id)
                raise
            paths = self._desk.erasures.forget_addresses(procedure_id)
            if not shared:
                self._desk.publisher.want_purge(procedure_id, {procedure.path, *paths})
        self._desk.searchable([procedure.path])
        self._desk.publisher.want_rebuild()
        return Erased(trace, still_in_history=shared)

    def _ensure_can_follow(self, procedure_id: str, successor: str) -> None:
        following = self._desk.card(successor).procedure
        end = self._desk.catalogue.successor(following, Reader(frozenset({following.department})))
        if procedure_id in (successor, end.id if end else None):
            why = f"{successor} leads back to {procedure_id}; choose another."
            raise UnusableEdit(why, "successor")
        if following.status.kept_back:
            raise UnusableEdit(
                f"{successor} is not published, so reps cannot open it; publish it first.",
                "successor",
            )
