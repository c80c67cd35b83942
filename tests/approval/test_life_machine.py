"""Any order of writing and deciding: nothing is up that was not approved, and nothing is lost."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kb.app import build
from kb.approval.sql.submissions import Submissions
from kb.approval.submission import (
    Comment,
    DecisionUnderway,
    Doing,
    Submission,
    SubmissionError,
    SubmissionState,
    Taken,
)
from kb.documents.document import parse
from kb.documents.reading import described
from kb.documents.source.amending import amend
from kb.people.editing_rules import Forbidden, WayIn, way_to_save
from kb.people.person import Person
from kb.people.rights import Case, Right, allows
from kb.procedures.model import Procedure, Status
from kb.publishing.edits import Author, Collision, Edit, NotAllowed, UnusableEdit
from tests.conftest import DEPARTMENTS, NOW, PASSWORD, add_personas, with_fast_passwords
from tests.databases import load
from tests.effort import examples

# Shipping has its changes reviewed, billing has not.
REVIEWED = DEPARTMENTS.replace("review_every: 6 months", "changes: reviewed")
FILES = {"SHP-014": "published", "SHP-015": "draft", "BIL-001": "published"}
PATHS = {
    "SHP-014": "shipping/late.md",
    "SHP-015": "shipping/customs.md",
    "BIL-001": "billing/lost.md",
}
PLACES = ("top", "middle", "end")
PEOPLE = ("rep", "editor", "reviewer", "second", "outsider", "admin")
WRITES = {"shipping": {"editor", "reviewer", "second"}, "billing": {"outsider"}}
REVIEWS = {"shipping": {"reviewer", "second"}, "billing": {"outsider"}}
WORD = re.compile(rb"W\d+")

people = st.sampled_from(PEOPLE)
ids = st.sampled_from(sorted(FILES))
picks = st.integers(0, 1_000)


def text_of(id: str, status: str) -> str:
    department = "shipping" if id.startswith("SHP") else "billing"
    slots = "\n\nSomething that never changes.\n\n".join(f"At the {place}: W0" for place in PLACES)
    head = f"id: {id}\ntitle: {id} it is\ndepartment: {department}\nstatus: {status}"
    return f"---\n{head}\n---\n\n{slots}\n"


class Life(RuleBasedStateMachine):
    """What may be up is kept as words beside the real parts: each edit brings one of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="life-"))
        for id, status in FILES.items():
            file = self.home / "content" / PATHS[id]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text_of(id, status))
        (self.home / "content" / "departments.yml").write_text(REVIEWED)
        self.now = NOW
        self.numbers = count(1)
        self.may_be_up: dict[str, set[bytes]] = {id: {b"W0"} for id in FILES}
        self.written: set[bytes] = set()
        self.said: list[str] = []
        self.taken: dict[str, list[Taken]] = {id: [] for id in FILES}
        self.later: set[int] = set()

    @initialize(four_eyes=st.booleans())
    def begin(self, four_eyes: bool) -> None:
        self.four_eyes = four_eyes
        asked = load({"KB_FOUR_EYES": "1" if four_eyes else "0"}, self.home)
        self.parts = with_fast_passwords(build(asked))
        add_personas(self.parts.people.directory)
        self.parts.people.directory.add(
            "second@kb.example", "Sue Second", PASSWORD, reviewer_of=["shipping"], now=NOW
        )
        outsider = self.who("outsider")
        self.parts.people.directory.set_roles(
            outsider.id, administrator=False, editor_of=["billing"], reviewer_of=["billing"]
        )
        self.parts.publishing.publisher.refresh(NOW.date())
        self.submissions = Submissions(self.parts.engine)

    def teardown(self) -> None:
        if hasattr(self, "parts"):
            self.no_word_is_lost()
            self.parts.insight.log.close()
            self.parts.engine.dispose()
        shutil.rmtree(self.home)

    def who(self, name: str) -> Person:
        found = self.parts.people.directory.by_email(f"{name}@kb.example")
        assert found is not None
        return found

    def raw(self, id: str) -> bytes:
        return (self.home / "content" / PATHS[id]).read_bytes()

    def procedure(self, id: str) -> Procedure:
        card = self.parts.catalogue.get(id)
        assert card is not None
        return card.procedure

    def picked(self, pick: int) -> Submission | None:
        lines = [one for id in FILES for one in self.parts.approval.waiting.of_procedure(id)]
        if not lines:
            return None
        # The open ones twice, as there is more to do with them.
        lines += [one for one in lines if one.state.open] * 3
        return self.parts.approval.waiting.get(lines[pick % len(lines)].id)

    def department(self, id: str) -> str:
        return "shipping" if id.startswith("SHP") else "billing"

    def changed(self, id: str, place: str, status: str | None) -> bytes:
        word = f"W{next(self.numbers)}"
        text = re.sub(rf"(At the {place}: )W\d+".encode(), rf"\g<1>{word}".encode(), self.raw(id))
        return amend(text, {"status": status}) if status else text

    def replaced(self, id: str, by: Person | None) -> None:
        """Another text was submitted: what was approved of the one before counts no more."""
        for one in self.parts.approval.waiting.of_procedure(id):
            if one.id in self.later and one.state is not SubmissionState.LATER:
                self.later.discard(one.id)

    @rule(name=people, id=ids, place=st.sampled_from(PLACES), to=st.sampled_from([None, *Status]))
    def save(self, name: str, id: str, place: str, to: Status | None) -> None:
        by, before, base = self.who(name), self.procedure(id), self.raw(id)
        text = self.changed(id, place, to.value if to else None)
        departments = self.parts.publishing.publisher.departments()
        after, _ = described(parse(text, PATHS[id]), departments)
        try:
            way = way_to_save(by, before, after, departments, four_eyes=self.four_eyes)
        except Forbidden:
            return
        assert name in WRITES[self.department(id)]
        self.written |= set(WORD.findall(text))
        if way is WayIn.REVIEW:
            self.parts.approval.propose(
                before, base, text, "", worth_telling=False, by=by, now=self.now
            )
            assert self.raw(id) == base
        else:
            self.parts.publishing.saver.save(
                Edit(PATHS[id], base, text, "", False, Author(by.name, by.email)), self.now
            )
            self.parts.approval.take_up(before.status, id, by, self.now)
            if not after.status.kept_back:
                self.ensure_may_save_what_is_up(name, before)
                self.may_be_up[id] |= set(WORD.findall(text))
        self.replaced(id, by)

    def ensure_may_save_what_is_up(self, name: str, before: Procedure) -> None:
        reviewer = name in REVIEWS[before.department]
        if before.status.kept_back or before.department == "shipping":
            assert reviewer
            assert not self.four_eyes

    @rule(id=ids, place=st.sampled_from(PLACES))
    def other_hands_change_a_draft(self, id: str, place: str) -> None:
        if not self.procedure(id).status.kept_back:
            return  # git is the door of those who may do anything
        text = self.changed(id, place, None)
        (self.home / "content" / PATHS[id]).write_bytes(text)
        self.parts.publishing.publisher.refresh(self.now.date())
        self.written |= set(WORD.findall(text))

    @rule(name=people, id=ids)
    def submit(self, name: str, id: str) -> None:
        shown = sha256(self.raw(id)).hexdigest()[:12]
        try:
            self.parts.approval.submit(id, shown, self.who(name), "", self.now)
        except (NotAllowed, SubmissionError):
            return
        assert name in WRITES[self.department(id)]
        self.replaced(id, self.who(name))

    @rule(name=people, pick=picks)
    def approve(self, name: str, pick: int) -> None:
        it = self.picked(pick)
        if it is None:
            return
        try:
            self.parts.approval.approve(it, self.who(name), "", self.now)
        except (NotAllowed, SubmissionError, UnusableEdit):
            return
        except Collision:
            found = self.parts.approval.waiting.get(it.id)
            assert found is not None
            assert (found.state, found.proposal) == (SubmissionState.SENT_BACK, it.proposal)
            return
        self.ensure_may_approve(name, it)
        self.may_be_up[it.procedure_id] |= set(WORD.findall(it.proposal.text))
        self.later.discard(it.id)

    def ensure_may_approve(self, name: str, it: Submission) -> None:
        assert name in REVIEWS[self.department(it.procedure_id)]
        assert it.state.open
        if self.four_eyes:
            assert it.by_id != self.who(name).id

    @rule(name=people, pick=picks, hours=st.integers(0, 5))
    def approve_later(self, name: str, pick: int, hours: int) -> None:
        it = self.picked(pick)
        if it is None:
            return
        at = self.now + timedelta(hours=hours)
        try:
            self.parts.approval.approve_later(it, self.who(name), at, "", self.now)
        except (NotAllowed, SubmissionError):
            return
        self.ensure_may_approve(name, it)
        assert hours
        self.later.add(it.id)

    @rule(name=people, pick=picks, verb=st.sampled_from(["call_off", "send_back", "withdraw"]))
    def undo(self, name: str, pick: int, verb: str) -> None:
        it = self.picked(pick)
        if it is None:
            return
        try:
            getattr(self.parts.approval, verb)(it, self.who(name), "Because", self.now)
        except (NotAllowed, SubmissionError):
            return
        if verb == "withdraw":
            assert it.by_id == self.who(name).id
        else:
            assert name in REVIEWS[self.department(it.procedure_id)]
        self.later.discard(it.id)

    @rule(name=people, pick=picks)
    def comment(self, name: str, pick: int) -> None:
        it = self.picked(pick)
        if it is None:
            return
        said = f"Comment {next(self.numbers)}"
        about = Comment(it.id, "", self.now, "steps", "Steps", "Words", said)
        try:
            self.parts.approval.comment(it, self.who(name), about, self.now)
        except NotAllowed:
            return
        assert name in WRITES[self.department(it.procedure_id)]
        self.said.append(said)

    @rule(name=people, id=ids)
    def retire_or_reinstate(self, name: str, id: str) -> None:
        by, it = self.who(name), self.procedure(id)
        department = self.parts.publishing.publisher.departments().get(it.department)
        case = Case(department, it.status, self.four_eyes)
        author = Author(by.name, by.email)
        if allows(by, Right.RETIRE, case):
            self.parts.publishing.saver.retire(id, None, "", author, self.now)
        elif allows(by, Right.REINSTATE, case):
            self.parts.publishing.saver.reinstate(id, "", author, self.now)
        else:
            return
        assert name in WRITES[self.department(id)]

    @rule(pick=picks, doing=st.sampled_from([Doing.APPROVE, Doing.SEND_BACK]))
    def a_reviewer_decides_and_the_process_dies(self, pick: int, doing: Doing) -> None:
        it = self.picked(pick)
        right = Right.APPROVE if doing is Doing.APPROVE else Right.SEND_BACK
        name = "reviewer" if it and self.department(it.procedure_id) == "shipping" else "outsider"
        if it is None or not self.parts.approval.may(self.who(name), right, it):
            return
        try:
            self.submissions.claim(
                it.id, DecisionUnderway(doing, self.who(name).id, "So", self.now)
            )
        except SubmissionError:
            return
        self.later.discard(it.id)
        if doing is Doing.APPROVE:
            self.ensure_may_approve(name, it)
            self.may_be_up[it.procedure_id] |= set(WORD.findall(it.proposal.text))

    @rule(hours=st.integers(1, 6))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for id in FILES:
            for one in self.parts.approval.waiting.of_procedure(id):
                if one.id in self.later and one.publish_at and one.publish_at <= self.now:
                    found = self.parts.approval.waiting.get(one.id)
                    assert found is not None
                    self.may_be_up[id] |= set(WORD.findall(found.proposal.text))
                    self.later.discard(one.id)
        self.parts.approval.keep_up(self.now)

    @invariant()
    def nothing_is_up_that_was_not_approved(self) -> None:
        if hasattr(self, "parts"):
            for id in FILES:
                if not self.procedure(id).status.kept_back:
                    assert set(WORD.findall(self.raw(id))) <= self.may_be_up[id]

    @invariant()
    def no_step_and_no_comment_is_lost(self) -> None:
        if not hasattr(self, "parts"):
            return
        waiting = self.parts.approval.waiting
        for id in FILES:
            now = list(waiting.steps(id))
            assert now[: len(self.taken[id])] == self.taken[id]
            self.taken[id] = now
        kept = {one.text for id in FILES for one in waiting.comments(id)}
        assert kept == set(self.said)

    @invariant()
    def one_draft_waits_and_one_change_of_each_person(self) -> None:
        if not hasattr(self, "parts"):
            return
        for id in FILES:
            waits = [one for one in self.parts.approval.waiting.of_procedure(id) if one.state.open]
            keys = [(one.kind, one.by_id if one.kind == "change" else 0) for one in waits]
            assert len(keys) == len(set(keys))

    def no_word_is_lost(self) -> None:
        """Every word that was saved or submitted is in a version or a submission."""
        self.parts.publishing.publisher.refresh(self.now.date())
        log = subprocess.run(
            ["git", "log", "-p", "--all"],
            cwd=self.home / "var" / "history.git",
            capture_output=True,
            check=True,
        )
        found = set(WORD.findall(log.stdout))
        for id in FILES:
            for line in self.parts.approval.waiting.of_procedure(id):
                it = self.parts.approval.waiting.get(line.id)
                assert it is not None
                found |= set(WORD.findall(it.proposal.text))
        assert self.written <= found


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=examples(6),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
