"""Words changed in many files of a department: first what would change, then one commit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256

from msgspec import Struct

from kb.documents.source.keywording import with_keywords_renamed
from kb.documents.source.lines import NotAmendable
from kb.documents.source.replacing import Occurrence, Replacement, places, replaced
from kb.people.person import Person
from kb.procedures.model import Procedure
from kb.publishing.batches import Batch, FileEdit
from kb.publishing.edits import author_of
from kb.publishing.outcomes import refusing
from kb.publishing.parts import Publishing
from kb.storage.files.library import Library

MOST_PLACES = 1_000  # that a preview shows, and one commit changes
_CHANGED = "it was changed since you looked"


class Touched(Struct, frozen=True):
    """A file with the places in it. `version` names the bytes that were looked at.

    `obstacle` says why it cannot be changed so, "" where it can.
    """

    procedure: Procedure
    version: str
    places: tuple[Occurrence, ...]
    obstacle: str = ""


class RewordingPreview(Struct, frozen=True):
    """What would change; `cut` says that there is more."""

    files: tuple[Touched, ...]
    cut: bool = False

    @property
    def places(self) -> int:
        """How many places in all."""
        return sum(len(file.places) for file in self.files)


class Renamed(Struct, frozen=True):
    """A file with the keywords that it has and would have."""

    procedure: Procedure
    version: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    obstacle: str = ""


class Rewording:
    """Of the procedures passed in, those are changed that the person may change at once."""

    def __init__(self, library: Library, publishing: Publishing) -> None:
        self._library = library
        self._publishing = publishing

    def preview(self, procedures: Iterable[Procedure], wording: Replacement) -> RewordingPreview:
        """Every place where the wording stands, up to MOST_PLACES of them."""
        files: list[Touched] = []
        room = MOST_PLACES
        for procedure, raw in self._read(procedures):
            found = places(raw, wording)
            if not found:
                continue
            if len(found) > room:
                return RewordingPreview(tuple(files), cut=True)
            room -= len(found)
            obstacle = _obstacle(partial(replaced, raw, wording, range(len(found))))
            files.append(Touched(procedure, _version(raw), tuple(found), obstacle))
        return RewordingPreview(tuple(files))

    @refusing
    def replace(
        self,
        procedures: Iterable[Procedure],
        wording: Replacement,
        chosen: Mapping[tuple[str, str], Collection[int]],
        by: Person,
        now: datetime,
    ) -> Batch:
        """The chosen places, by (id, version looked at), in one commit.

        A file that has changed since is skipped.
        """
        note = f"“{wording.old}” is now “{wording.new}”"
        return self._change(
            procedures, chosen, lambda raw, some: replaced(raw, wording, some), note, by, now
        )

    def renamed(
        self, procedures: Iterable[Procedure], old: Collection[str], new: str
    ) -> list[Renamed]:
        """Every file that has one of these keywords, with what it would have."""
        found = []
        for procedure, raw in self._read(procedures):
            obstacle = _obstacle(partial(with_keywords_renamed, raw, old, new))
            before = tuple(word.text for word in procedure.keywords)
            after = dict.fromkeys(new if word in old else word for word in before)
            found.append(Renamed(procedure, _version(raw), before, tuple(after), obstacle))
        return found

    @refusing
    def rename(
        self,
        procedures: Iterable[Procedure],
        old: Collection[str],
        new: str,
        chosen: Collection[tuple[str, str]],
        by: Person,
        now: datetime,
    ) -> Batch:
        """The keyword renamed in the chosen files, by (id, version looked at), in one commit."""
        note = f"Keyword {', '.join(f'“{word}”' for word in sorted(old))} is now “{new}”"
        every = dict.fromkeys(chosen, ())
        return self._change(
            procedures, every, lambda raw, _: with_keywords_renamed(raw, old, new), note, by, now
        )

    def _change(
        self,
        procedures: Iterable[Procedure],
        chosen: Mapping[tuple[str, str], Collection[int]],
        change: Callable[[bytes, Collection[int]], bytes],
        note: str,
        by: Person,
        now: datetime,
    ) -> Batch:
        wanted = {id for id, _ in chosen}
        changes: list[FileEdit] = []
        skipped: dict[str, str] = {}
        for procedure, raw in self._read(procedures):
            if procedure.id not in wanted:
                continue
            key = (procedure.id, _version(raw))
            if key not in chosen:
                skipped[procedure.path] = _CHANGED
                continue
            try:
                changes.append(FileEdit(procedure.path, raw, change(raw, chosen[key])))
            except NotAmendable as reason:
                skipped[procedure.path] = f"line {reason.line}: {reason.problem}"
        saver = self._publishing.on_behalf(by)
        done = saver.change_many(changes, note, author_of(by), now)
        every = {**skipped, **done.skipped}
        return Batch(done.commit, done.procedure_ids, done.paths, every, done.searchable)

    def _read(self, procedures: Iterable[Procedure]) -> Iterator[tuple[Procedure, bytes]]:
        for procedure in procedures:
            try:
                yield procedure, self._library.read(procedure.path)
            except OSError:
                continue  # it went away, or is told as a faulty file


def _version(raw: bytes) -> str:
    return sha256(raw).hexdigest()[:12]


def _obstacle(change: Callable[[], object]) -> str:
    try:
        change()
    except NotAmendable as reason:
        return f"line {reason.line}: {reason.problem}; {reason.remedy}"
    return ""
