"""Many files changed in one commit, and that commit undone as far as nobody went on from it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from msgspec import Struct

from kb.documents.attachments import BESIDE
from kb.documents.document import parse
from kb.documents.markdown.links import MARKDOWN_SUFFIXES
from kb.publishing.desk import Desk, noted
from kb.publishing.edits import Again, Collision, Leave, NotAllowed, Standing, UnusableEdit
from kb.publishing.joining import ensure_usable, joined
from kb.publishing.sql.batch_ledger import BulkChange, FileChange, Ledger
from kb.storage.git.repository import CHANGED, FOUND, Author, Note, hash_of

_TRIES = 5
_ANY = ("",)  # endings of names
GONE = "it no longer exists"
CHANGED_SINCE = "it was changed since"
SAME_LINES = "somebody else changed the same lines"
SHOWN = "a procedure that stays shows it"
THERE = "there is a file of that name by now"
TAKEN = "its id went to another procedure meanwhile"


class FileEdit(NamedTuple):
    """One file as it shall be. `base` is the file as it was read to make `text`; b"" for a new

    file, which must not be there. `as_it_was`: it comes out of a base like this one, may be of
    any kind, and whatever it says stood there.
    """

    path: str
    base: bytes
    text: bytes
    as_it_was: bool = False


class Batch(Struct, frozen=True):
    """What was changed in one commit. `commit` is "" where nothing was.

    `skipped` says why, by path, for each file that stays as it is. `searchable`: the index has
    the others already; if not, a refresh at work will see to it.
    """

    commit: str
    procedure_ids: tuple[str, ...]
    paths: tuple[str, ...]
    skipped: Mapping[str, str]
    searchable: bool = True


# Why a file (its path, its text, what it would be again) stays as it is; "" where it need not.
Objection = Callable[[str, bytes, bytes], str]


def _none(_path: str, _text: bytes, _before: bytes) -> str:
    return ""


class Batches:
    """Bulk changes at one desk, entered in the ledger before they are made."""

    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        self._desk = desk
        self._ledger = ledger

    def change(
        self,
        changes: Iterable[FileEdit],
        note: str,
        by: Author,
        now: datetime,
        *,
        joining: bool = True,
        beside: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Batch:
        """All in one commit, each joined with what others changed since its base was read.

        A file that cannot be joined, is gone, or may not be changed so, is skipped; without
        `joining`, one that changed at all. What lies `beside` them is written where nothing is.
        Raises NotSaved, UnusableEdit: then nothing has changed.
        """
        beside = {self._desk.place(path, BESIDE): raw for path, raw in beside.items()}
        wanted: dict[str, tuple[bytes, bytes]] = {}
        for one in changes:
            suffixes = _ANY if one.as_it_was else MARKDOWN_SUFFIXES
            wanted[self._desk.place(one.path, suffixes)] = (one.base, one.text)
            if not one.as_it_was:
                ensure_usable(one.text, one.base)
        told = noted(note, f"Changed {len(wanted)} files", by, now, False)
        return _again(lambda: self._change(wanted, beside, told, joining=joining))

    def undo(self, commit: str, by: Author, now: datetime, objection: Objection = _none) -> Batch:
        """Put back every file that is still as that commit left it; the others are skipped.

        So are those that there is an `objection` to. The undoing is a bulk change itself. Raises
        NotSaved, UnusableEdit.
        """
        return _again(lambda: self._undo(commit, by, now, objection))

    def settle(self) -> None:
        """End in the ledger what a killed process began. Raises NotSaved."""
        if self._ledger.unended():
            with self._desk.alone("The list of bulk changes"):
                self._settle()

    def _change(
        self,
        wanted: Mapping[str, tuple[bytes, bytes]],
        beside: Mapping[str, bytes],
        note: Note,
        *,
        joining: bool,
    ) -> Batch:
        with self._desk.alone(f"The change of {len(wanted)} files"):
            self._settle()
            present = self._present([*wanted, *beside], note.at)
            texts: dict[str, bytes | None] = {}
            skipped: dict[str, str] = {}
            taken = self._taken(wanted)
            for path, (base, text) in wanted.items():
                found = _joined(path, base, text, present[path], joining=joining)
                found = _allowed(self._desk.leave, path, present[path], found)
                if path in taken:
                    skipped[path] = TAKEN
                elif isinstance(found, str):
                    skipped[path] = found
                elif found != present[path]:
                    texts[path] = found
            for path, raw in beside.items() if texts else ():
                if present[path] is None:
                    texts[path] = raw
                elif present[path] != raw:
                    skipped[path] = THERE
            commit = self._applied(texts, present, note)
        return self._batch(commit, texts, skipped)

    def _taken(self, wanted: Mapping[str, tuple[bytes, bytes]]) -> set[str]:
        """The paths of new files whose id is another procedure's."""
        ids = {
            path: str(parse(text, path).meta.get("id") or "")
            for path, (base, text) in wanted.items()
            if not base
        }
        known = self._desk.catalogue.by_ids(set(ids.values()) - {""}) if ids else {}
        return {path for path, id in ids.items() if id in known}

    def _undo(self, commit: str, by: Author, now: datetime, objection: Objection) -> Batch:
        with self._desk.alone("The undoing"):
            self._settle()
            bulk = self._ledger.of_commit(commit)
            if bulk is None:
                raise UnusableEdit("There is no such bulk change.")
            if bulk.undone_by is not None:
                raise UnusableEdit("That is undone already.")
            files = self._ledger.files_of(bulk)
            present = self._present([file.path for file in files], now)
            skipped: dict[str, str] = {}
            texts: dict[str, bytes | None] = {}
            for file in files:
                raw = present[file.path]
                before = self._bytes_of(file.before)
                why = _changed(raw, file) or objection(file.path, raw or b"", before or b"")
                if why:
                    skipped[file.path] = why
                else:
                    texts[file.path] = before
            _keep_shown(texts, skipped, present)
            note = noted("", f"Undone: {bulk.note}", by, now, False)
            commit = self._applied(texts, present, note, undoes=bulk.id)
        return self._batch(commit, texts, skipped)

    def _ids_at(self, paths: Collection[str]) -> dict[str, str]:
        return self._desk.catalogue.at_paths(paths)

    def _bytes_of(self, blob: str) -> bytes | None:
        """What git has by that name; None for a file that was not there."""
        return self._desk.keeping.repository.bytes_of(blob) if blob else None

    def _present(self, paths: Collection[str], now: datetime) -> dict[str, bytes | None]:
        """The files on disk; what other hands changed gets a version of its own first."""
        keeping = self._desk.keeping
        texts = {path: keeping.on_disk(path) for path in paths}
        if found := keeping.differing(paths):
            keeping.commit_found(found, Note(CHANGED, FOUND, now))
        return texts

    def _applied(
        self,
        texts: Mapping[str, bytes | None],
        present: Mapping[str, bytes | None],
        note: Note,
        undoes: int | None = None,
    ) -> str:
        """Entered first, so that a kill behind the commit leaves a trace to be ended."""
        if not texts:
            return ""
        files = [
            FileChange(path, _named(present[path]), _named(text)) for path, text in texts.items()
        ]
        bulk = BulkChange(0, None, note.by.name, note.by.email, note.at, note.text, undoes)
        id = self._ledger.begin(bulk, files)
        try:
            commit = self._desk.applied(dict(texts), note)
        except OSError:
            with suppress(OSError):  # else `_settle` does it
                self._ledger.withdraw(id)
            raise
        with suppress(OSError):  # the change stands; `_settle` ends it
            self._ledger.end(id, commit)
        return commit

    def _settle(self) -> None:
        """Nobody else is at it: what is not ended now was killed, before its commit or after."""
        for bulk in self._ledger.unended():
            note = Note(bulk.note, Author(bulk.by_name, bulk.by_email), bulk.at)
            commit = self._desk.keeping.repository.commit_of(note)
            if commit is not None and self._ledger.of_commit(commit) is None:
                self._ledger.end(bulk.id, commit)
            else:
                self._ledger.withdraw(bulk.id)

    def _batch(
        self, commit: str, texts: Mapping[str, bytes | None], skipped: dict[str, str]
    ) -> Batch:
        texts = {path: text for path, text in texts.items() if is_page(path)}
        gone = {path: id for path, id in self._ids_at(texts).items() if texts[path] is None}
        searchable = self._desk.searchable(texts) if texts else True
        ids = gone | self._ids_at(texts)
        named = tuple(
            ids.get(path) or self._desk.filed_id(path, text or b"") for path, text in texts.items()
        )
        return Batch(commit, named, tuple(texts), MappingProxyType(skipped), searchable)


