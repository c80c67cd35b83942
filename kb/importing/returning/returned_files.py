"""Files of a zip that was taken out here: back to where they were, to the byte."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator

from msgspec.structs import replace

from kb.catalogue.listings import Card
from kb.documents.attachments import UnusableAttachment, checked
from kb.documents.document import parse
from kb.documents.reading import described
from kb.documents.settings_files.departments import parse_departments
from kb.documents.settings_files.names import DEPARTMENTS_FILE, SYNONYMS_FILE
from kb.documents.source.amending import amend
from kb.documents.source.lines import NotAmendable
from kb.importing.against_before import unusable
from kb.importing.drafting import DraftedProcedure
from kb.importing.mapping import FileMapping
from kb.importing.permits import Permit
from kb.importing.proposed import Fate, ProposedFile
from kb.importing.proposing import Proposing
from kb.importing.returning.against_now import against_now, drafted, left
from kb.importing.sheets import ReturnedFile
from kb.procedures.model import Departments, Procedure, Status
from kb.publishing.batches import FileEdit
from kb.storage.files.library import Library, UnusablePath, is_listed, is_template

_SETTINGS = (DEPARTMENTS_FILE, SYNONYMS_FILE)
_BLOB = re.compile(r"[0-9a-f]{40}")
_LARGEST = 15  # MB of a file beside


class FilesComingBack:
    """One zip. After `files` was gone through, `beside` has the files that are no procedures."""

    def __init__(
        self, parts: Proposing, mapping: FileMapping, permit: Permit, departments: Departments
    ) -> None:
        self._parts = parts
        self._mapping = mapping
        self._permit = permit
        self._departments = departments
        self._library = parts.storage.library
        self.beside: list[FileEdit] = []
        self.noticed: list[str] = []

    def files(self, returned: Iterable[ReturnedFile]) -> Iterator[ProposedFile]:
        """One for each procedure."""
        for number, file in enumerate(returned, 1):
            if is_listed(file.path):
                yield self._procedure(number, file)
            else:
                self._other(file)

    def _procedure(self, number: int, file: ReturnedFile) -> ProposedFile:
        document = parse(file.raw, file.path)
        procedure, named = described(document, self._departments)
        source = f"{self._mapping.name} | {file.path}"
        one = drafted(source, "zip", number, procedure.title, document.body)
        if self._mapping.decided.get(f"zip!{number}") is False:
            return left(one, procedure, file.raw, "you left it out")
        card = self._known(procedure, named=named)
        if card is None:
            found = self._new(one, procedure, file)
        else:
            present = self._library.read(card.procedure.path)
            texts = (self._base(file), file.raw, present)
            overruled = bool(self._mapping.decided.get(source))
            found = against_now(one, card.procedure, texts, self._permit, overruled=overruled)
        return found

    def _known(self, procedure: Procedure, *, named: bool) -> Card | None:
        """What is at that path, if it is the same; else what has the id."""
        catalogue = self._parts.catalogue
        at = catalogue.at_path(procedure.path) if self._library.has(procedure.path) else None
        there = catalogue.get(at) if at else None
        if there is not None and there.procedure.path == procedure.path:
            own = parse(self._library.read(procedure.path), "").meta.get("id")
            if not named or own == procedure.id:
                return there
        return catalogue.get(procedure.id) if named else None

    def _base(self, file: ReturnedFile) -> bytes:
        """What was taken out; b"" where that is not in this history."""
        return file.raw if file.untouched else text_of(self._parts, file.blob)

    def _new(self, one: DraftedProcedure, procedure: Procedure, file: ReturnedFile) -> ProposedFile:
        text, remarks = file.raw, tuple[str, ...]()
        up = not procedure.status.kept_back
        if up and not (self._permit.restores or self._permit.publishes(procedure.department)):
            try:
                text = amend(text, {"status": Status.DRAFT.value})
            except NotAmendable as reason:
                return left(one, procedure, text, f"it cannot be made a draft: {reason}")
            procedure = replace(procedure, status=Status.DRAFT)
            remarks = ("it was published where it comes from; here it is a draft",)
        why = self._permit.may(procedure) or self._erased(procedure.id)
        if not (why or file.untouched):
            why = unusable(text)
        try:
            path = free_path(self._library, procedure.path, ())
        except UnusablePath as reason:
            return left(one, procedure, text, str(reason))
        fate = Fate.LEFT if why else Fate.NEW
        found = ProposedFile(one, fate, replace(procedure, path=path), b"", text, why=why)
        return replace(found, remarks=remarks, as_it_was=file.untouched)

    def _erased(self, id: str) -> str:
        erased = self._parts.publishing.saver.erasure_of(id) is not None
        return "it was erased here for good" if erased else ""

    def _other(self, file: ReturnedFile) -> None:
        """A file that is no procedure: it comes in where nothing is by its name."""
        if file.path in _SETTINGS:
            self._settings(file)
        elif is_template(file.path):
            if self._permit.restores and not self._library.has_template(file.path):
                self.beside.append(FileEdit(file.path, b"", file.raw, as_it_was=True))
        elif not self._library.has(file.path):
            self._beside(file)
        elif self._present(file.path) != file.raw:
            self.noticed.append(f"There is another file {file.path} here, which stays.")

    def _present(self, path: str) -> bytes:
        try:
            return self._library.read_any(path)
        except OSError:  # a folder, say
            return b""

    def _beside(self, file: ReturnedFile) -> None:
        why = "" if self._permit.restores else _refused(file)
        try:
            self._library.place(file.path, ("",))
        except UnusablePath as reason:
            why = str(reason)
        if why:
            self.noticed.append(f"{file.path} does not come in: {why.rstrip('.')}.")
        else:
            self.beside.append(FileEdit(file.path, b"", file.raw, as_it_was=True))

    def _settings(self, file: ReturnedFile) -> None:
        library = self._library
        departments = file.path == DEPARTMENTS_FILE
        there = library.departments_source() if departments else library.synonyms_source()
        if not there and self._permit.restores:
            self.beside.append(FileEdit(file.path, b"", file.raw, as_it_was=True))
        elif departments and there != file.raw:
            missing = parse_departments(file.raw).by_id.keys() - self._departments.by_id.keys()
            for id in sorted(missing):
                self.noticed.append(f"There is no department “{id}” here: add it first.")


def text_of(parts: Proposing, blob: str) -> bytes:
    """The bytes that git calls so; b"" where this history has none."""
    if not _BLOB.fullmatch(blob):
        return b""
    try:
        return parts.storage.keeping.repository.bytes_of(blob)
    except OSError:
        return b""


def free_path(library: Library, wanted: str, taken: Collection[str]) -> str:
    """That path, or the next where a file is already, or will be. Raises UnusablePath."""
    stem, dot, suffix = wanted.rpartition(".")
    path, nth = library.place(wanted), 2
    while path in taken or library.has(path):
        path, nth = f"{stem}-{nth}{dot}{suffix}", nth + 1
    return path


def _refused(file: ReturnedFile) -> str:
    """Why nobody may store that beside a procedure; "" where they may."""
    try:
        kept = checked(posixpath.basename(file.path), file.raw, _LARGEST)
    except UnusableAttachment as reason:
        return str(reason)
    return "" if kept.raw == file.raw else "it is a drawing that may run something"
