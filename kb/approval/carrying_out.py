"""What was decided about a submission, done to its file and then told; again after a crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from kb.approval.notices import ApprovalNews
from kb.approval.permits import Permits
from kb.approval.sql.submissions import Submissions
from kb.approval.submission import (
    ChangedSince,
    DecisionOutcome,
    Doing,
    Submission,
    SubmissionState,
    SubmissionStep,
    digest_of,
)
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.reading import described
from kb.documents.source.amending import amend
from kb.people.sql.directory import Directory
from kb.procedures.model import Departments, Status
from kb.publishing.edits import (
    Author,
    Collision,
    Edit,
    Leave,
    Saved,
    Standing,
    UnusableEdit,
    author_of,
)
from kb.publishing.saver import Saver

_OTHER = "The file says something else than was submitted: submit it as it is now, or send it back."
JOINED = (
    "Others have changed the file since you looked, so another text than you saw would be up."
    " Here is what it would be now: look at it again."
)
_COLLIDED = "Others have changed the same lines meanwhile; decide which to keep, and submit again."


# Told of what went up: the procedure's id, the version that waited, the version saved, and when.
Approved = Callable[[str, str, str, datetime], object]


class CarryingOut:
    """Files first, then the step. Each is done whole, and may be done again."""

    def __init__(
        self,
        submissions: Submissions,
        saver: Saver,
        catalogue: Catalogue,
        directory: Directory,
        departments: Callable[[], Departments],
        approved: Approved,
        permits: Permits,
    ) -> None:
        self._submissions = submissions
        self._permits = permits
        self._approved = approved
        self._saver = saver
        self._catalogue = catalogue
        self._directory = directory
        self._departments = departments
        self._telling = ApprovalNews(directory)

    def carry_out(self, submission: Submission, now: datetime) -> Saved | None:
        """What its intent says. Raises NotSaved, and then it can be tried again or released.

        Raises Collision, ChangedSince, UnusableEdit: then the submission says so, or is as before.
        """
        intent = submission.intent
        assert intent is not None
        try:
            saved = self._file(submission)
        except Collision:
            outcome = DecisionOutcome(
                SubmissionState.SENT_BACK, SubmissionStep.COLLIDED, intent.by_id, _COLLIDED
            )
            self._finish(submission, outcome, now)
            raise
        except UnusableEdit as reason:
            if intent.doing is Doing.PUBLISH:
                held = DecisionOutcome(
                    SubmissionState.WAITING, SubmissionStep.HELD_UP, None, str(reason)
                )
                self._finish(submission, held, now)
            else:
                self._submissions.release(submission.id, intent.doing)
            raise
        self._finish(submission, _OUTCOMES[intent.doing](submission), now)
        if saved is not None and intent.doing in (Doing.APPROVE, Doing.PUBLISH):
            promised = submission.digest[:12]
            self._approved(saved.procedure_id, promised, saved.version, now)
        return saved

    def _file(self, submission: Submission) -> Saved | None:
        intent, doing = submission.intent, submission.intent and submission.intent.doing
        assert intent is not None
        if doing in (Doing.APPROVE, Doing.PUBLISH):
            return self._published(submission) if submission.is_draft else self._saved(submission)
        if not submission.is_draft:
            return None
        if doing is Doing.SUBMIT:
            return self._changed(submission, _marked(submission), "Submitted for review")
        if self._catalogue.get(submission.procedure_id) is None:
            return None  # the file is gone, and with it what would be marked
        told = "Sent back" if doing is Doing.SEND_BACK else "Withdrawn from review"
        return self._changed(submission, self._taken_back, told)

    def _published(self, submission: Submission) -> Saved:
        assert submission.intent is not None
        zone = self._departments().get(submission.department).calendar.zone
        day = submission.intent.at.astimezone(zone).date().isoformat()
        text = submission.proposal.text
        wanted = amend(text, {"status": Status.PUBLISHED.value, "reviewed": day})

        def change(raw: bytes) -> bytes:
            if raw not in (text, wanted):
                raise ChangedSince(_OTHER)
            return wanted

        return self._changed(submission, change, "Approved", worth_telling=True)

    def _saved(self, submission: Submission) -> Saved:
        """The change by who made it, joined with what others changed meanwhile."""
        assert submission.intent is not None
        card = self._catalogue.get(submission.procedure_id)
        if card is None:
            raise UnusableEdit(f"Procedure {submission.procedure_id} no longer exists.")
        proposal = submission.proposal
        approver = self._directory.get(submission.intent.by_id)
        note = (
            f"{proposal.note[:300] or 'Changed'} (approved by {approver.name if approver else '?'})"
        )
        by = Author(submission.by_name, submission.by_email)
        path, told = card.procedure.path, proposal.worth_telling
        edit = Edit(path, proposal.base, proposal.text, note, told, by)
        saver = self._saver.on_behalf(self._as_approved(submission))
        return saver.save(edit, submission.intent.at)

    def _as_approved(self, submission: Submission) -> Leave:
        """Only the text that was shown to who approved it, where they may still approve it."""
        intent, shown = submission.intent, submission.approved_text or submission.digest

        def asked(before: Standing | None, after: Standing | None) -> None:
            assert intent is not None
            assert after is not None
            if not submission.is_draft and digest_of(after.text) != shown:
                raise ChangedSince(JOINED)
            approver = self._directory.get(intent.by_id)
            self._permits.ensure_may_let_up(approver, submission, before, after)

        return asked

    def _changed(
        self,
        submission: Submission,
        change: Callable[[bytes], bytes],
        what: str,
        *,
        worth_telling: bool = False,
    ) -> Saved:
        intent = submission.intent
        assert intent is not None
        who = self._directory.get(intent.by_id)
        by = author_of(who) if who else Author("kb", "kb@localhost")
        word = intent.word if intent.doing is not Doing.SUBMIT else submission.proposal.note
        note = f"{what}: {word}" if word else what
        decided = intent.doing in (Doing.APPROVE, Doing.PUBLISH)
        saver = self._saver.on_behalf(self._as_approved(submission)) if decided else self._saver
        return saver.change(
            submission.procedure_id, change, note, by, intent.at, worth_telling=worth_telling
        )

    def _taken_back(self, raw: bytes) -> bytes:
        now, _ = described(parse(raw, ""), self._departments())
        return amend(raw, {"status": "draft"}) if now.status is Status.IN_REVIEW else raw

    def _finish(self, submission: Submission, outcome: DecisionOutcome, now: datetime) -> None:
        assert submission.intent is not None
        if outcome.step is SubmissionStep.SUBMITTED:
            department = self._departments().get(submission.department)
            notices = self._telling.submitted(submission, department, now)
        else:
            notices = self._telling.outcome(
                submission, outcome.step, outcome.by_id, outcome.word, now
            )
        self._submissions.finish(submission.id, submission.intent.doing, outcome, now, notices)


def in_review(raw: bytes) -> bytes:
    """The text marked as in review. Raises NotAmendable."""
    return amend(raw, {"status": Status.IN_REVIEW.value})


def _marked(submission: Submission) -> Callable[[bytes], bytes]:
    text = submission.proposal.text

    def change(raw: bytes) -> bytes:
        if text not in (raw, in_review(raw)):
            raise ChangedSince("The text has changed meanwhile. Look at it again, then submit it.")
        return text

    return change


def _outcome(
    state: SubmissionState, step: SubmissionStep
) -> Callable[[Submission], DecisionOutcome]:
    def made(submission: Submission) -> DecisionOutcome:
        intent = submission.intent
        assert intent is not None
        return DecisionOutcome(state, step, intent.by_id, intent.word)

    return made


_OUTCOMES: dict[Doing, Callable[[Submission], DecisionOutcome]] = {
    Doing.SUBMIT: lambda one: replace(
        _outcome(SubmissionState.WAITING, SubmissionStep.SUBMITTED)(one), word=one.proposal.note
    ),
    Doing.APPROVE: _outcome(SubmissionState.APPROVED, SubmissionStep.APPROVED),
    Doing.PUBLISH: lambda _: DecisionOutcome(
        SubmissionState.APPROVED, SubmissionStep.PUBLISHED, None
    ),
    Doing.SEND_BACK: _outcome(SubmissionState.SENT_BACK, SubmissionStep.SENT_BACK),
    Doing.WITHDRAW: _outcome(SubmissionState.WITHDRAWN, SubmissionStep.WITHDRAWN),
}
