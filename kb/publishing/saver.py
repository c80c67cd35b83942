"""Saving: an edit joined with what is on disk now, written, committed, searchable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Self

from kb.documents.attachments import ATTACHED
from kb.documents.document import parse
from kb.documents.reading import folder_department
from kb.documents.text.plain_text import slug
from kb.people.person import Person
from kb.publishing.batches import Batch, Batches, FileEdit, Objection
from kb.publishing.desk import Desk, noted
from kb.publishing.edits import Again, Author, Edit, Leave, Saved, Standing, UnusableEdit
from kb.publishing.joining import ensure_usable, joined
from kb.publishing.moving import Moving
from kb.publishing.retiring import Erased, Retiring
from kb.publishing.sql.batch_ledger import Ledger
from kb.publishing.sql.erasures import Erasure
from kb.storage.files.library import MAX_BYTES
from kb.storage.transaction import Keeping

_TRIES = 5


class Saver:
    """The verbs of writing. What a person asks for is done `on_behalf` of them.

    Every verb raises NotSaved, and then nothing has changed; NotAllowed; UnusableEdit for what
    cannot be. Each is one commit by its author; `note` may be empty.
    """

    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        self._desk = desk
        self._ledger = ledger
        self._batches = Batches(desk, ledger)
        self._moving = Moving(desk)
        self._retiring = Retiring(desk)

    def on_behalf(self, leave: Leave) -> Self:
        """The same verbs for somebody who may do that much."""
        return type(self)(self._desk.on_behalf(leave), self._ledger)

    @property
    def keeping(self) -> Keeping:
        """The files with their history."""
        return self._desk.keeping

    def save(self, edit: Edit, now: datetime) -> Saved:
        """Write the edit, joined with what others changed since its base was read.

        Raises Collision where both changed the same lines, and NotSaved, UnusableEdit.
        """
        ensure_usable(edit.text, edit.base)
        for _ in range(_TRIES):
            try:
                return self._save(edit, now)
            except Again:
                continue
        return self._save(edit, now)

    def change(
        self,
        procedure_id: str,
        change: Callable[[bytes], bytes],
        note: str,
        by: Author,
        now: datetime,
        *,
        worth_telling: bool = False,
    ) -> Saved:
        """The procedure's file as `change` makes it from what it is then; what that raises goes on.

        It is called while nobody else writes, and may find its own work done already.
        """
        told = noted(note, f"Changed {procedure_id}", by, now, worth_telling)
        return self._desk.changed(procedure_id, change, told)

    def create(self, path: str, text: bytes, note: str, by: Author, now: datetime) -> Saved:
        """Write a file that was not there. Raises UnusableEdit when it is, or its id is taken."""
        ensure_usable(text, b"")
        with self._desk.alone(path):
            place = self._desk.free_place(path)
            self._ensure_own_id(place, text)
            self._desk.leave(None, Standing(place, text))
            with_note = noted(note, f"New: {place}", by, now, True)
            commit = self._desk.applied({place: text}, with_note)
        return self._desk.saved(place, text, commit)

    def free_path(self, folder: str, title: str) -> str:
        """A path in `folder` ("" is the top) for a new procedure of that title."""
        name = slug(title)[:80] or "procedure"
        start = f"{folder.strip('/')}/{name}".lstrip("/")
        path, nth = f"{start}.md", 2
        while self._desk.keeping.library.has(path):
            path, nth = f"{start}-{nth}.md", nth + 1
        return path

    def attach(self, path: str, raw: bytes, by: Author, now: datetime) -> str:
        """Store an image or document; returns its path, another one when that name is taken.

        The same bytes under the same name are stored once. A name that stands in another
        department's text is taken, too: that would show the file to whoever may read the text.
        """
        wanted = self._desk.place(path, ATTACHED)
        if len(raw) > MAX_BYTES:
            raise UnusableEdit(f"The file is too large; at most {MAX_BYTES // 1_000_000} MB.")
        stem, dot, suffix = wanted.rpartition(".")
        place, nth = wanted, 2
        with self._desk.alone(wanted):
            while (found := self._desk.keeping.settled(place, now)) != raw and (
                found is not None or self._others_show(place)
            ):
                place, nth = f"{stem}-{nth}{dot}{suffix}", nth + 1
            if found is None:
                note = noted("", f"Attached {place}", by, now, False)
                self._desk.applied({place: raw}, note)
        return place

    def rename(
        self,
        procedure_id: str,
        *,
        title: str | None = None,
        path: str | None = None,
        note: str = "",
        by: Author,
        now: datetime,
    ) -> Saved:
        """Another title, another path, or both. The id stays, and old addresses lead on."""
        return self._moving.rename(procedure_id, title=title, path=path, note=note, by=by, now=now)

    def move(
        self,
        procedure_id: str,
        *,
        department: str | None = None,
        folder: str | None = None,
        note: str = "",
        by: Author,
        now: datetime,
    ) -> Saved:
        """To another department or folder; without `folder`, to the department's own."""
        return self._moving.move(procedure_id, department, folder, note, by, now)

    def retire(
        self, procedure_id: str, successor: str | None, note: str, by: Author, now: datetime
    ) -> Saved:
        """Out of use: found no more; old links lead on to the successor (an id), where given."""
        return self._retiring.retire(procedure_id, successor, note, by, now)

    def reinstate(self, procedure_id: str, note: str, by: Author, now: datetime) -> Saved:
        """A retired one in use again."""
        return self._retiring.reinstate(procedure_id, note, by, now)

    def change_many(
        self,
        changes: Iterable[FileEdit],
        note: str,
        by: Author,
        now: datetime,
        *,
        joining: bool = True,
        beside: Mapping[str, bytes] | None = None,
    ) -> Batch:
        """Many files in one commit, each as `save` would; what cannot be joined is skipped.

        Without `joining`, whatever changed since its base was read is skipped. `beside` are
        pictures and documents that they show, by path.
        """
        return self._batches.change(changes, note, by, now, joining=joining, beside=beside or {})

    def undo(
        self, commit: str, by: Author, now: datetime, objection: Objection | None = None
    ) -> Batch:
        """Put back what a commit of `change_many` changed, but for files changed since."""
        if objection is None:
            return self._batches.undo(commit, by, now)
        return self._batches.undo(commit, by, now, objection)

    def settle_bulk_changes(self) -> None:
        """Before they are listed: what a killed process left is ended in the ledger."""
        self._batches.settle()

    def remove(self, procedure_id: str, note: str, by: Author, now: datetime) -> None:
        """A draft that nobody wants; its versions stay in the history."""
        self._retiring.remove(procedure_id, note, by, now)

    def erase(self, procedure_id: str, by: Person, now: datetime) -> Erased:
        """For good, with all versions where the repository is kb's own. Raises NotAllowed."""
        return self._retiring.erase(procedure_id, by, now)

    def keep_up_erasing(self, now: datetime) -> None:
        """What the worker does: end what was killed, and overwrite what somebody was reading."""
        self._retiring.keep_up(now)

    def erasure_of(self, procedure_id: str) -> Erasure | None:
        """The trace of what was erased."""
        return self._desk.erasures.of(procedure_id)

    def _others_show(self, file: str) -> bool:
        owner = folder_department(file, self._desk.publisher.departments())
        return bool(self._desk.catalogue.shown_by(file) - {owner})

    def _save(self, edit: Edit, now: datetime) -> Saved:
        path = self._desk.place(edit.path)
        with self._desk.alone(path):
            path = self._present_path(path, edit.base)
            note = noted(edit.note, f"Changed {path}", edit.by, now, edit.worth_telling)
            before = self._desk.keeping.settled(path, now) or b""
            if not (before or edit.base):
                self._ensure_own_id(path, edit.text)
            text = joined(edit.base, edit.text, before, path)
            if text != before:
                self._desk.leave(Standing(path, before) if before else None, Standing(path, text))
            commit = self._desk.applied({path: text} if text != before else {}, note)
        return self._desk.saved(path, text, commit, merged=text != edit.text)

    def _present_path(self, path: str, base: bytes) -> str:
        """Where the file is now, when it was moved while somebody edited it."""
        if not base or self._desk.keeping.library.has(path):
            return path
        id = self._desk.catalogue.at_path(path)
        card = self._desk.catalogue.get(id) if id else None
        return card.procedure.path if card else path

    def _ensure_own_id(self, path: str, text: bytes) -> None:
        name = parse(text, path).meta.get("id")
        if isinstance(name, str) and self._desk.catalogue.get(name) is not None:
            why = f"The id {name} is another procedure's; give this one its own."
            raise UnusableEdit(why, "id")
        if self._desk.erasures.of(self._desk.filed_id(path, text)) is not None:
            why = "That id was of a procedure that is erased; give this one another."
            raise UnusableEdit(why, "id")
