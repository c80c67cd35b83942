"""The only reading of git: which commits changed which procedures, and the bytes as they were.

The repository is opened anew for each use: libgit2's objects belong to one thread, and a fresh one
sees what other processes packed meanwhile.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pygit2
from msgspec import Struct
from pygit2.enums import DiffFind, DiffOption, FileMode, SortMode

from kb.documents.text.plain_text import tidy, without_controls
from kb.storage.files.library import MAX_BYTES, is_listed
from kb.storage.git.loose_objects import LooseObjects

REMOVED = ""  # the blob of a change that removes a file
_LONGEST_NOTE = 2_000
_LONGEST_NAME = 200
_LAST_SECOND = 253_402_300_799  # of the year 9999, beyond which Python has no date
_KIND = re.compile(r"^Kb-Kind:[ \t]*(minor|notable)[ \t]*$", re.MULTILINE | re.IGNORECASE)
# Looking for renames among more would take longer than anybody waits.
_MOST_COMPARED = 200
_LOOKED_AT = 20_000  # commits, for the changes of one file: a third of a second

Locate = Callable[[], Path | None]


class Rewritten(Exception):
    """The commit that was known is no ancestor of the current one any more."""


class Commit(Struct, frozen=True):
    """Who wrote something, when, and why. `kind` is "minor", "notable" or None: not said."""

    id: str
    author_name: str
    author_email: str
    at: datetime
    note: str
    kind: str | None


class Change(Struct, frozen=True):
    """A file as a commit left it. `was` is where git found it before, "" where it was not moved."""

    path: str
    blob: str
    was: str = ""


class HistoryStep(Struct, frozen=True):
    """The site's text going from one commit to the next.

    `side` are the commits that came in with it, oldest first: those of a merged branch. Their own
    `live_from` says nothing.
    """

    commit: Commit
    live_from: datetime
    changes: tuple[Change, ...]
    side: tuple[HistoryStep, ...] = ()


class History:
    """The repository that `locate` names at the moment; None, or an empty one, has no commits.

    Everything raises OSError where git cannot read.
    """

    def __init__(self, locate: Locate, loose: LooseObjects | None = None) -> None:
        self._locate = locate
        self._loose = loose or LooseObjects()

    def head(self) -> str | None:
        """The commit that the site stands at."""
        with _told():
            repository = self._opened()
            return None if repository is None else _head(repository)

    def mainline(self, since: str | None) -> list[str]:
        """The commits after `since` up to the head, oldest first, by first parents.

        Where others merged our work into theirs, `since` is not among the first parents: then it
        is one step, from `since` to the head. Raises Rewritten where `since` is no ancestor.
        """
        with _told():
            repository = self._opened()
            head = None if repository is None else _head(repository)
            if repository is None or head is None:
                return []
            chain: list[str] = []
            at: str | None = head
            while at is not None and at != since:
                chain.append(at)
                at = _first_parent(repository, at)
            if since is not None and at is None:
                if not _descends(repository, head, since):
                    raise Rewritten(since)
                chain = [head]
            return chain[::-1]

    def steps(self, commits: Iterable[str], since: str | None) -> Iterator[HistoryStep]:
        """What each of the commits changed after the one before it; the first after `since`."""
        with _told():
            repository = self._opened()
        for commit in commits:
            if repository is None:
                return
            with _told():
                step = _step(repository, commit, since)
            yield step
            since = commit

    def of_file(self, path: str, most: int) -> Iterator[tuple[Commit, bytes, bytes]]:
        """The newest `most` commits that changed a file: with its bytes before and after.

        b"" is no file. Not for procedures, which have their versions. Looks at the newest
        _LOOKED_AT commits.
        """
        with _told():
            repository = self._opened()
            head = None if repository is None else _head(repository)
            if repository is None or head is None:
                return
            walker = islice(repository.walk(head, SortMode.TOPOLOGICAL), _LOOKED_AT)
            for commit in walker:
                after, before = _blob_at(commit, path), ""
                if commit.parents:
                    before = _blob_at(commit.parents[0], path)
                if after != before and most > 0:
                    most -= 1
                    old, new = _bytes(repository, before), _bytes(repository, after)
                    yield _commit(commit), old or b"", new or b""

    def blob(self, blob: str) -> bytes | None:
        """The bytes of a file as it was; None where they are gone or more than MAX_BYTES."""
        return next(self.blobs([blob]))

    def blobs(self, wanted: Iterable[str]) -> Iterator[bytes | None]:
        """`blob` of many, in their order."""
        with _told():
            repository = self._opened()
        for blob in wanted:
            with _told():
                found = None if repository is None else _bytes(repository, blob)
            yield found

    def _opened(self) -> pygit2.Repository | None:
        place = self._locate()
        if place is None or not place.exists():
            return None
        self._loose.look(place / "objects")
        return pygit2.Repository(str(place))


@contextmanager
def _told() -> Iterator[None]:
    """What git cannot read is an OSError, as with any file."""
    try:
        yield
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise OSError(errno.EIO, f"git cannot read the history: {error}") from error


def _head(repository: pygit2.Repository) -> str | None:
    return None if repository.head_is_unborn else str(repository.head.target)


def _found(repository: pygit2.Repository, commit: str) -> pygit2.Commit | None:
    """The commit; None where it is not there: beyond the end of a shallow clone."""
    try:
        found = repository.get(commit)
    except ValueError:
        return None
    return found if isinstance(found, pygit2.Commit) else None


def _blob_at(commit: pygit2.Commit, path: str) -> str:
    try:
        return str(commit.tree[path].id)
    except KeyError:
        return ""


def _first_parent(repository: pygit2.Repository, commit: str) -> str | None:
    found = _found(repository, commit)
    if found is None or not found.parent_ids:
        return None
    parent = str(found.parent_ids[0])
    return parent if _found(repository, parent) else None


def _descends(repository: pygit2.Repository, head: str, since: str) -> bool:
    return _found(repository, since) is not None and repository.descendant_of(head, since)


def _step(repository: pygit2.Repository, commit: str, since: str | None) -> HistoryStep:
    found = repository[commit].peel(pygit2.Commit)
    before = _found(repository, since) if since else None
    return HistoryStep(
        commit=_commit(found),
        live_from=_moment(found.commit_time),
        changes=_changes(repository, before, found),
        side=tuple(_side(repository, found, since)),
    )


def _side(
    repository: pygit2.Repository, merge: pygit2.Commit, since: str | None
) -> Iterator[HistoryStep]:
    parents = [str(parent) for parent in merge.parent_ids]
    if since is None or parents == [since]:
        return
    walker = repository.walk(merge.id, SortMode.TOPOLOGICAL | SortMode.REVERSE)
    walker.hide(pygit2.Oid(hex=since))
    for commit in walker:
        if commit.id == merge.id and since in parents[:1]:
            continue  # its own changes are the step's
        own = _own_changes(repository, commit)
        yield HistoryStep(_commit(commit), _moment(commit.commit_time), own)


def _own_changes(repository: pygit2.Repository, commit: pygit2.Commit) -> tuple[Change, ...]:
    """What a commit changed; of a merge, only what none of its parents had."""
    parents = [parent for each in commit.parent_ids if (parent := _found(repository, str(each)))]
    changes = _changes(repository, parents[0] if parents else None, commit)
    others = [
        {(change.path, change.blob) for change in _changes(repository, parent, commit)}
        for parent in parents[1:]
    ]
    return tuple(
        change for change in changes if all((change.path, change.blob) in other for other in others)
    )


def _changes(
    repository: pygit2.Repository, before: pygit2.Commit | None, after: pygit2.Commit
) -> tuple[Change, ...]:
    options = DiffOption.SKIP_BINARY_CHECK
    if before is None:
        diff = after.tree.diff_to_tree(flags=options, context_lines=0, swap=True)
    else:
        diff = before.tree.diff_to_tree(after.tree, flags=options, context_lines=0)
    if before is not None and len(diff) > 1:
        # Beyond that many, only what has the same bytes is found again.
        few = len(diff) <= _MOST_COMPARED
        diff.find_similar(DiffFind.FIND_RENAMES if few else DiffFind.FIND_EXACT_MATCH_ONLY)
    return tuple(_listed(diff))


def _listed(diff: pygit2.Diff) -> Iterator[Change]:
    """The procedures among the files of a comparison."""
    for delta in diff.deltas:
        old = _procedure_path(delta.old_file) if delta.status_char() != "A" else ""
        new = _procedure_path(delta.new_file) if delta.status_char() != "D" else ""
        if new and (new != old or delta.old_file.id != delta.new_file.id):
            yield Change(new, str(delta.new_file.id), old if old != new else "")
        if old and old != new:
            yield Change(old, REMOVED)


def _procedure_path(file: pygit2.DiffFile) -> str:
    """The path; "" for what the content folder would not list as a procedure."""
    if file.mode not in (FileMode.BLOB, FileMode.BLOB_EXECUTABLE):
        return ""
    try:
        path = file.raw_path.decode()
    except UnicodeDecodeError:
        return ""
    return path if is_listed(path) else ""


def _commit(found: pygit2.Commit) -> Commit:
    message = found.raw_message.decode("utf-8", "replace")
    first = next(iter(message.strip().splitlines()), "")
    kind = _KIND.findall(message)
    name, email = (
        _one_line(raw.decode("utf-8", "replace"), _LONGEST_NAME)
        for raw in (found.author.raw_name, found.author.raw_email)
    )
    return Commit(
        id=str(found.id),
        author_name=name or email.partition("@")[0] or "unknown",
        author_email=email,
        at=_moment(found.author.time),
        note=_one_line(first, _LONGEST_NOTE),
        kind=kind[-1].lower() if kind else None,
    )


def _one_line(text: str, longest: int) -> str:
    return tidy(without_controls(text))[:longest]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST_SECOND), UTC)


def _bytes(repository: pygit2.Repository, blob: str) -> bytes | None:
    if not blob:
        return None
    try:
        found = repository.get(blob)
    except ValueError:
        return None
    if not isinstance(found, pygit2.Blob) or found.size > MAX_BYTES:
        return None
    return found.data
