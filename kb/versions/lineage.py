"""Which version of a file continues which: through renames, moves, swaps and merges. Pure.

A line is one file through its history. It follows the id that the front matter names; without one
it follows git's renames, and then the path. Who has an id keeps it: a copy begins a line of its
own. A file that comes back after it was removed goes on with its old line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from kb.procedures.model import Procedure
from kb.storage.git.history import REMOVED, Change, Commit, HistoryStep

GONE = "removed"  # the status of a version that is no file any more


class Described(Struct, frozen=True):
    """What a version of a file says of itself."""

    id: str
    version: str
    title: str
    department: str
    status: str
    named: bool  # the id stands in the file
    reviewed: date | None
    words: str  # names what a reader sees of it

    @classmethod
    def of(cls, said: Procedure, named: bool, words: str) -> Described:
        """Only what its row in the history takes from it."""
        return cls(
            id=said.id,
            version=said.version,
            title=said.title,
            department=said.department,
            status=said.status.value,
            named=named,
            reviewed=said.reviewed,
            words=words,
        )


class Row(Struct):
    """A version as it is stored. `id` counts up; `line` is the id of the line's first version.

    `vouched` are the `words` that it had when it was last reviewed.
    """

    id: int
    line: int
    path: str
    procedure_id: str
    named: bool
    commit: Commit
    blob: str
    version: str
    title: str
    department: str
    status: str
    reviewed: date | None
    words: str
    vouched: str
    live_from: datetime | None
    until: int | None = None


Describe = Callable[[str, str], Described]  # a path and a blob


class Lineage:
    """The lines as they stand, and what each step adds to them.

    `newest` are the newest versions, on the site, of every line that the steps may touch: of the
    paths they name and of the ids that these files name. Afterwards `added` has the new versions
    and `ended` which of the older ones were replaced, by which.
    """

    def __init__(self, newest: Iterable[Row], next_id: int, describe: Describe) -> None:
        self.added: list[Row] = []
        self.ended: dict[int, int] = {}
        self._next = next_id
        self._describe = describe
        self._live: dict[str, Row] = {}  # by path
        # Of several the choice must not hang on the order in which they came to be known.
        self._holders: dict[str, list[Row]] = {}  # by procedure id
        self._gone_paths: dict[str, list[Row]] = {}
        self._gone_ids: dict[str, list[Row]] = {}
        for row in newest:
            self._stand(row)

    def follow(self, step: HistoryStep) -> None:
        """Take in what one step changed."""
        first_side = self._next
        written, aside = self._taken_aside(step.side)
        hints = {path: row for path, row in aside.items() if row.blob and row.line >= first_side}
        left = self._left(step.changes)
        former = self._former([each for each in step.changes if each.blob], left, hints)
        claimed = {row.line for row in former.values() if row}
        for change in step.changes:
            here = self._live.get(change.path)
            if here and here.line not in claimed:
                former[Change(change.path, REMOVED)] = here
        for row in {id(row): row for row in former.values() if row}.values():
            self._leave(row)
        for change, before in former.items():
            known = written.get((change.path, change.blob))
            self._enter(known or self._row(change, step.commit, before), before, step.live_from)

    def _taken_aside(
        self, side: Iterable[HistoryStep]
    ) -> tuple[dict[tuple[str, str], Row], dict[str, Row]]:
        """The versions of a merged branch: by path and blob, and the last of each path."""
        written: dict[tuple[str, str], Row] = {}
        last: dict[str, Row] = {}
        for step in side:
            for change in step.changes:
                before = self._aside(change, last)
                if change.blob or (before and before.blob):
                    row = self._row(change, step.commit, before)
                    written[change.path, change.blob] = last[change.path] = row
        return written, last

    def _aside(self, change: Change, last: dict[str, Row]) -> Row | None:
        """What a branch's version continues. Nobody reads a branch: close is enough."""
        for path in (change.path, change.was):
            row = last.get(path) or self._live.get(path)
            if row and row.blob:
                return row
        if not change.blob:
            return None
        described = self._describe(change.path, change.blob)
        return self._holder(described.id) if described.named else None

    def _former(
        self, changes: Collection[Change], left: Collection[str], hints: dict[str, Row]
    ) -> dict[Change, Row | None]:
        """The version that each file continues; no two continue the same."""
        found: dict[Change, Row | None] = {}
        taken: set[int] = set()
        for rule in (self._by_name, self._by_place, self._by_trace):
            for change in changes:
                row = None if found.get(change) else rule(change, left)
                if row is not None and row.line not in taken:
                    found[change] = row
                    taken.add(row.line)
        for change in changes:
            hint = hints.get(change.path)
            fresh = hint if hint is not None and hint.line not in taken else None
            found.setdefault(change, fresh)
        return found

    def _by_name(self, change: Change, left: Collection[str]) -> Row | None:
        """The version that had the id, where no other file has it any longer."""
        described = self._describe(change.path, change.blob)
        if not described.named:
            return None
        name = described.id
        holder = self._holder(name)
        if holder is None:
            here = self._live.get(change.path)
            return _latest(self._gone_ids.get(name)) if here is None else None
        return holder if holder.path == change.path or holder.path in left else None

    def _by_place(self, change: Change, left: Collection[str]) -> Row | None:
        """The version that stood at the same path."""
        return self._live.get(change.path)

    def _by_trace(self, change: Change, left: Collection[str]) -> Row | None:
        """The version that git takes it for, or that was once removed from this path."""
        described = self._describe(change.path, change.blob)
        moved = self._live.get(change.was) if change.was in left else None
        for row in (moved, _latest(self._gone_paths.get(change.path))):
            other = row and row.named and described.named
            if row and not (other and row.procedure_id != described.id):
                return row
        return None

    def _left(self, changes: Iterable[Change]) -> set[str]:
        """The paths whose file goes, or names another id from now on."""
        left = set()
        for change in changes:
            here = self._live.get(change.path)
            if here is None:
                continue
            described = self._describe(change.path, change.blob) if change.blob else None
            other = described and described.named and described.id != here.procedure_id
            if described is None or other:
                left.add(change.path)
        return left

    def _row(self, change: Change, commit: Commit, before: Row | None) -> Row:
        """A new version, not yet on the site."""
        number, self._next = self._next, self._next + 1
        line = before.line if before else number
        if change.blob:
            row = self._written(number, line, change, commit, before)
        else:
            assert before is not None
            row = replace(before, id=number, commit=commit, blob="", version="", status=GONE)
        row.live_from = row.until = None
        self.added.append(row)
        return row

    def _written(
        self, number: int, line: int, change: Change, commit: Commit, before: Row | None
    ) -> Row:
        described = self._describe(change.path, change.blob)
        inherited = before is not None and not before.named and not described.named
        stands = before is not None and before.reviewed == described.reviewed
        return Row(
            id=number,
            line=line,
            path=change.path,
            procedure_id=before.procedure_id if before and inherited else described.id,
            named=described.named,
            commit=commit,
            blob=change.blob,
            version=described.version,
            title=described.title,
            department=described.department,
            status=described.status,
            reviewed=described.reviewed,
            words=described.words,
            vouched=before.vouched if before and stands else described.words,
            live_from=None,
        )

    def _enter(self, row: Row, before: Row | None, live_from: datetime) -> None:
        """From now on it is what the site has."""
        row.live_from = live_from
        if before is not None and before is not row:
            row.line = before.line
            before.until = row.id
            self.ended[before.id] = row.id
        self._stand(row)

    def _holder(self, procedure_id: str) -> Row | None:
        """The file that has the id: of several, the one that was there first."""
        return min(self._holders.get(procedure_id, ()), key=lambda row: row.line, default=None)

    def _stand(self, row: Row) -> None:
        if row.blob:
            self._live[row.path] = row
            self._holders.setdefault(row.procedure_id, []).append(row)
        else:
            self._gone_paths.setdefault(row.path, []).append(row)
            self._gone_ids.setdefault(row.procedure_id, []).append(row)

    def _leave(self, row: Row) -> None:
        if self._live.get(row.path) is row:
            del self._live[row.path]
        for place, key in (
            (self._holders, row.procedure_id),
            (self._gone_paths, row.path),
            (self._gone_ids, row.procedure_id),
        ):
            place[key] = [each for each in place.get(key, ()) if each is not row]


def _latest(gone: list[Row] | None) -> Row | None:
    return max(gone or (), key=lambda row: row.id, default=None)
