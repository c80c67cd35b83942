"""Pulling from and pushing to the remote of a department's clone. Never forced, never half merged.

The network is left to the git command, which knows the keys and helpers that were set up for it;
what comes in is merged in memory and put in place as a save is, whole or not at all.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pygit2
from msgspec import Struct
from msgspec.structs import asdict
from pygit2.enums import DeltaStatus, FileMode

from kb.storage.git import refs
from kb.storage.git.refs import GitTrouble
from kb.storage.git.repository import FOUND, Note, Prepared, TreeEntry, in_git
from kb.storage.memory import Memory
from kb.storage.transaction import Keeping
from kb.worker.scheduler import Duty

_STATE = "exchange"
_PATIENCE = 300  # seconds for one git command
_SOON = timedelta(seconds=10)  # after a save, unless the last attempt failed
_PLAIN = (FileMode.BLOB, FileMode.BLOB_EXECUTABLE)


class Exchanged(Struct, frozen=True):
    """How the last exchange went. `trouble` is a sentence, "" when all is well.

    `conflicts` are the paths that were changed on both sides: nothing is pulled until somebody
    decides, with git in content/ or at the remote.
    """

    at: datetime
    pulled: bool = False
    pushed: bool = False
    trouble: str = ""
    conflicts: tuple[str, ...] = ()


class Conflict(GitTrouble):
    """Both sides changed these paths."""

    def __init__(self, why: str, paths: list[str]) -> None:
        super().__init__(why)
        self.paths = tuple(sorted(paths))


class Exchange:
    """Pulls every `minutes`, and pushes soon after a save; 0 is never."""

    def __init__(self, keeping: Keeping, memory: Memory, minutes: int) -> None:
        self._keeping = keeping
        self._memory = memory
        self._every = timedelta(minutes=minutes)
        self._last: datetime | None = None
        self._head: str | None = None

    @property
    def wanted(self) -> bool:
        """Is it switched on, and is there a clone to exchange?"""
        repository = self._keeping.repository
        return bool(self._every) and (repository.shared or repository.apart is not None)

    def state(self) -> Exchanged | None:
        """How the last one went; None when there was none."""
        told = json.loads(self._memory.state(_STATE) or "null")
        if told is None:
            return None
        at, conflicts = datetime.fromisoformat(told["at"]), tuple(told["conflicts"])
        return Exchanged(at, told["pulled"], told["pushed"], told["trouble"], conflicts)

    def run_until(
        self, stop: threading.Event, clock: Callable[[], datetime], tick: float = 2.0
    ) -> None:
        """Exchange whenever it is due; for a thread of the background worker."""
        duty = Duty("exchange")
        while not stop.wait(tick):
            duty.done(lambda: self._run_if_due(clock()))

    def _run_if_due(self, now: datetime) -> None:
        if self._due(now):
            self.run(now)

    def run(self, now: datetime) -> Exchanged:
        """Fetch, merge, push once; how it went is also remembered for the pages."""
        self._last = now
        try:
            done = self._exchanged(now)
            self._head = self._keeping.repository.head()
        except Conflict as conflict:
            done = Exchanged(now, trouble=str(conflict.strerror), conflicts=conflict.paths)
        except OSError as error:
            done = Exchanged(now, trouble=error.strerror or str(error))
        told = {**asdict(done), "at": now.isoformat()}
        self._memory.set_state(_STATE, json.dumps(told))
        return done

    def _due(self, now: datetime) -> bool:
        if self._last is None or now - self._last >= self._every:
            return True
        failed = self._head is None
        moved = not failed and self._keeping.repository.head() != self._head
        return moved and now - self._last >= _SOON

    @in_git
    def _exchanged(self, now: datetime) -> Exchanged:
        repository = self._keeping.repository
        if repository.apart:
            return Exchanged(now, trouble=f"{repository.apart}, pulled and pushed")
        branch = repository.branch()
        upstream = _upstream(repository.git, branch)
        if upstream is None:
            return Exchanged(now, trouble=f"{branch} follows no branch of a remote; git push -u")
        self._git("fetch", "--quiet", upstream.remote)
        with self._keeping.alone():
            pulled = self._merge(upstream, now)
        pushed = False
        if repository.head() != refs.value(repository.git, upstream.tracking):
            self._git("push", "--quiet", upstream.remote, f"{branch}:{upstream.branch}")
            pushed = True
        return Exchanged(now, pulled, pushed)

    def _merge(self, upstream: _Upstream, now: datetime) -> bool:
        repository = self._keeping.repository
        git, head = repository.git, repository.head()
        theirs = refs.value(git, upstream.tracking)
        if theirs is None or head is None or theirs == head:
            return False
        base = git.merge_base(head, theirs)
        if base is not None and str(base) == theirs:
            return False
        repository.ensure_at_rest()
        if base is not None and str(base) == head:
            tree, made = git[theirs].peel(pygit2.Commit).tree, theirs
        else:
            note = Note(f"Merged {upstream.shown}", FOUND, now)
            tree = _merged_tree(git, head, theirs)
            made = repository.merge_commit(tree.id, head, theirs, note)
        self._take_in(head, made, tree, Note(f"Pulled {upstream.shown}", FOUND, now))
        return True

    def _take_in(self, head: str, made: str, tree: pygit2.Tree, note: Note) -> None:
        git = self._keeping.repository.git
        blobs: dict[str, str | None] = {}
        others: dict[str, TreeEntry | None] = {}
        plain: dict[str, TreeEntry] = {}
        for delta in git[head].peel(pygit2.Commit).tree.diff_to_tree(tree).deltas:
            gone = delta.status == DeltaStatus.DELETED
            file = delta.old_file if gone else delta.new_file
            if file.mode in _PLAIN:
                blobs[file.path] = None if gone else str(file.id)
                plain[file.path] = TreeEntry(str(file.id), file.mode)
            else:  # links and repositories within: kb reads neither
                others[file.path] = None if gone else TreeEntry(str(file.id), file.mode)
        became_files = {path: plain[path] for path in others if blobs.get(path)}
        self._ensure_clean(blobs, became_files)
        self._ensure_free({path: each for path, each in others.items() if path not in blobs})
        for path in became_files:
            del others[path]
            self._take_away_link(path)
        self._keeping.apply_prepared(Prepared(made, head, blobs), note, became_files)
        self._place(others)
        if others or became_files:
            self._keeping.repository.stage_others({**others, **became_files})

    def _ensure_free(self, others: Mapping[str, TreeEntry | None]) -> None:
        root = self._keeping.library.root
        for path, entry in others.items():
            there = root / path
            plain = there.is_file() and not there.is_symlink()
            if entry is not None and (plain or self._leads_away(there.parent)):
                raise GitTrouble(f"{path} would stand in the way of a file here; pull by hand")

    def _leads_away(self, folder: Path) -> bool:
        return Path(os.path.realpath(folder)) != folder

    def _take_away_link(self, path: str) -> None:
        there = self._keeping.library.root / path
        if there.is_symlink():
            there.unlink()

    def _place(self, others: Mapping[str, TreeEntry | None]) -> None:
        """As git does it: a link is there, a repository within is an empty folder."""
        repository = self._keeping.repository
        for path, entry in others.items():
            there = self._keeping.library.root / path
            self._take_away_link(path)
            if entry is None:
                continue
            there.parent.mkdir(parents=True, exist_ok=True)
            if there.is_dir() and any(there.iterdir()):
                continue  # something of somebody's that git does not know
            if entry.mode == FileMode.LINK:
                with suppress(FileNotFoundError):
                    there.rmdir()
                there.symlink_to(os.fsdecode(repository.bytes_of(entry.id)))
            else:
                there.mkdir(exist_ok=True)

    def _ensure_clean(self, blobs: Mapping[str, str | None], were_links: Collection[str]) -> None:
        root = self._keeping.library.root
        dirty, committed = [], self._keeping.repository.blobs(self._keeping.repository.head())
        for path, blob in blobs.items():
            parts = path.split("/")
            folder = root.joinpath(*parts[:-1])
            if ".git" in map(str.casefold, parts) or self._leads_away(folder):
                raise GitTrouble(f"{path} would be written elsewhere; pull by hand")
            if path in were_links and (root / path).is_symlink():
                continue
            now = self._keeping.blob_on_disk(path)
            if now not in (committed(path), blob):
                dirty.append(path)
        if dirty:
            why = "files that the remote changed are changed here too and not committed"
            raise Conflict(f"{why}; commit or undo that with git in content/", dirty)

    def _git(self, *words: str) -> None:
        command = ["git", "-C", str(self._keeping.library.root), *words]
        ssh = os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
        environ = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": ssh}
        try:
            subprocess.run(
                command,
                check=True,
                capture_output=True,
                timeout=_PATIENCE,
                env=environ,
                stdin=subprocess.DEVNULL,
            )
        except FileNotFoundError:
            raise GitTrouble("the git command is not installed, which pulls and pushes") from None
        except subprocess.TimeoutExpired:
            raise GitTrouble(f"git {words[0]} took more than {_PATIENCE} s") from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip().splitlines()
            raise GitTrouble(f"git {words[0]} failed: {' '.join(said)[:500]}") from None


class _Upstream(Struct, frozen=True):
    remote: str
    branch: str
    tracking: str

    @property
    def shown(self) -> str:
        return self.tracking.removeprefix("refs/remotes/")


def _upstream(git: pygit2.Repository, branch: str) -> _Upstream | None:
    """The remote branch that the present one follows, as `git pull` would take it."""
    short = branch.removeprefix("refs/heads/")
    config = git.config.snapshot()
    try:
        remote, merge = config[f"branch.{short}.remote"], config[f"branch.{short}.merge"]
    except KeyError:
        return None
    if not remote or not merge:
        return None
    tracking = f"refs/remotes/{remote}/{merge.removeprefix('refs/heads/')}"
    return _Upstream(remote, merge, tracking)


def _merged_tree(git: pygit2.Repository, head: str, theirs: str) -> pygit2.Tree:
    """Both sides joined; no file is touched. Raises Conflict."""
    index = git.merge_commits(pygit2.Oid(hex=head), pygit2.Oid(hex=theirs))
    if index.conflicts is not None:
        paths = {side.path for sides in index.conflicts for side in sides if side is not None}
        why = "the same lines were changed here and at the remote; nothing is pulled or pushed"
        raise Conflict(f"{why} until somebody merges them with git", sorted(paths))
    return git[index.write_tree(git)].peel(pygit2.Tree)
