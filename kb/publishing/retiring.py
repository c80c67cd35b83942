"""Ending a procedure: retired with a successor, or erased for good by an administrator."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from kb.documents.document import parse
from kb.documents.reading import procedure_from
from kb.documents.source.amending import amend
from kb.people.person import Person
from kb.people.rights import Right, may
from kb.procedures.model import Procedure, Status
from kb.procedures.visibility import Reader
from kb.publishing.desk import Desk, noted
from kb.publishing.edits import NotAllowed, Saved, Standing, UnusableEdit, author_of
from kb.publishing.sql.erasures import Erasure
from kb.storage.git.repository import Author

_AGAIN = timedelta(days=1)


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
        return self._desk.changed(procedure_id, lambda raw: ended(raw, successor), told)

    def reinstate(self, procedure_id: str, note: str, by: Author, now: datetime) -> Saved:
        """A retired one in use again."""
        told = noted(note, "In use again", by, now, True)
        return self._desk.changed(procedure_id, in_use_again, told)

    def remove(self, procedure_id: str, note: str, by: Author, now: datetime) -> None:
        """The file goes; its versions stay in the history, and its id is used no more."""
        removed = self._desk.card(procedure_id).procedure
        told = noted(note, f"Removed {removed.title}", by, now, False)
        with self._desk.alone(removed.path):
            raw = self._desk.present(removed.path, now)
            self._desk.leave(Standing(removed.path, raw), None)
            self._desk.applied({removed.path: None}, told)
        self._desk.searchable([removed.path])

    def erase(self, procedure_id: str, by: Person, now: datetime) -> Erased:
        """Remove the file, the files that it alone shows, their versions, and all words of it.

        Only the trace stays. Raises NotAllowed for who is no administrator.
        """
        if not may(by, Right.ERASE):
            raise NotAllowed("Only an administrator erases a procedure.")
        procedure = self._desk.card(procedure_id).procedure
        trace = Erasure(procedure_id, procedure.department, f"{by.name} <{by.email}>", now)
        note = noted("", f"Erased {procedure_id}", author_of(by), now, False)
        keeping = self._desk.keeping
        shared = keeping.repository.shared
        forgetting = self._desk.forgetting
        titles = {procedure.title, *forgetting.titles(procedure_id)}
        with self._desk.alone(procedure.path):
            raw = self._desk.present(procedure.path, now)
            files = self._own_files(procedure, raw)
            there = [file for file in files if keeping.settled(file, now) is not None]
            self._desk.publisher.want_rebuild()
            self._desk.erasures.enter(trace)
            try:
                self._desk.applied(dict.fromkeys([procedure.path, *there]), note)
            except OSError:
                self._desk.erasures.withdraw(procedure_id)
                raise
            paths = {procedure.path, *self._desk.erasures.forget_addresses(procedure_id)}
            if not shared:
                self._desk.publisher.want_purge(procedure_id, paths | files)
        self._desk.searchable([procedure.path])
        forgetting.forget(procedure_id, titles, paths, now)
        return Erased(trace, still_in_history=shared)

    def keep_up(self, now: datetime) -> None:
        """Forget once more what was erased in the last day."""
        for erased in self._desk.erasures.all():
            if erased.at > now - _AGAIN:
                self._desk.forgetting.forget(erased.procedure_id, (), (), now)

    def _own_files(self, procedure: Procedure, raw: bytes) -> set[str]:
        """Files beside it that it shows, or showed once, and nothing else does."""
        departments = self._desk.publisher.departments()
        texts = [(procedure.path, raw), *self._former_texts(procedure.id)]
        folders = {posixpath.dirname(path) for path, _ in texts}
        shown = {
            file
            for path, text in texts
            for file in procedure_from(parse(text, path), departments).files
        }
        return {
            file
            for file in shown
            if posixpath.dirname(file) in folders
            and not file.endswith((".yml", ".yaml"))
            and not self._desk.catalogue.shown_by_others(file, procedure.path)
        }

    def _former_texts(self, procedure_id: str) -> Iterator[tuple[str, bytes]]:
        for blob, path in self._desk.forgetting.texts(procedure_id).items():
            with suppress(OSError):
                yield path, self._desk.keeping.repository.bytes_of(blob)

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


def ended(raw: bytes, successor: str | None) -> bytes:
    """The text out of use. Raises NotAmendable."""
    return amend(raw, {"status": Status.RETIRED.value, "successor": successor})


def in_use_again(raw: bytes) -> bytes:
    """The text of a retired one, up again. Raises NotAmendable."""
    return amend(raw, {"status": None, "successor": None})
