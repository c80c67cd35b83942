"""Saving: an edit joined with what is on disk now, written, committed, searchable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from kb.content.catalogue import Catalogue
from kb.content.found import CHANGED
from kb.content.front_matter import parse
from kb.content.keeping import Keeping
from kb.content.library import MAX_BYTES, UnusablePath
from kb.content.merging import Stretch, clashes, merge, merged
from kb.content.reading import id_from_path, procedure_from
from kb.content.repository import FOUND, Note
from kb.content.text import slug
from kb.procedures.model import Severity
from kb.publishing import Publisher
from kb.saving.edits import Author, Collision, Edit, NotSaved, Saved, UnusableEdit

ATTACHED = (
    ".avif",
    ".bmp",
    ".csv",
    ".gif",
    ".jpeg",
    ".jpg",
    ".pdf",
    ".png",
    ".svg",
    ".txt",
    ".webp",
)
LARGEST = 2_000_000  # bytes that an editor may save; larger files can be read


class Saver:
    """The verbs of writing, as `parts.saver`. Whether a person may is for the caller to ask.

    Every verb raises NotSaved, and then nothing has changed; UnusableEdit for what cannot be.
    """

    def __init__(self, keeping: Keeping, catalogue: Catalogue, publisher: Publisher) -> None:
        self._keeping = keeping
        self._catalogue = catalogue
        self._publisher = publisher

    def save(self, edit: Edit, now: datetime) -> Saved:
        """Write the edit, joined with what others changed since its base was read.

        Raises Collision where both changed the same lines, and NotSaved, UnusableEdit.
        """
        path = self._place(edit.path)
        _ensure_usable(edit.text, edit.base)
        note = _note(edit.note, f"Changed {path}", edit.by, now, edit.worth_telling)
        try:
            with self._keeping.alone():
                path = self._present_path(path, edit.base)
                before = self._as_found(path, now) or b""
                text = _joined(edit, before, path)
                commit = self._applied({path: text} if text != before else {}, note)
        except OSError as error:
            raise _not_saved(path, error) from error
        return self._saved(path, text, commit, merged=text != edit.text)

    def create(self, path: str, text: bytes, note: str, by: Author, now: datetime) -> Saved:
        """Write a file that was not there. Raises UnusableEdit when it is, or its id is taken."""
        path = self._place(path)
        _ensure_usable(text, b"")
        with_note = _note(note, f"New: {path}", by, now, True)
        try:
            with self._keeping.alone():
                self._ensure_free(path, text)
                commit = self._applied({path: text}, with_note)
        except OSError as error:
            raise _not_saved(path, error) from error
        return self._saved(path, text, commit, merged=False)

    def free_path(self, folder: str, title: str) -> str:
        """A path in `folder` ("" is the top) for a new procedure of that title."""
        name = slug(title)[:80] or "procedure"
        start = f"{folder.strip('/')}/{name}".lstrip("/")
        path, nth = f"{start}.md", 2
        while self._keeping.library.has(path):
            path, nth = f"{start}-{nth}.md", nth + 1
        return path

    def attach(self, path: str, raw: bytes, by: Author, now: datetime) -> str:
        """Store an image or document; returns its path, another one when that name is taken.

        The same bytes under the same name are stored once.
        """
        wanted = self._place(path, ATTACHED)
        if len(raw) > MAX_BYTES:
            raise UnusableEdit(f"The file is too large; at most {MAX_BYTES // 1_000_000} MB.")
        stem, dot, suffix = wanted.rpartition(".")
        place, nth = wanted, 2
        try:
            with self._keeping.alone():
                while (found := self._keeping.on_disk(place)) is not None and found != raw:
                    place, nth = f"{stem}-{nth}{dot}{suffix}", nth + 1
                if found is None:
                    self._applied({place: raw}, _note("", f"Attached {place}", by, now, False))
        except OSError as error:
            raise _not_saved(place, error) from error
        return place

    def _place(self, path: str, suffixes: tuple[str, ...] = (".md", ".markdown")) -> str:
        try:
            return self._keeping.library.place(path, suffixes)
        except UnusablePath as error:
            raise UnusableEdit(f"{error}.") from error

    def _present_path(self, path: str, base: bytes) -> str:
        """Where the file is now, when it was moved while somebody edited it."""
        if not base or self._keeping.library.has(path):
            return path
        id = self._catalogue.at_path(path)
        card = self._catalogue.get(id) if id else None
        return card.procedure.path if card else path

    def _as_found(self, path: str, now: datetime) -> bytes | None:
        """The file on disk; a change by other hands gets a version of its own first."""
        raw = self._keeping.on_disk(path)
        if self._keeping.differs(path):
            self._keeping.commit_found([path], Note(CHANGED, FOUND, now))
        return raw

    def _applied(self, changes: Mapping[str, bytes | None], note: Note) -> str:
        if changes:
            return self._keeping.apply(changes, note)
        return self._keeping.repository.head() or ""

    def _ensure_free(self, path: str, text: bytes) -> None:
        if self._keeping.library.has(path):
            raise UnusableEdit(f"There is a file {path} already; choose another name.")
        named = parse(text, path).meta.get("id")
        if isinstance(named, str) and self._catalogue.get(named) is not None:
            raise UnusableEdit(f"The id {named} is another procedure's; give this one its own.")

    def _saved(self, path: str, text: bytes, commit: str, *, merged: bool) -> Saved:
        """Catalogue and index are brought up; their trouble cannot undo what is saved."""
        try:
            searchable = self._publisher.take_up([path])
        except OSError:
            searchable = False
        departments = self._publisher.departments()
        filed = procedure_from(parse(text, path), departments).procedure
        id = self._catalogue.at_path(path) or filed.id or id_from_path(path)
        return Saved(id, path, sha256(text).hexdigest()[:12], commit, merged, searchable)


def _joined(edit: Edit, before: bytes, path: str) -> bytes:
    if before == edit.base or before == edit.text:
        return edit.text
    stretches = merge(edit.base, edit.text, before)
    if not clashes(stretches):
        text = merged(stretches)
        if _errors(text, path) <= _errors(edit.text, path) | _errors(before, path):
            return text
        stretches = (Stretch(edit.base, edit.text, before, clash=True),)
    raise Collision(edit.base, edit.text, before, stretches)


def _errors(text: bytes, path: str) -> set[str]:
    faults = parse(text, path).faults
    return {fault.code for fault in faults if fault.severity is Severity.ERROR}


def _ensure_usable(text: bytes, base: bytes) -> None:
    if len(text) > LARGEST and len(text) > len(base):
        raise UnusableEdit(f"The text is too large; at most {LARGEST // 1_000_000} MB.")
    if b"\0" in text and b"\0" not in base:
        raise UnusableEdit("The text has a NUL character in it; remove it.")
    if _marks(text) > _marks(base):
        raise UnusableEdit("The text has conflict marks (<<<<<<<) of git in it; decide and remove.")


def _marks(text: bytes) -> int:
    starts = (b"<<<<<<< ", b">>>>>>> ")
    lines = text.splitlines()
    return min(sum(line.startswith(start) for line in lines) for start in starts)


def _note(text: str, default: str, by: Author, now: datetime, worth_telling: bool) -> Note:
    return Note(text.strip() or default, by, now, worth_telling)


def _not_saved(path: str, error: OSError) -> NotSaved:
    why = error.strerror or str(error)
    return NotSaved(f"{path} is not saved, and nothing has changed: {why}.")