def _keep_shown(
    texts: dict[str, bytes | None],
    skipped: dict[str, str],
    present: Mapping[str, bytes | None],
) -> None:
    """A file beside a procedure that stays as it is stays, too, where that shows it."""
    staying = [present[path] or b"" for path in skipped if is_page(path)]
    for path in [path for path, text in texts.items() if text is None and not is_page(path)]:
        name = quote(posixpath.basename(path)).encode()
        if any(name in text for text in staying):
            skipped[path] = SHOWN
            del texts[path]


def is_page(path: str) -> bool:
    """Is it a procedure's file, and not one beside it?"""
    return path.casefold().endswith(MARKDOWN_SUFFIXES)


def _named(text: bytes | None) -> str:
    """What git calls these bytes; "" for a file that is not there."""
    return "" if text is None else hash_of(text)


def _joined(
    path: str, base: bytes, text: bytes, before: bytes | None, *, joining: bool
) -> bytes | str:
    """What the file shall say; or, as words, why it stays as it is."""
    if not base:
        return text if before is None else THERE
    if before is None:
        return GONE
    if before != base and not joining:
        return CHANGED_SINCE
    try:
        return joined(base, text, before, path)
    except Collision:
        return SAME_LINES


def _allowed(leave: Leave, path: str, before: bytes | None, found: bytes | str) -> bytes | str:
    """What was joined; or, as words, why it may not be written."""
    if isinstance(found, str) or found == before:
        return found
    try:
        leave(None if before is None else Standing(path, before), Standing(path, found))
    except (NotAllowed, UnusableEdit) as reason:
        return str(reason)
    return found


def _changed(present: bytes | None, file: FileChange) -> str:
    if present is None:
        return GONE if file.after else ""
    return "" if hash_of(present) == file.after else CHANGED_SINCE


def _again(attempt: Callable[[], Batch]) -> Batch:
    """Somebody without kb may write a file at the same moment: the next try finds that."""
    for _ in range(_TRIES - 1):
        with suppress(Again):
            return attempt()
    return attempt()
