"""What an installation needs before it serves: each a fact that can be seen, until all are so."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.sql.catalogue import Catalogue
from kb.people.sql.directory import Directory
from kb.procedures.model import UNASSIGNED, Departments, Fault
from kb.procedures.visibility import Reader


class FirstSteps(Struct, frozen=True):
    """How far it has come. `unassigned` counts procedures, `without_members` departments.

    `backups`: are they made by themselves? `unread` are the kinds of files beside them that nobody
    reads, each with what to do.
    """

    departments: int
    unassigned: int
    people: int
    without_members: tuple[str, ...]
    procedures: int
    faulty: int
    mail: bool
    backups: bool
    unread: tuple[Fault, ...] = ()

    @property
    def over(self) -> bool:
        """Is all there that a first day needs? Mail and backups are one's choice."""
        assigned = self.departments > 0 and not self.unassigned
        peopled = self.people > 1 and not self.without_members
        return assigned and peopled and self.procedures > 0


class Beginning(Struct, frozen=True):
    """Sees it."""

    catalogue: Catalogue
    directory: Directory
    departments: Callable[[], Departments]
    unread: Callable[[], list[Fault]]
    mail: bool
    backups: bool

    def steps(self) -> FirstSteps | None:
        """As it is now, in a fixed number of statements; None once it is over.

        The folder is looked through for other files only until then.
        """
        found = self._steps()
        return None if found.over else replace(found, unread=tuple(self.unread()))

    def _steps(self) -> FirstSteps:
        known = self.departments().by_id
        counts = self.catalogue.departments(Reader(frozenset([*known, UNASSIGNED])))
        staff = self.directory.staff()
        held = {one for theirs in staff.values() if theirs for one in theirs}
        return FirstSteps(
            departments=len(known),
            unassigned=counts.get(UNASSIGNED, 0),
            people=sum(theirs is not None for theirs in staff.values()),
            without_members=tuple(each.name for each in known.values() if each.id not in held),
            procedures=sum(counts.values()),
            faulty=self.catalogue.faulty(None, 1, 1).total,
            mail=self.mail,
            backups=self.backups,
        )
