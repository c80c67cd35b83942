"""Undoing a bulk change: straight where it touches no text, else as far as one may write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kb.documents.document import Document, parse
from kb.documents.reading import described
from kb.people.editing_rules import Forbidden, WayIn, way_to_save
from kb.people.person import Person
from kb.people.rights import Case, Right, allows
from kb.procedures.model import Departments, Procedure, Status
from kb.publishing.batches import Batch, is_page
from kb.publishing.edits import author_of
from kb.publishing.outcomes import refusing
from kb.publishing.saver import Saver

REVIEWED = "changes there go through review: a reviewer can undo it"
NOT_YOURS = "that is not yours to undo"
_FORMAL = frozenset({"owner", "deputy", "reviewed"})


class Undoing:
    """The verb. Each file is put back only if who asks may do just that with it."""

    def __init__(
        self, saver: Saver, departments: Callable[[], Departments], *, four_eyes: bool
    ) -> None:
        self._saver = saver
        self._departments = departments
        self._four_eyes = four_eyes

    @refusing
    def undo(self, commit: str, by: Person, now: datetime) -> Batch:
        """Put back what that bulk change did; what is skipped says why."""
        departments = self._departments()

        def objection(path: str, text: bytes, before: bytes) -> str:
            if not is_page(path):
                return self._beside(by, path, departments)
            if not (text and before):
                return self._whole(by, path, text or before, departments)
            there, then = parse(text, path), parse(before, path)
            now_is, was = (described(one, departments)[0] for one in (there, then))
            if _same_text(there, then):
                return self._formal(by, now_is, departments)
            return self._textual(by, now_is, was, departments)

        return self._saver.undo(commit, author_of(by), now, objection)

    def _whole(self, by: Person, path: str, raw: bytes, departments: Departments) -> str:
        """A file that came goes again, or the other way round: for who may bring such a one in."""
        return (
            ""
            if self._may_bring(by, described(parse(raw, path), departments)[0], departments)
            else NOT_YOURS
        )

    def _beside(self, by: Person, path: str, departments: Departments) -> str:
        """A picture or document that came with procedures goes with them."""
        there = described(parse(b"x", path), departments)[0]
        case = Case(departments.get(there.department), Status.DRAFT, self._four_eyes)
        return "" if allows(by, Right.BRING_IN, case) else NOT_YOURS

    def _may_bring(self, by: Person, procedure: Procedure, departments: Departments) -> bool:
        case = Case(departments.get(procedure.department), procedure.status, self._four_eyes)
        return allows(by, Right.BRING_IN, case)

    def _formal(self, by: Person, procedure: Procedure, departments: Departments) -> str:
        case = Case(departments.get(procedure.department), procedure.status, self._four_eyes)
        return "" if allows(by, Right.PUT_BACK, case) else NOT_YOURS

    def _textual(
        self, by: Person, now_is: Procedure, was: Procedure, departments: Departments
    ) -> str:
        try:
            way = way_to_save(by, now_is, was, departments, four_eyes=self._four_eyes)
        except Forbidden:
            both = (now_is, was)
            may = all(one.source and self._may_bring(by, one, departments) for one in both)
            return "" if may else NOT_YOURS
        return "" if way is WayIn.DIRECT else REVIEWED


def _same_text(one: Document, other: Document) -> bool:
    """Do they differ in who answers and when it was reviewed alone?"""
    heads = [{k: v for k, v in each.meta.items() if k not in _FORMAL} for each in (one, other)]
    return one.body == other.body and heads[0] == heads[1]
