"""The life of a procedure: submitted, approved, now or later, sent back, withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from hashlib import sha256

from kb.approval.carrying_out import JOINED, Approved, CarryingOut, in_review
from kb.approval.notices import ApprovalNews
from kb.approval.permits import Permits
from kb.approval.sql.submission_queue import Waiting
from kb.approval.sql.submissions import Submissions
from kb.approval.submission import (
    OPEN,
    ChangedSince,
    Comment,
    Decided,
    DecisionOutcome,
    DecisionUnderway,
    Doing,
    NoWord,
    Proposal,
    Submission,
    SubmissionError,
    SubmissionKind,
    SubmissionState,
    SubmissionStep,
    WrongTime,
    cleaned,
    digest_of,
)
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.source.lines import NotAmendable
from kb.logs import log
from kb.people.person import Person
from kb.people.rights import Right
from kb.people.sql.directory import Directory
from kb.procedures.model import Departments, Procedure, Status
from kb.publishing.edits import Collision, NotSaved, Saved, UnusableEdit, author_of
from kb.publishing.joining import joined
from kb.publishing.saver import Saver
from kb.publishing.writers_leave import WritersLeave

_LONGEST_AHEAD = timedelta(days=2 * 366)
_STALLED = timedelta(seconds=60)  # what is not done by then was interrupted


class Approving:
    """The verbs. Each asks the table of rights itself, and raises NotAllowed.

    They raise SubmissionError for what cannot be, NotSaved when nothing has changed.
    """

    def __init__(
        self,
        submissions: Submissions,
        waiting: Waiting,
        saver: Saver,
        catalogue: Catalogue,
        directory: Directory,
        departments: Callable[[], Departments],
        approved: Approved,
        *,
        four_eyes: bool,
    ) -> None:
        self.waiting = waiting
        self._permits = Permits(catalogue, departments, four_eyes=four_eyes)
        self._submissions = submissions
        self._saver = saver
        self._library = saver.keeping.library
        self._departments = departments
        self._catalogue = catalogue
        self._directory = directory
        self._telling = ApprovalNews(directory)
        self._carrying = CarryingOut(
            submissions, saver, catalogue, directory, departments, approved, self._permits
        )

    @property
    def four_eyes(self) -> bool:
        """Does it take two people?"""
        return self._permits.four_eyes

    def may(self, by: Person, right: Right, submission: Submission) -> bool:
        """Has the person this right on what waits?"""
        return self._permits.may(by, right, submission)

    def submit(self, procedure_id: str, version: str, by: Person, note: str, now: datetime) -> int:
        """A draft for review, as `version` (12 hex digits) says it. Returns its number."""
        procedure = self._procedure(procedure_id)
        self._permits.ensure(by, Right.SUBMIT, procedure)
        raw = self._library.read(procedure.path)
        self._permits.ensure(by, Right.SUBMIT, self._permits.as_text(procedure.path, raw))
        if sha256(raw).hexdigest()[:12] != version:
            raise ChangedSince("The text has changed meanwhile. Look at it again, then submit it.")
        try:
            text = in_review(raw)
        except NotAmendable as error:
            raise UnusableEdit(f"Line {error.line}: {error.problem}; {error.remedy}.") from error
        waits = self.waiting.draft_of(procedure_id)
        if waits is not None and waits.proposal.text == text == raw:
            raise SubmissionError("It waits for review already.")
        return self._begun(_proposal(procedure, SubmissionKind.DRAFT, b"", text, note), by, now)

    def propose(
        self,
        procedure: Procedure,
        base: bytes,
        text: bytes,
        note: str,
        *,
        worth_telling: bool,
        by: Person,
        now: datetime,
    ) -> int:
        """A change to what is up, which stays up until it is approved. Returns its number."""
        for one in (procedure, self._permits.as_text(procedure.path, text)):
            self._permits.ensure(by, Right.PROPOSE, one, procedure.status)
        proposal = _proposal(procedure, SubmissionKind.CHANGE, base, text, note, worth_telling)
        return self._begun(proposal, by, now)

    def text_to_be(self, submission: Submission) -> bytes | None:
        """What would be up if it were approved now: a change joined with what others changed.

        None where they changed the same lines.
        """
        proposal, card = submission.proposal, self._catalogue.get(submission.procedure_id)
        if submission.is_draft or not submission.state.open or card is None:
            return proposal.text
        path = card.procedure.path
        try:
            return joined(proposal.base, proposal.text, self._library.read(path), path)
        except Collision:
            return None
        except OSError:
            return proposal.text

    def approve(
        self, submission: Submission, by: Person, word: str, now: datetime, shown: str = ""
    ) -> Saved | None:
        """Up now. Raises Collision where others changed the same lines: then it is sent back.

        `shown` is the `digest_of` the text that the person looked at, by default of what was
        submitted. Raises ChangedSince where another one would be up.
        """
        self._ensure_about(by, Right.APPROVE, submission, OPEN)
        return self._decided(submission, Doing.APPROVE, by, word, now, shown or submission.digest)

    def approve_later(
        self,
        submission: Submission,
        by: Person,
        at: datetime,
        word: str,
        now: datetime,
        shown: str = "",
    ) -> None:
        """Up at that time, if nobody calls it off until then, and it is still what was `shown`."""
        self._ensure_about(by, Right.PUBLISH_LATER, submission, OPEN)
        if not now < at < now + _LONGEST_AHEAD:
            raise WrongTime("Choose a time to come, within two years.")
        shown = shown or submission.digest
        to_be = self.text_to_be(submission)
        if to_be is None or digest_of(to_be) != shown:
            raise ChangedSince(JOINED)
        state, step = SubmissionState.LATER, SubmissionStep.LATER
        outcome = DecisionOutcome(state, step, by.id, word, at, approved_text=shown)
        self._moved(submission, outcome, now)

    def call_off(self, submission: Submission, by: Person, word: str, now: datetime) -> None:
        """Not at that time after all: it waits for a decision again."""
        self._ensure_about(by, Right.CALL_OFF, submission, OPEN)
        if submission.state is not SubmissionState.LATER:
            raise SubmissionError("It is not approved for later.")
        self._moved(
            submission,
            DecisionOutcome(SubmissionState.WAITING, SubmissionStep.CALLED_OFF, by.id, word),
            now,
        )

    def send_back(self, submission: Submission, by: Person, word: str, now: datetime) -> None:
        """To who submitted it, with a word why, here or as a comment on it."""
        self._ensure_about(by, Right.SEND_BACK, submission, OPEN)
        said = self.waiting.comments(submission.procedure_id)
        if not cleaned(word) and not any(one.submission_id == submission.id for one in said):
            raise NoWord("Say what has to change: here, or as a comment on a passage.")
        self._decided(submission, Doing.SEND_BACK, by, word, now)

    def withdraw(self, submission: Submission, by: Person, word: str, now: datetime) -> None:
        """By who submitted it."""
        self._ensure_about(by, Right.WITHDRAW, submission, OPEN)
        self._decided(submission, Doing.WITHDRAW, by, word, now)

    def comment(self, submission: Submission, by: Person, comment: Comment, now: datetime) -> None:
        """About a passage, with its words as they are now. Raises NoWord."""
        self._ensure_about(by, Right.COMMENT, submission)
        if not cleaned(comment.text):
            raise NoWord("Write a comment.")
        others = self._talking(submission)
        told = self._telling.commented(submission, by, others, comment.heading, comment.text, now)
        self._submissions.comment(submission.id, by.id, comment, now, told)

    def remove(self, procedure_id: str, by: Person, note: str, now: datetime) -> None:
        """A draft that nobody wants. What waits of it waits no more; its versions stay."""
        self._permits.ensure(by, Right.REMOVE, self._procedure(procedure_id))
        waits = self.waiting.draft_of(procedure_id)
        if waits is not None:
            self._decided(waits, Doing.WITHDRAW, by, note, now)
        leave = WritersLeave(
            by, self._departments(), self.four_eyes, self._catalogue, self._library
        )
        self._saver.on_behalf(leave).remove(procedure_id, note, author_of(by), now)

    def take_up(self, before: Status, procedure_id: str, by: Person, now: datetime) -> None:
        """After somebody saved a draft: what waits is what the file says, or waits no more."""
        card = self._catalogue.get(procedure_id)
        if card is None:
            return
        waits, status = self.waiting.draft_of(procedure_id), card.procedure.status
        raw = self._library.read(card.procedure.path)
        if before.kept_back and status is Status.PUBLISHED:
            self._note_published(card.procedure, raw, by, now)
        elif waits is not None and status is Status.IN_REVIEW and waits.proposal.text != raw:
            note = waits.proposal.note
            self._begun(_proposal(card.procedure, SubmissionKind.DRAFT, b"", raw, note), by, now)
        elif waits is not None and status is not Status.IN_REVIEW:
            self._decided(waits, Doing.WITHDRAW, by, "", now)

    def keep_up(self, now: datetime) -> None:
        """What the worker does: what was interrupted, and what was approved for now."""
        for stalled in self.waiting.undone(now - _STALLED):
            self._tried(stalled, now)
        for due in self.waiting.due(now):
            intent = DecisionUnderway(Doing.PUBLISH, due.approved_by or due.by_id, "", now)
            try:
                self._submissions.claim(due.id, intent, (SubmissionState.LATER,))
            except SubmissionError:
                continue
            self._tried(self._fresh(due.id), now)

    def _begun(self, proposal: Proposal, by: Person, now: datetime) -> int:
        id = self._submissions.begin(proposal, by.id, now)
        self._carried_out(self._fresh(id), now)
        return id

    def _decided(
        self,
        submission: Submission,
        doing: Doing,
        by: Person,
        word: str,
        now: datetime,
        shown: str | None = None,
    ) -> Saved | None:
        intent = DecisionUnderway(doing, by.id, cleaned(word), now)
        self._submissions.claim(submission.id, intent, OPEN, shown)
        return self._carried_out(self._fresh(submission.id), now)

    def _moved(self, submission: Submission, outcome: DecisionOutcome, now: datetime) -> None:
        told = self._telling.outcome(submission, outcome.step, outcome.by_id, outcome.word, now)
        self._submissions.move(submission.id, OPEN, outcome, now, told)

    def _carried_out(self, submission: Submission, now: datetime) -> Saved | None:
        try:
            return self._carrying.carry_out(submission, now)
        except NotSaved:
            assert submission.intent is not None
            self._submissions.release(submission.id, submission.intent.doing)
            raise

    def _tried(self, submission: Submission, now: datetime) -> None:
        """By the worker: what cannot be is told by the submission; the rest is tried again."""
        try:
            self._carrying.carry_out(submission, now)
        except (Collision, UnusableEdit, NotSaved) as reason:
            log().warning("not_carried_out", submission=submission.id, why=str(reason))

    def _note_published(self, procedure: Procedure, raw: bytes, by: Person, now: datetime) -> None:
        """Published without being submitted, by who may: that is an approval, too."""
        proposal = _proposal(procedure, SubmissionKind.DRAFT, b"", raw, "")
        id = self._submissions.begin(proposal, by.id, now)
        done = DecisionOutcome(SubmissionState.APPROVED, SubmissionStep.PUBLISHED, by.id)
        self._submissions.finish(id, Doing.SUBMIT, done, now)

    def _fresh(self, id: int) -> Submission:
        found = self.waiting.begun(id)
        assert found is not None
        return found

    def _procedure(self, procedure_id: str) -> Procedure:
        card = self._catalogue.get(procedure_id)
        if card is None:
            raise SubmissionError(f"Procedure {procedure_id} no longer exists.")
        return card.procedure

    def _talking(self, submission: Submission) -> list[Person]:
        """Who has commented on it, in this round or before, and still may."""
        ids = self.waiting.talking(self.waiting.rounds(submission))
        found = [one for one in map(self._directory.get, ids) if one is not None]
        return [one for one in found if self._permits.may(one, Right.COMMENT, submission)]

    def _ensure_about(
        self,
        by: Person,
        right: Right,
        submission: Submission,
        states: Collection[SubmissionState] = tuple(SubmissionState),
    ) -> None:
        now = self.waiting.get(submission.id)
        if now is None or now.state not in states:
            raise Decided("Somebody has decided about it meanwhile. Look at it again.")
        self._permits.ensure_about(by, right, submission)


def _proposal(
    procedure: Procedure,
    kind: SubmissionKind,
    base: bytes,
    text: bytes,
    note: str,
    worth_telling: bool = False,
) -> Proposal:
    return Proposal(
        procedure.id,
        kind,
        procedure.department,
        procedure.title,
        base,
        text,
        cleaned(note),
        worth_telling,
    )
