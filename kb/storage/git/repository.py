"""The git repository of the content folder, and the only writing to it.

Where content/ is the top of a git working tree of its own that suits (kb/storage/git/suited.py),
its repository and its present branch are used; else kb keeps a bare repository whose tree is
content/. Only the paths that are named are committed: what a person has staged stays staged. Locks
are git's own, taken so that a killed kb's locks are known for what they are
(docs/decisions/history-by-git.md).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import pygit2
from msgspec import Struct
from pygit2.enums import FileMode, Option, RepositoryState, SortMode

from kb.durable import replace
from kb.storage.files.atomic_writes import SUFFIX
from kb.storage.git import refs
from kb.storage.git.loose_objects import LooseObjects
from kb.storage.git.packs import Pack
from kb.storage.git.refs import GitTrouble
from kb.storage.git.suited import unsuited
from kb.storage.git.tracked import tracked

KEEPER = "kb"
KEEPER_EMAIL = "kb@localhost"
LONGEST_NOTE = 500
FIRST = "Found on disk"  # the note of the first version of all that was there
_BRANCH = "main"  # of kb's own repository
_MANY = 100  # texts that are worth a pack
CHANGED = "Changed on disk"  # of what other hands did, nobody knows whose


P = ParamSpec("P")
R = TypeVar("R")


class Author(Struct, frozen=True):
    """Whose name a version carries."""

    name: str
    email: str


FOUND = Author(KEEPER, KEEPER_EMAIL)


class Note(Struct, frozen=True):
    """What goes with a version: what changed and why, by whom, and whether people are told."""

    text: str
    by: Author
    at: datetime
    worth_telling: bool = False


class Prepared(Struct, frozen=True):
    """A commit whose objects are written, that no branch has yet."""

    id: str
    parent: str | None
    blobs: dict[str, str | None]


class TreeEntry(Struct, frozen=True):
    """What a tree has at a path that is no file: a link, or a commit of another repository."""

    id: str
    mode: int


def is_clone(content: Path) -> bool:
    """Is the content folder the top of a git working tree of its own, which kb can write to?"""
    return (content / ".git").exists() and unsuited(content) is None


def git_version() -> str:
    """The library that reads and writes the history, with its version."""
    return f"libgit2 {pygit2.LIBGIT2_VERSION}"


def git_folder(content: Path, own: Path) -> Path:
    """Where the repository of this content folder is, or will be made: to be read by pygit2."""
    return content / ".git" if is_clone(content) else own


def in_git(do: Callable[P, R]) -> Callable[P, R]:
    """What git cannot do in a method is a GitTrouble."""

    @wraps(do)
    def told(*given: P.args, **named: P.kwargs) -> R:
        own = next((one for one in given if isinstance(one, Repository)), None)
        with refs.git_at(own.where if own else "the repository of content/"):
            return do(*given, **named)

    return told


class Repository:
    """Paths are relative to content/, commits and blobs are named by 40 hex digits."""

    def __init__(self, content: Path, own: Path, loose: LooseObjects | None = None) -> None:
        self._content = content
        self._own = own
        self._loose = loose or LooseObjects()
        self._opened = threading.local()  # libgit2's objects are not for several threads at once

    @property
    def shared(self) -> bool:
        """Is it the department's own, which people use with git beside kb?"""
        return is_clone(self._content)

    @property
    def where(self) -> str:
        """What people call it."""
        return "the repository of content/" if self.shared else "var/history.git"

    @property
    def apart(self) -> str | None:
        """Why the history is not kept in the repository that content/ is; None where it is."""
        reason = unsuited(self._content)
        if reason is None:
            return None
        return (
            f"content/ is a git repository that kb cannot write to: {reason}. Its history is kept"
            " in var/ instead; what is edited here has to be committed in content/ by hand"
        )

    @property
    def git(self) -> pygit2.Repository:
        """The repository; made at first use where it is kb's own. Raises GitTrouble."""
        folder = git_folder(self._content, self._own)
        if self._loose.look(folder / "objects") and folder == self._own:
            _mend_head(folder)
        found: pygit2.Repository | None = getattr(self._opened, "git", None)
        shared = self.shared
        if found is None or self._opened.shared != shared:
            found = self._opened.git = self._open()
            self._opened.shared = shared
        return found

    def _open(self) -> pygit2.Repository:
        pygit2.option(Option.ENABLE_FSYNC_GITDIR, True)
        with refs.git_at(self.where):
            if self.shared:
                return self._opened_clone()
            if not (self._own / "HEAD").exists():
                self._own.mkdir(exist_ok=True)  # only it: a home that is away is not made anew
                pygit2.init_repository(str(self._own), bare=True, initial_head=_BRANCH)
            return pygit2.Repository(str(self._own))

    @in_git
    def head(self) -> str | None:
        """The newest commit of the branch; None before the first."""
        return refs.value(self.git, self.branch())

    @in_git
    def branch(self) -> str:
        """The full name of the branch that is written to. Raises GitTrouble where there is none."""
        name = self.git.references["HEAD"].target
        if not isinstance(name, str) or not name.startswith("refs/"):
            raise GitTrouble("content/ is on no branch of its git repository; run git switch there")
        return name

    @in_git
    def ensure_at_rest(self) -> None:
        """Raises GitTrouble while a person's merge, rebase or the like is unfinished."""
        if self.shared and self.git.state() != RepositoryState.NONE:
            what = RepositoryState(self.git.state()).name.lower().replace("_", " ")
            raise GitTrouble(
                f"somebody's git {what} in content/ is not finished; finish or abort it"
            )

    @in_git
    def commit_of(self, note: Note) -> str | None:
        """The newest commit that was made with this note, by whom and when it says."""
        head, at = self.head(), int(note.at.timestamp())
        if head is None:
            return None
        words = (_line(note.text) or "Changed", *_named(note.by))
        wanted = [word.encode("utf-8", "replace") for word in words]
        for commit in self.git.walk(head, SortMode.TIME):
            if commit.commit_time < at:
                return None
            said = commit.raw_message.partition(b"\n")[0]
            by = [commit.author.raw_name, commit.author.raw_email]
            if [said, *by] == wanted and commit.author.time == at:
                return str(commit.id)
        return None

    @in_git
    def blob(self, path: str, commit: str | None = None) -> str | None:
        """The blob at `path` in a commit, by default the newest; None where there is no file."""
        commit = commit or self.head()
        return self.blobs(commit)(path) if commit else None

    @in_git
    def blobs(self, commit: str | None) -> Callable[[str], str | None]:
        """`blob` of many paths in one commit."""
        tree = self.git[commit].peel(pygit2.Commit).tree if commit else None

        def blob(path: str) -> str | None:
            try:
                entry = tree[path] if tree is not None else None
            except KeyError:
                return None
            return str(entry.id) if isinstance(entry, pygit2.Blob) else None

        return in_git(blob)

    @in_git
    def bytes_of(self, blob: str) -> bytes:
        """The text of a blob. Raises GitTrouble when it is gone."""
        found = self.git.get(blob)
        if not isinstance(found, pygit2.Blob):
            raise GitTrouble(f"the git repository lacks {blob}; run git fsck")
        return found.data

    @in_git
    def is_ignored(self, path: str) -> bool:
        """Does .gitignore name it?"""
        return self.shared and self.git.path_is_ignored(path)

    def cleaned(self, path: str, raw: bytes) -> bytes:
        """The bytes as git would commit them: with line feeds, where attributes ask for that."""
        if b"\r\n" not in raw or not self.shared or not self._wants_line_feeds(path, raw):
            return raw
        return raw.replace(b"\r\n", b"\n")

    def is_filtered(self, path: str) -> bool:
        """Does git put the file through a program, as for LFS? Such files are left to people."""
        names = ("filter", "working-tree-encoding", "ident") if self.shared else ()
        return any(self.git.get_attr(path, name) for name in names) or (
            self.shared and self.git.get_attr(path, "eol") == "crlf"
        )

    def left_alone(self, paths: Collection[str]) -> frozenset[str]:
        """Those that git was told not to look at: not checked out, or taken for unchanged."""
        if not self.shared or not paths:
            return frozenset()
        listed = tracked(self._content, paths)
        if listed is None:  # without the git command it cannot be told
            sparse = "core.sparsecheckout" in self.git.config
            return frozenset(path for path in paths if sparse and not self._on_disk(path))
        return frozenset(path for tag, path in listed if tag == "S" or tag.islower())

    def _on_disk(self, path: str) -> bool:
        return self._content.joinpath(*path.split("/")).exists()

    def _wants_line_feeds(self, path: str, raw: bytes) -> bool:
        text, eol = (self.git.get_attr(path, name) for name in ("text", "eol"))
        if text is True or (text is None and eol is not None):
            return True
        config = self.git.config
        by_default = text is None and "core.autocrlf" in config
        if text != "auto" and not (by_default and config["core.autocrlf"] == "input"):
            return False
        committed = self.blob(path)
        # As git does it: what was committed with other line ends keeps them.
        return b"\0" not in raw and not (committed and b"\r\n" in self.bytes_of(committed))

    @in_git
    def store(self, raw: bytes) -> str:
        """Write a blob; returns its name. Raises GitTrouble."""
        return str(self.git.create_blob(raw))

    @contextmanager
    def storing(self, count: int) -> Iterator[Callable[[bytes], str]]:
        """Gives `store`; for many texts one that writes them all into one pack, as the block ends.

        When the block raises, none of those is there.
        """
        if count <= _MANY:
            yield self.store
            return
        pack = Pack(refs.objects(self.git))
        try:
            yield pack.add
            pack.close()
        finally:
            pack.discard()

    @in_git
    def prepare(self, blobs: Mapping[str, str | None], note: Note) -> Prepared:
        """Write trees and a commit with these blobs (None removes a path); no branch moves.

        Raises GitTrouble.
        """
        parent = self.head()
        commit = self._commit(self._tree(parent, blobs), [parent] if parent else [], note)
        return Prepared(commit, parent, dict(blobs))

    @in_git
    def publish(
        self, prepared: Prepared, note: Note, before: Mapping[str, str | None] | None = None
    ) -> None:
        """Move the branch to a prepared commit, and a clone's index with it.

        A path that a person staged otherwise than it was on disk (`before`: blobs) stays staged.
        Raises Moved when somebody committed since, GitTrouble when git is busy; nothing changed.
        """
        with refs.index_locked(self.git) as index:
            self._publish(index, prepared, note, before or {})

    @in_git
    def publish_anew(
        self,
        blobs: Mapping[str, str | None],
        note: Note,
        before: Mapping[str, str | None] | None = None,
    ) -> Prepared:
        """`prepare` and `publish` after Moved, while no git can begin to commit."""
        with refs.index_locked(self.git) as index:
            prepared = self.prepare(blobs, note)
            self._publish(index, prepared, note, before or {})
        return prepared

    def _publish(
        self,
        index: pygit2.Index | None,
        prepared: Prepared,
        note: Note,
        before: Mapping[str, str | None],
    ) -> None:
        if index is not None:
            self._enter(index, prepared.blobs, prepared.parent, before)
        keeper = f"{KEEPER} <{KEEPER_EMAIL}>"
        old, new = prepared.parent, prepared.id
        refs.move(self.git, self.branch(), old, new, keeper, note.at, _line(note.text))

    @in_git
    def merge_commit(self, tree: pygit2.Oid, head: str, theirs: str, note: Note) -> str:
        """A commit of two parents; no branch moves."""
        return self._commit(tree, [head, theirs], note)

    @in_git
    def tree_without(self, tree: pygit2.Tree, paths: Collection[str]) -> pygit2.Oid:
        """The same tree without these files."""
        return self._written(tree, {tuple(path.split("/")): None for path in paths})

    @in_git
    def stage(self, blobs: Mapping[str, str | None], before: Mapping[str, str | None]) -> None:
        """Bring a clone's index up to a commit that a killed kb made."""
        with refs.index_locked(self.git) as index:
            if index is not None:
                self._enter(index, blobs, None, before)

    @in_git
    def stage_others(self, entries: Mapping[str, TreeEntry | None]) -> None:
        """Bring a clone's index up to links and repositories of a commit that is published."""
        with refs.index_locked(self.git) as index:
            if index is None:
                return
            for path, entry in entries.items():
                if entry is not None:
                    mode = FileMode(entry.mode)
                    index.add(pygit2.IndexEntry(path, pygit2.Oid(hex=entry.id), mode))
                elif path in index:
                    index.remove(path)
            index.write()

    @in_git
    def release_locks(self) -> None:
        """Let go of what a killed kb held. Only under kb's own lock."""
        refs.release(self.git, self.branch())

    def _opened_clone(self) -> pygit2.Repository:
        git = pygit2.Repository(str(self._content / ".git"))
        exclude = Path(git.path) / "info" / "exclude"
        line = f".*{SUFFIX}"
        try:
            written = exclude.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            written = ""
        if line not in written.splitlines() and os.access(git.path, os.W_OK):
            exclude.parent.mkdir(exist_ok=True)
            with exclude.open("a", encoding="utf-8") as file:
                file.write(f"\n{line}\n" if written and not written.endswith("\n") else f"{line}\n")
        return git

    def _tree(self, parent: str | None, blobs: Mapping[str, str | None]) -> pygit2.Oid:
        root = self.git[parent].peel(pygit2.Commit).tree if parent else None
        return self._written(root, {tuple(path.split("/")): blob for path, blob in blobs.items()})

    def _written(
        self, tree: pygit2.Tree | None, changes: Mapping[tuple[str, ...], str | None]
    ) -> pygit2.Oid:
        builder = self.git.TreeBuilder(tree) if tree is not None else self.git.TreeBuilder()
        below: dict[str, dict[tuple[str, ...], str | None]] = {}
        for (name, *rest), blob in changes.items():
            found = tree[name] if tree is not None and name in tree else None
            if rest:
                below.setdefault(name, {})[tuple(rest)] = blob
            elif blob is not None:
                executable = found is not None and found.filemode == FileMode.BLOB_EXECUTABLE
                mode = FileMode.BLOB_EXECUTABLE if executable else FileMode.BLOB
                builder.insert(name, pygit2.Oid(hex=blob), mode)
            elif found is not None:
                builder.remove(name)
        for name, inner in below.items():
            found = tree[name] if tree is not None and name in tree else None
            folder = self._written(found if isinstance(found, pygit2.Tree) else None, inner)
            self._put(builder, name, folder)
        return builder.write()

    def _put(self, builder: pygit2.TreeBuilder, name: str, folder: pygit2.Oid) -> None:
        """git keeps no empty folders."""
        if len(self.git[folder].peel(pygit2.Tree)):
            builder.insert(name, folder, FileMode.TREE)
        elif builder.get(name) is not None:
            builder.remove(name)

    def _commit(self, tree: pygit2.Oid, parents: list[str], note: Note) -> str:
        kind = "notable" if note.worth_telling else "minor"
        message = f"{_line(note.text) or 'Changed'}\n\nKb-Kind: {kind}\n"
        at = int(note.at.timestamp())
        author = pygit2.Signature(*_named(note.by), at, 0, "utf-8")
        keeper = pygit2.Signature(KEEPER, KEEPER_EMAIL, at, 0, "utf-8")
        return str(self.git.create_commit(None, author, keeper, message, tree, parents))

    def _enter(
        self,
        index: pygit2.Index,
        blobs: Mapping[str, str | None],
        parent: str | None,
        before: Mapping[str, str | None],
    ) -> None:
        blob_before = self.blobs(parent)
        for path, blob in blobs.items():
            staged = str(index[path].id) if path in index else None
            committed = blob_before(path)
            if staged not in (committed, before.get(path, committed)):
                continue
            mode = index[path].mode if path in index else FileMode.BLOB
            if blob is not None:
                index.add(pygit2.IndexEntry(path, pygit2.Oid(hex=blob), mode))
            elif path in index:
                index.remove(path)
        index.write()


def _mend_head(folder: Path) -> None:
    """kb's own repository has one branch: where HEAD says nothing of use, it is made again."""
    head = folder / "HEAD"
    said = head.read_bytes() if head.exists() else b""
    if (folder / "objects").is_dir() and not said.startswith(b"ref: refs/heads/"):
        replace(head, f"ref: refs/heads/{_BRANCH}\n".encode())


def hash_of(raw: bytes) -> str:
    """The name git has for these bytes."""
    return str(pygit2.hash(raw))


def _line(text: str) -> str:
    """One line, as a commit's first line is."""
    return " ".join(text.replace("\0", " ").encode("utf-8", "replace").decode().split())[
        :LONGEST_NOTE
    ]


def _named(author: Author) -> tuple[str, str]:
    """Name and address without the characters that git's format cannot hold."""
    email = _line(author.email).translate({ord(sign): None for sign in "<>"}) or "unknown"
    return _line(author.name).translate({ord(sign): None for sign in "<>"}).strip(
        " .,;:"
    ) or email, email
