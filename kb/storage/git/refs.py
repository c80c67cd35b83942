"""Git's locks taken by hand, so that those a killed kb left behind can be told from a person's.

git takes `x.lock` by creating it exclusively. Here it is made as a hard link of a file that only
kb has: whoever finds a lock with that file's inode knows that its holder is dead, because kb's
own lock lets one kb write at a time. The rest is git's protocol: look at the value under the
lock, then rename the lock over the ref.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pygit2

from kb.durable import switch, write_new

_INDEX_TOKEN, _INDEX_DRAFT, _REF_DRAFT = "kb-index-token", "kb-index", "kb-ref"
_WAIT = 5.0  # seconds for a person's git to finish


class GitTrouble(OSError):
    """The repository cannot be used now. `strerror` is what is wrong, in words for people."""

    def __init__(self, why: str) -> None:
        super().__init__(0, why)


@contextmanager
def git_at(where: str) -> Iterator[None]:
    """What git cannot read or write in the block is a GitTrouble, which says where and what to do.

    Also to be put before a function.
    """
    try:
        yield
    except (pygit2.GitError, KeyError, ValueError) as error:
        told = str(error.args[0] if error.args else error)
        named = "" if "/" in told else f" ({told})"  # no place on the disk is shown to people
        raise GitTrouble(
            f"git cannot use {where}{named}; run git fsck there, or put it back from a backup"
        ) from error


def where_is(git: pygit2.Repository) -> str:
    """The repository as people know it."""
    return "var/history.git" if git.is_bare else "content/"


class Moved(GitTrouble):
    """Somebody else committed in between."""


def value(git: pygit2.Repository, name: str) -> str | None:
    """The commit a ref names now; None where there is no such ref."""
    try:
        return str(git.references[name].target)
    except KeyError:
        return None


def objects(git: pygit2.Repository) -> Path:
    """The folder of the repository's objects."""
    return _homes(git)[1] / "objects"


def move(
    git: pygit2.Repository, name: str, old: str | None, new: str, by: str, at: datetime, why: str
) -> None:
    """Let a ref name `new` if it names `old`. Raises Moved, or GitTrouble when it is locked."""
    home, common = _homes(git)
    target = common / name
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = home / _REF_DRAFT
    draft.unlink(missing_ok=True)
    write_new(draft, f"{new}\n".encode("ascii"))
    lock = target.with_name(f"{target.name}.lock")
    try:
        _take(lock, draft, where_is(git))
        if value(git, name) != old:
            lock.unlink()
            raise Moved("somebody else committed at the same moment; try again")
        switch(lock, target)
    finally:
        draft.unlink(missing_ok=True)
    _log(home, common, name, f"{old or '0' * 40} {new} {by} {int(at.timestamp())} +0000\t{why}\n")


@contextmanager
def index_locked(git: pygit2.Repository) -> Iterator[pygit2.Index | None]:
    """A clone's index, to be changed while no git can read it half; None in a bare repository.

    The block ends with `index.write()`, into a draft; it takes effect after the block, unless
    that raises. Raises GitTrouble when the index stays locked.
    """
    if git.is_bare:
        yield None
        return
    home, _ = _homes(git)
    token, draft = home / _INDEX_TOKEN, home / _INDEX_DRAFT
    token.touch()
    lock = home / "index.lock"
    _take(lock, token, where_is(git))
    try:
        if (home / "index").exists():
            shutil.copyfile(home / "index", draft)
        index = pygit2.Index(str(draft))
        yield index
        draft.replace(home / "index")
    finally:
        draft.unlink(missing_ok=True)
        lock.unlink(missing_ok=True)


def release(git: pygit2.Repository, name: str) -> None:
    """Remove the locks that a killed kb left; a person's stay. Only under kb's own lock."""
    home, common = _homes(git)
    for mine, lock in (
        (home / _INDEX_TOKEN, home / "index.lock"),
        (home / _REF_DRAFT, common / f"{name}.lock"),
    ):
        if mine.exists() and lock.exists() and mine.samefile(lock):
            lock.unlink(missing_ok=True)
    for left in (_INDEX_DRAFT, f"{_INDEX_DRAFT}.lock", _REF_DRAFT):
        (home / left).unlink(missing_ok=True)


def _homes(git: pygit2.Repository) -> tuple[Path, Path]:
    """Where index and HEAD are, and where branches are: apart in a linked working tree."""
    home = Path(git.path)
    try:
        common = (home / "commondir").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return home, home
    return home, (home / common).resolve()


def _take(lock: Path, mine: Path, where: str) -> None:
    until = time.monotonic() + _WAIT
    while True:
        try:
            os.link(mine, lock)
        except FileExistsError:
            if time.monotonic() > until:
                why = f"a git command is at work in {where} ({lock.name} is there)"
                raise GitTrouble(
                    f"{why}; let it finish, or remove that file if none runs"
                ) from None
            time.sleep(0.05)
        else:
            return


def _log(home: Path, common: Path, name: str, line: str) -> None:
    """Where git keeps a reflog, the move is in it too."""
    for log in (common / "logs" / name, home / "logs" / "HEAD"):
        if log.exists():
            with log.open("a", encoding="utf-8", errors="replace") as file:
                file.write(line)
