"""kb's own history without an erased procedure, and its objects packed. Never a clone's.

Every commit since the first one with the text is made anew without it; then the objects that no
commit leads to are deleted from the disk. Killed at any point, it begins again at the next
refresh: the branch moves in one step, and nothing is deleted before it has moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pygit2
from pygit2.enums import SortMode

from kb.documents.document import parse
from kb.storage.git import refs
from kb.storage.git.repository import CHANGED, FIRST, FOUND, Note, Repository, in_git

_LOOSE = 27  # in one of 256 folders, as git gc counts


@in_git
def purge(repository: Repository, procedure_id: str, paths: Collection[str], note: Note) -> None:
    """Take the texts that were at these paths out of every commit. Inside kb's own lock.

    Another procedure's text that stood at one of the paths stays. Raises OSError.
    """
    head = repository.head()
    if head is None or repository.shared:
        return
    anew = _Rewriting(repository, procedure_id, paths)
    for commit in repository.git.walk(head, SortMode.TOPOLOGICAL | SortMode.REVERSE):
        anew.add(commit)
    new = anew.made[head]
    if new != head:
        by = f"{FOUND.name} <{FOUND.email}>"
        refs.move(repository.git, repository.branch(), head, new, by, note.at, note.text)
    for log in (Path(repository.git.path) / "logs").rglob("*"):
        if log.is_file():
            log.unlink()  # notes may quote the text
    _prune(repository)


@in_git
def pack(repository: Repository) -> None:
    """Put loose objects into one pack when they are many. Safe while others read and write."""
    if repository.shared:
        return
    objects = Path(repository.git.path) / "objects"
    folder = objects / "17"
    if not folder.is_dir() or sum(1 for _ in folder.iterdir()) <= _LOOSE:
        return
    loose = list(_loose(objects))
    builder = pygit2.PackBuilder(repository.git)
    for file in loose:
        builder.add(pygit2.Oid(hex=file.parent.name + file.name))
    builder.write()
    for file in loose:
        file.unlink(missing_ok=True)


class _Rewriting:
    """Commits made anew one by one, parents first. `made` has the new one of each."""

    def __init__(self, repository: Repository, procedure_id: str, paths: Collection[str]) -> None:
        self.made: dict[str, str] = {}
        self._repository = repository
        self._git = repository.git
        self._id = procedure_id
        self._paths = sorted(paths)
        self._known: dict[str, bool] = {}

    def add(self, commit: pygit2.Commit) -> None:
        """The same commit without the texts."""
        gone = self._gone(commit.tree)
        parents = [self.made[str(parent)] for parent in commit.parent_ids]
        before = self._gone(commit.parents[0].tree) if commit.parents else {}
        if not gone and parents == [str(parent) for parent in commit.parent_ids] and not before:
            self.made[str(commit.id)] = str(commit.id)
            return
        message = commit.message if gone == before else self._message(commit)
        tree = self._repository.tree_without(commit.tree, gone)
        signatures = commit.author, commit.committer
        self.made[str(commit.id)] = str(
            self._git.create_commit(None, *signatures, message, tree, parents)
        )

    def _gone(self, tree: pygit2.Tree) -> dict[str, str]:
        found = {}
        for path in self._paths:
            try:
                blob = tree[path]
            except KeyError:
                continue
            if isinstance(blob, pygit2.Blob) and self._is_of_it(blob):
                found[path] = str(blob.id)
        return found

    def _is_of_it(self, blob: pygit2.Blob) -> bool:
        name = str(blob.id)
        if name not in self._known:
            written = parse(blob.data, "").meta.get("id")
            self._known[name] = not written or written == self._id
        return self._known[name]

    def _message(self, commit: pygit2.Commit) -> str:
        """A note may quote the text, but for those that kb writes by itself."""
        if commit.message.partition("\n")[0] in (FIRST, CHANGED):
            return commit.message
        kind = next(
            (line for line in commit.message.splitlines() if line.startswith("Kb-Kind:")),
            "Kb-Kind: minor",
        )
        return f"A version of {self._id}, which is erased\n\n{kind}\n"


def _prune(repository: Repository) -> None:
    """One pack of all that the branch leads to; everything else is deleted."""
    git = repository.git
    objects = Path(git.path) / "objects"
    old = [*_loose(objects), *(objects / "pack").glob("pack-*")]
    builder = pygit2.PackBuilder(git)
    head = repository.head()
    assert head is not None
    for name in _reachable(git, head):
        builder.add(name)
    builder.write()
    packs = {file.stem for file in (objects / "pack").glob("pack-*")} - {f.stem for f in old}
    if packs:
        for file in old:
            file.unlink(missing_ok=True)


def _reachable(git: pygit2.Repository, head: str) -> Iterator[pygit2.Oid]:
    seen: set[pygit2.Oid] = set()
    for commit in git.walk(head, SortMode.TOPOLOGICAL):
        yield commit.id
        pending = [commit.tree_id]
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            yield name
            for entry in git[name].peel(pygit2.Tree):
                if isinstance(entry, pygit2.Tree):
                    pending.append(entry.id)
                elif entry.id not in seen:
                    seen.add(entry.id)
                    yield entry.id


def _loose(objects: Path) -> Iterator[Path]:
    for folder in objects.glob("[0-9a-f][0-9a-f]"):
        yield from folder.glob("?" * 38)
