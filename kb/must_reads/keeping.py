"""Keeping up standing must-reads: whoever is not asked yet is asked, and reminded by one word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from kb import page_addresses
from kb.must_reads.audience import BEFORE, LATE, NotAsked, belongs
from kb.must_reads.sql.standing_must_reads import StandingMustReads
from kb.must_reads.standing import (
    MOST_ANSWERS,
    InScope,
    Question,
    Scope,
    StandingMustRead,
    StandingWanted,
    StillToRead,
)
from kb.must_reads.telling import told
from kb.notices.days import day_in_words
from kb.notices.sql.queue import Notice
from kb.notices.sql.reminders import ReminderMark, Reminders
from kb.people.person import Person
from kb.people.sql.receivers import Receivers
from kb.procedures.counting import counted
from kb.procedures.model import Departments

MOST_DAYS = 366
_AT_ONCE = 50  # procedures in a transaction
_WHILE_SOMEBODY_WAITS = 20_000  # confirmations asked for: about half a second
_BEFORE, _OLD = timedelta(days=2), timedelta(days=30)


class Keeping(Struct, frozen=True):
    """Standing must-reads, made and kept up. All of it may be killed anywhere, and done again.

    `told_when`: of these procedures, when the last version after that time went up that was worth
    telling people.
    """

    standing: StandingMustReads
    reminders: Reminders
    receivers: Receivers
    departments: Callable[[], Departments]
    told_when: Callable[[Sequence[str], datetime], dict[str, datetime]]

    def check(self, wanted: StandingWanted) -> None:
        """Raises NotAsked."""
        if wanted.scope is not Scope.DEPARTMENT and not wanted.value:
            raise NotAsked("Say which one.", "value")
        if wanted.scope is Scope.DEPARTMENT and not wanted.department:
            raise NotAsked("Choose the department.", "department")
        if not wanted.audience:
            raise NotAsked("Say who must read it.", "audience")
        if not 1 <= wanted.days <= MOST_DAYS:
            raise NotAsked(f"Say within how many days: 1 to {MOST_DAYS}.", "days")
        if not wanted.note:
            raise NotAsked("Say why: that is what people are told.", "note")
        if wanted.scope is Scope.PROCEDURE and not self.standing.scope_of(wanted):
            raise NotAsked("There is no published procedure of that id there.", "value")
        refuse_half_question(wanted.check_question)

    def make(self, wanted: StandingWanted, by: Person, now: datetime) -> int:
        """A new one, and everybody is asked; where they are many, by the worker. Its number.

        Raises NotAsked.
        """
        self.check(wanted)
        number = self.standing.make(wanted, by.id, now)
        made = self.standing.get(number)
        audience = self._audience(wanted)
        many = len(audience) * len(self.standing.scope_of(wanted))
        if made and many <= _WHILE_SOMEBODY_WAITS:
            self._ask(made, audience, now)
        return number

    def keep_up(self, now: datetime) -> None:
        """Ask whoever is to be asked and was not; let go of who and what it is not about."""
        for one in self.standing.in_force():
            self._ask(one, self._audience(one.wanted), now)

    def remind(self, now: datetime) -> None:
        """Two days before, and when the day has passed: each person once, of all of it."""
        for one in self.standing.in_force():
            calendar = self.departments().get(one.wanted.department).calendar
            there = now.astimezone(calendar.zone)
            if not calendar.works_on(there.date()):
                continue
            began = there.replace(hour=0, minute=0, second=0, microsecond=0)
            since, until = there.date() - _OLD, there.date() + _BEFORE
            waiting = self.standing.still_to_read(one.id, since, until, began)
            due = [each for each in waiting if each.read_by < there.date() or each.asked_before]
            self._remind(one, due, there.date(), now)

    def _audience(self, wanted: StandingWanted) -> list[Person]:
        return [it for it in self.receivers.everybody() if belongs(it, wanted.audience)]

    def _ask(self, one: StandingMustRead, audience: list[Person], now: datetime) -> None:
        scope = self.standing.scope_of(one.wanted)
        told = self.told_when([it.id for it in scope], one.made_at)
        self._call_off(one, {it.id for it in scope}, told, now)
        self.standing.let_go(one.id, {person.id for person in audience})
        read_by = now.date() + timedelta(days=one.wanted.days)
        for start in range(0, len(scope), _AT_ONCE):
            missing = self._missing(one, scope[start : start + _AT_ONCE], audience, told)
            if missing:
                asked = {id for _, ids in missing for id in ids}
                news = list(_news(one, missing, asked, now))
                self.standing.ask(one, missing, read_by, news, now)

    def _call_off(
        self, one: StandingMustRead, scope: set[str], told: dict[str, datetime], now: datetime
    ) -> None:
        """What is out of scope, and what was asked before a version that is worth telling."""
        past = [
            number
            for number, procedure_id, at in self.standing.open_rows(one.id)
            if procedure_id not in scope or at < told.get(procedure_id, at)
        ]
        if past:
            self.standing.call_off(past, one.made_by, now)

    def _missing(
        self,
        one: StandingMustRead,
        scope: Sequence[InScope],
        audience: list[Person],
        told: dict[str, datetime],
    ) -> list[tuple[InScope, Collection[int]]]:
        known: defaultdict[str, set[int]] = defaultdict(set)
        for procedure_id, person_id, at in self.standing.asked(one.id, [it.id for it in scope]):
            if at >= told.get(procedure_id, at):
                known[procedure_id].add(person_id)
        wanted = {person.id for person in audience} - {one.made_by}
        found = [(it, wanted - known[it.id]) for it in scope]
        return [(it, ids) for it, ids in found if ids]

    def _remind(
        self,
        one: StandingMustRead,
        due: list[StillToRead],
        today: date,
        now: datetime,
    ) -> None:
        marks = {}
        for each in due:
            subject = f"standing:{one.id}:{each.read_by}:{each.person_id}"
            marks[ReminderMark(subject, LATE if each.read_by < today else BEFORE)] = each

        def words(fresh: set[ReminderMark]) -> Iterator[Notice]:
            for mark in sorted(fresh):
                yield _reminder(one, marks[mark], mark)
            behind = {marks[mark].person_id for mark in fresh if mark.stage == LATE}
            if behind:
                yield from self._overview(one, len(behind), now)

        if marks:
            self.reminders.once(list(marks), words, now)

    def _overview(self, one: StandingMustRead, many: int, now: datetime) -> Iterator[Notice]:
        """Who made it, and the lead, hear how many are late."""
        lead = self.departments().get(one.wanted.department).lead
        leads = self.receivers.by_emails([lead]).values() if lead else ()
        has = "has" if many == 1 else "have"
        for person_id in {one.made_by, *(each.id for each in leads if not each.disabled)}:
            yield told(
                person_id,
                f"standing:{one.id}:behind:{now.date()}",
                f"{counted(many, 'person')} {has} not read in time: {about(one.wanted)}",
                "They are reminded today.",
                page_addresses.standing_must_read(one.id),
            )


def refuse_half_question(question: Question | None) -> None:
    """Raises NotAsked for half a question."""
    if question is None:
        return
    if not question.text:
        raise NotAsked("Write the question, or leave out its answers.", "check_question")
    if not 2 <= len(question.answers) <= MOST_ANSWERS:
        raise NotAsked(f"Give two to {MOST_ANSWERS} answers.", "check_question")
    if len(set(question.answers)) < len(question.answers):
        raise NotAsked("Two of the answers are the same.", "check_question")
    if not 0 <= question.right < len(question.answers):
        raise NotAsked("Say which answer is right.", "check_question")


def about(wanted: StandingWanted) -> str:
    """ "everything with the keyword “Refund: Lost Order”", as part of a sentence."""
    return {
        Scope.PROCEDURE: wanted.value,
        Scope.KEYWORD: f"everything with the keyword “{wanted.value}”",
        Scope.FOLDER: f"everything in the folder {wanted.value.strip('/')}",
        Scope.DEPARTMENT: "everything of the department",
    }[wanted.scope]


def _news(
    one: StandingMustRead,
    missing: Sequence[tuple[InScope, Collection[int]]],
    asked: set[int],
    now: datetime,
) -> Iterator[Notice]:
    day = day_in_words(now.date() + timedelta(days=one.wanted.days))
    only = missing[0][0] if len(missing) == 1 else None
    title = f"Please read “{only.title}”" if only else f"Please read {about(one.wanted)}"
    text = f"{one.wanted.note}\n\n{one.asker} asks you to read and confirm it by {day}."
    for person_id in sorted(asked):
        yield told(
            person_id,
            f"standing:{one.id}:{only.id if only else ''}:{now.date()}",
            title,
            text,
            page_addresses.MUST_READS,
            only.id if only else None,
        )


def _reminder(one: StandingMustRead, each: StillToRead, mark: ReminderMark) -> Notice:
    many, day = counted(each.procedures, "procedure"), day_in_words(each.read_by)
    title = f"Not confirmed yet: {many}" if mark.stage == LATE else f"To be read by {day}: {many}"
    was = f"It was to be read by {day}. " if mark.stage == LATE else ""
    text = f"{one.wanted.note}\n\n{was}Please read and confirm it."
    key = f"{mark.subject}:{mark.stage}"
    return told(each.person_id, key, title, text, page_addresses.MUST_READS)
