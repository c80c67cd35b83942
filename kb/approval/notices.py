"""Who is told what about submissions: reviewers of what waits, submitters of how it went."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kb import page_addresses
from kb.approval.submission import Submission, SubmissionStep
from kb.notices.kinds import Kind
from kb.notices.sql.queue import Notice
from kb.people.person import Person
from kb.people.rights import reviews
from kb.people.sql.directory import Directory
from kb.procedures.model import Department

_SAID = {
    SubmissionStep.APPROVED: "Approved: {title}",
    SubmissionStep.PUBLISHED: "Published: {title}",
    SubmissionStep.LATER: "Approved for later: {title}",
    SubmissionStep.CALLED_OFF: "Called off: {title}",
    SubmissionStep.SENT_BACK: "Sent back to you: {title}",
    SubmissionStep.COLLIDED: "Others changed the same lines: {title}",
    SubmissionStep.HELD_UP: "Could not be published: {title}",
    SubmissionStep.WITHDRAWN: "Withdrawn: {title}",
}


class ApprovalNews:
    """Makes notices; they are queued with the step that they tell of."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def submitted(
        self, submission: Submission, department: Department, now: datetime
    ) -> list[Notice]:
        """To the department's reviewers; where nobody else is one, to its lead."""
        what = "A draft" if submission.is_draft else "A change"
        title = f"{what} waits for review: {submission.proposal.title}"
        text = f"{submission.by_name} submitted it. {submission.proposal.note}".strip()
        return [
            _notice(one.id, submission, SubmissionStep.SUBMITTED, title, text, now)
            for one in self.reviewers(department)
            if one.id != submission.by_id
        ]

    def outcome(
        self,
        submission: Submission,
        step: SubmissionStep,
        by_id: int | None,
        word: str,
        now: datetime,
    ) -> list[Notice]:
        """To who submitted it, and to who approved it for later: but for who did it."""
        title = _SAID[step].format(title=submission.proposal.title)
        concerned = {submission.by_id, submission.approved_by} - {None, by_id}
        by = self._directory.get(by_id) if by_id is not None else None
        text = f"{by.name}: {word}" if by and word else word or (f"By {by.name}." if by else "")
        return [
            _notice(id, submission, step, title, text, now)
            for id in sorted(filter(None, concerned))
        ]

    def commented(
        self,
        submission: Submission,
        by: Person,
        others: Iterable[Person],
        heading: str,
        text: str,
        now: datetime,
    ) -> list[Notice]:
        """To who submitted it, and to the `others` who talk about it: but for who says it."""
        title = f"A comment on {submission.proposal.title}"
        about = f"{by.name}, on “{heading}”: {text}" if heading else f"{by.name}: {text}"
        key = f"submission:{submission.id}:comment:{by.id}:{now.timestamp():.0f}"
        concerned = {submission.by_id, *(one.id for one in others)} - {by.id}
        link = _link(submission)
        return [
            Notice(id, Kind.APPROVAL, key, title, about, link, submission.procedure_id)
            for id in sorted(concerned)
        ]

    def reviewers(self, department: Department) -> list[Person]:
        """Who approves in that department, else its lead."""
        members = self._directory.members([department.id])
        found = [one for one in members if reviews(one, department.id)]
        if found or not department.lead:
            return found
        lead = self._directory.by_email(department.lead)
        return [lead] if lead and not lead.disabled else []


def _notice(
    person_id: int,
    submission: Submission,
    step: SubmissionStep,
    title: str,
    text: str,
    now: datetime,
) -> Notice:
    key = f"submission:{submission.id}:{step.value}:{now.timestamp():.0f}"
    return Notice(
        person_id, Kind.APPROVAL, key, title, text, _link(submission), submission.procedure_id
    )


def _link(submission: Submission) -> str:
    return page_addresses.submission(submission.id)
