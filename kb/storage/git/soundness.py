"""Whether a repository has all that its branches and tags lead to, as `git fsck` asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, ObjectType

_BROKEN = (pygit2.GitError, KeyError, ValueError, OSError)


def lacking(folder: Path) -> str:
    """What cannot be read, as the end of a sentence; "" where all can. Only reads."""
    try:
        git = pygit2.Repository(str(folder))
        tips = [git.lookup_reference(name).resolve().target for name in git.references]
        _read_all(git, [git[tip] for tip in tips])
    except _BROKEN as error:
        return f"an object of it is missing or damaged ({str(error).strip(chr(39))})"
    return ""


def _read_all(git: pygit2.Repository, tips: list[pygit2.Object]) -> None:
    seen: set[pygit2.Oid] = set()
    for commit in _commits(git, tips):
        ways = [commit.tree_id]
        while ways:
            tree = git[ways.pop()]
            if tree.id in seen or not isinstance(tree, pygit2.Tree):
                continue
            seen.add(tree.id)
            for entry in tree:
                if entry.id in seen or entry.filemode == FileMode.COMMIT:
                    continue
                if entry.filemode == FileMode.TREE:
                    ways.append(entry.id)
                else:
                    seen.add(entry.id)
                    git.read(entry.id)


def _commits(git: pygit2.Repository, tips: list[pygit2.Object]) -> Iterator[pygit2.Commit]:
    """Those that branches and tags lead to; a tag of something else is read by looking it up."""
    walker = git.walk(None)
    for tip in tips:
        named = tip.peel(None) if tip.type == ObjectType.TAG else tip
        if isinstance(named, pygit2.Commit):
            walker.push(named.id)
    yield from walker
