"""What all verbs of writing share: the present text, one change with a note, then search."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.listings import Card
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.markdown.links import MARKDOWN_SUFFIXES
from kb.documents.reading import procedure_from
from kb.documents.source.amending import amend
from kb.documents.source.lines import NotAmendable
from kb.publishing.edits import Again, Leave, NotSaved, Saved, Standing, UnusableEdit
from kb.publishing.refreshing.publisher import Publisher
from kb.publishing.sql.erasures import Erasures
from kb.publishing.sql.forgetting import Forgetting
from kb.storage.files.atomic_writes import ChangedMeanwhile
from kb.storage.files.library import UnusablePath
from kb.storage.git.repository import Author, Note
from kb.storage.transaction import Changes, Keeping


def _anybody(_before: Standing | None, _after: Standing | None) -> None:
    """The leave of whoever is at the keyboard of the server, and of the site itself."""


class Desk(Struct, frozen=True):
    """The parts that a change goes through, in this order: files and history, catalogue, index.

    `leave` is what a person may; every verb asks it of what it is about to write.
    """

    keeping: Keeping
    catalogue: Catalogue
    erasures: Erasures
    publisher: Publisher
    forgetting: Forgetting
    leave: Leave = _anybody

    def on_behalf(self, leave: Leave) -> Desk:
        """The same desk for somebody who may do that much."""
        return replace(self, leave=leave)

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Nobody else writes meanwhile. Trouble of disk or git is told as NotSaved of `what`."""
        try:
            with self.keeping.alone():
                yield
        except NotAmendable as error:
            raise UnusableEdit(
                f"Line {error.line} of {what}: {error.problem}; {error.remedy}."
            ) from error
        except ChangedMeanwhile as error:
            raise Again(f"{error.strerror}.") from error
        except OSError as error:
            why = error.strerror or str(error)
            raise NotSaved(f"{what} is not saved, and nothing has changed: {why}.") from error

    def card(self, procedure_id: str) -> Card:
        """The procedure. Raises UnusableEdit when there is none."""
        found = self.catalogue.get(procedure_id)
        if found is None:
            raise UnusableEdit(f"Procedure {procedure_id} no longer exists.")
        return found

    def place(self, path: str, suffixes: tuple[str, ...] = MARKDOWN_SUFFIXES) -> str:
        """Where a file of that path really stands. Raises UnusableEdit."""
        try:
            return self.keeping.library.place(path, suffixes)
        except UnusablePath as error:
            raise UnusableEdit(f"{error}.", "path") from error

    def free_place(self, path: str) -> str:
        """`place` where no file is yet. Raises UnusableEdit."""
        place = self.place(path)
        if self.keeping.library.has(place):
            raise UnusableEdit(f"There is a file {place} already; choose another name.", "path")
        return place

    def present(self, path: str, now: datetime) -> bytes:
        """`settled` of a file that must be there. Raises UnusableEdit."""
        raw = self.keeping.settled(path, now)
        if raw is None:
            raise UnusableEdit(f"{path} no longer exists.")
        return raw

    def applied(self, changes: Changes, note: Note) -> str:
        """Write and commit what differs; returns the newest commit."""
        if changes:
            return self.keeping.apply(changes, note)
        return self.keeping.repository.head() or ""

    def changed(self, procedure_id: str, change: Callable[[bytes], bytes], note: Note) -> Saved:
        """One procedure's text as `change` makes it from what it is now."""
        path = self.card(procedure_id).procedure.path
        with self.alone(path):
            before = self.present(path, note.at)
            text = change(before)
            if text != before:
                self.leave(Standing(path, before), Standing(path, text))
            commit = self.applied({path: text} if text != before else {}, note)
        return self.saved(path, text, commit)

    def saved(
        self,
        path: str,
        text: bytes,
        commit: str,
        *,
        merged: bool = False,
        others: Mapping[str, bytes | None] | None = None,
    ) -> Saved:
        """Bring search up to it; trouble with that cannot undo what is saved."""
        searchable = self.searchable([path, *(others or {})])
        id = self.catalogue.at_path(path) or self.filed_id(path, text)
        return Saved(id, path, sha256(text).hexdigest()[:12], commit, merged, searchable)

    def searchable(self, paths: Collection[str]) -> bool:
        """Bring catalogue and index up to these files; False when the next refresh has to."""
        try:
            return self.publisher.take_up(paths)
        except OSError:
            return False

    def filed_id(self, path: str, text: bytes) -> str:
        """The id that a file asks for."""
        return procedure_from(parse(text, path), self.publisher.departments()).procedure.id


def named(raw: bytes, procedure_id: str) -> bytes:
    """The text with its id in it, so that it keeps that wherever it goes."""
    return raw if parse(raw, "").meta.get("id") else amend(raw, {"id": procedure_id})


def noted(text: str, default: str, by: Author, now: datetime, worth_telling: bool) -> Note:
    """The note of a change; without words, `default`."""
    return Note(text.strip() or default, by, now, worth_telling)
