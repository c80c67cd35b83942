"""The one rule of who may see a procedure; everything that lists, counts or finds asks it."""

from __future__ import annotations

from msgspec import Struct

from kb.procedures.model import Procedure, Status


class Reader(Struct, frozen=True):
    """What one person may see: all that is published or retired, and the drafts of `drafts_of`,
    in review or not.

    Where the rule becomes an SQL clause or an array mask, it is made from `drafts_of` and
    nothing else, and a test holds it against `may_read` and `may_find`.
    """

    drafts_of: frozenset[str] = frozenset()

    def may_read(self, procedure: Procedure) -> bool:
        """May this person open it?"""
        return self.admits(procedure.status, procedure.department)

    def admits(self, status: Status, department: str) -> bool:
        """May this person open what has that status, of that department?"""
        return not status.kept_back or department in self.drafts_of

    def may_find(self, procedure: Procedure) -> bool:
        """Does search, a list or a count show it? A retired one is opened by its link only."""
        return procedure.status is not Status.RETIRED and self.may_read(procedure)
