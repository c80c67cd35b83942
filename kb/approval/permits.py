"""Whether somebody may do something with what waits, or has to be submitted: asks the table."""

from __future__ import annotations

from collections.abc import Callable

from kb.approval.submission import Submission
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.reading import described
from kb.people.person import Person
from kb.people.rights import Case, Right, allows
from kb.procedures.model import Departments, Procedure, Status
from kb.publishing.edits import NotAllowed, Standing, UnusableEdit


class Permits:
    """The table of rights, asked about procedures and submissions as they are now."""

    def __init__(
        self, catalogue: Catalogue, departments: Callable[[], Departments], *, four_eyes: bool
    ) -> None:
        self._catalogue = catalogue
        self._departments = departments
        self.four_eyes = four_eyes

    def may(self, by: Person, right: Right, submission: Submission) -> bool:
        """Has the person this right on what waits, in the department it is of and would be of?"""
        card = self._catalogue.get(submission.procedure_id)
        own = submission.by_id == by.id
        status = card.procedure.status if card else Status.DRAFT
        there = {submission.department}
        if right in (Right.APPROVE, Right.PUBLISH_LATER):
            there |= self._chosen(submission, card.procedure.path if card else "")
        return all(allows(by, right, self._case(one, status, own=own)) for one in there)

    def _chosen(self, submission: Submission, path: str) -> set[str]:
        """The department that it would be given; none where it stays whose it is by then."""
        proposal = submission.proposal
        becomes = self.as_text(path, proposal.text).department
        if not submission.is_draft and becomes == self.as_text(path, proposal.base).department:
            return set()
        return {becomes}

    def ensure_about(self, by: Person, right: Right, submission: Submission) -> None:
        """Raises NotAllowed where they may not."""
        if self.may(by, right, submission):
            return
        if right in (Right.APPROVE, Right.PUBLISH_LATER) and submission.by_id == by.id:
            raise NotAllowed("You submitted it yourself: somebody else approves it here.")
        raise NotAllowed(f"You may not {right.value} there.")

    def ensure_may_let_up(
        self, by: Person | None, submission: Submission, before: Standing | None, after: Standing
    ) -> None:
        """The same of approving the very text that is about to be written. Raises UnusableEdit."""
        own = by is not None and submission.by_id == by.id
        was = self.as_text(before.path, before.text) if before else None
        becomes = self.as_text(after.path, after.text)
        there = {one.department for one in (was, becomes) if one}
        status = was.status if was else Status.DRAFT
        cases = [self._case(one, status, own=own) for one in there]
        if by is None or not all(allows(by, Right.APPROVE, case) for case in cases):
            raise UnusableEdit("Whoever approved it may no longer do so there.")

    def ensure(
        self, by: Person, right: Right, procedure: Procedure, status: Status | None = None
    ) -> None:
        """The same of a procedure, where it says so as if it stood at `status`."""
        case = self._case(procedure.department, status or procedure.status)
        if not allows(by, right, case):
            raise NotAllowed("You may not do that there.")

    def as_text(self, path: str, text: bytes) -> Procedure:
        """The procedure that this text would be."""
        return described(parse(text, path), self._departments())[0]

    def _case(self, department: str, status: Status, *, own: bool = False) -> Case:
        return Case(self._departments().get(department), status, self.four_eyes, own)
