"""What was proposed, done as one commit; and which row became what, for the next time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from kb.importing.permits import BringersLeave, Permit
from kb.importing.proposed import WRITTEN, Fate, ImportPreview, ProposedFile
from kb.importing.sql.imports import Imports, RowBefore
from kb.publishing.batches import Batch, FileEdit
from kb.publishing.edits import Author, UnusableEdit
from kb.publishing.outcomes import refusing
from kb.publishing.parts import Publishing
from kb.publishing.saver import Saver
from kb.storage.git.repository import hash_of


class BringingIn(Struct, frozen=True):
    """The verb. Who may is asked again of what is written."""

    publishing: Publishing
    imports: Imports

    @refusing
    def bring_in(self, preview: ImportPreview, permit: Permit, by: Author, now: datetime) -> Batch:
        """Write every file that is new or changed, in one commit that can be undone."""
        written = preview.written
        if not (written or preview.beside):
            raise UnusableEdit("There is nothing to bring in.")
        many = "1 procedure" if len(written) == 1 else f"{len(written)} procedures"
        note = f"Brought in {many} from {preview.mapping.name}"
        edits = [FileEdit(one.procedure.path, one.base, one.text, one.as_it_was) for one in written]
        templates = [one for one in preview.beside if one.path in preview.templates]
        others = [one for one in preview.beside if one.path not in preview.templates]
        beside = {path: raw for one in written for path, raw in one.attached.items()}
        saver = self._saver(permit)
        done = saver.change_many([*others, *edits], note, by, now, beside=beside)
        library = self.publishing.saver.keeping.library
        for one in templates:  # they have no versions, so that undoing leaves them
            library.keep_template(one.path, one.text)
        if done.commit:
            self.imports.note(done.commit, self._rows(preview, done), now)
        return done

    def _saver(self, permit: Permit) -> Saver:
        publishing = self.publishing
        library = publishing.saver.keeping.library
        leave = BringersLeave(permit, publishing.departments(), publishing.catalogue, library)
        return publishing.saver.on_behalf(leave)

    def _rows(self, preview: ImportPreview, done: Batch) -> Iterator[RowBefore]:
        """Where each row went, and what it made: the base of the next merge."""
        for one in preview.of(*WRITTEN, Fate.UNCHANGED):
            if one.procedure.path not in done.skipped:
                blob = self._kept(one)
                for source in one.drafted.sources:
                    yield RowBefore(source, one.procedure.id, blob)

    def _kept(self, one: ProposedFile) -> str:
        """The name of what the row makes; git gets it where no version of the file is that."""
        made = one.of_the_row
        if one.fate in (Fate.NEW, Fate.UPDATED) or made in (one.base, one.present):
            return hash_of(made)
        return self.publishing.saver.keeping.repository.store(made)
