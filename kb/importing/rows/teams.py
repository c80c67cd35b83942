"""Which department a cell of teams means. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from kb.documents.text.plain_text import folded
from kb.importing.mapping import FileMapping
from kb.procedures.model import UNASSIGNED, Departments


class SeveralTeams(Struct, frozen=True):
    """A cell that names several teams: the first was taken, to `department`, unless asked."""

    first: str
    others: tuple[str, ...]
    department: str
    procedures: int


class Teams:
    """Looks teams up by what was decided, then by id and name; counts those that it cannot find."""

    def __init__(self, departments: Departments, mapping: FileMapping) -> None:
        self._mapping = mapping
        self._known = {folded(one.name): one.id for one in departments.by_id.values()}
        self._known |= {folded(id): id for id in departments.by_id}
        self.unknown: Counter[str] = Counter()
        self.several: dict[str, SeveralTeams] = {}  # by what the cell says

    def of(self, teams: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The department (an id) of what a cell says, and remarks. `teams[0]` is all it says."""
        if not teams:
            return self._mapping.department or UNASSIGNED, ()
        if (whole := self._one(teams[0])) is not None:
            return whole, ()
        first, *others = teams[1:] or teams
        remarks: tuple[str, ...] = ()
        if others:
            named = ", ".join(others)
            remarks = (f"it names several teams: {first} is its department, {named} is not",)
        found = self._one(first)
        if found is None:
            self.unknown[first] += 1
            found = self._mapping.department or UNASSIGNED
        if others:
            before = self.several.get(teams[0])
            procedures = before.procedures + 1 if before else 1
            self.several[teams[0]] = SeveralTeams(first, tuple(others), found, procedures)
        return found, remarks

    def knows(self, teams: Sequence[str]) -> bool:
        """Is the first team of such a cell a department here, or was it decided which?"""
        return any(self._one(team) is not None for team in teams[:2])

    def _one(self, team: str) -> str | None:
        decided = self._mapping.teams.get(team)
        return decided if decided else self._known.get(folded(team))
