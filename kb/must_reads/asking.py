"""A change that must be read: who is asked, by what words, and reminded when its day comes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct

from kb import page_addresses
from kb.catalogue.sql.catalogue import Catalogue
from kb.must_reads.audience import BEFORE, LATE, NotAsked, belongs
from kb.must_reads.keeping import Keeping, refuse_half_question
from kb.must_reads.must_read import MustRead, Wanted
from kb.must_reads.sql.must_reads import MustReads
from kb.must_reads.standing import Question
from kb.must_reads.telling import told
from kb.notices.days import day_in_words
from kb.notices.sql.queue import Notice
from kb.notices.sql.reminders import ReminderMark, Reminders
from kb.people.person import Person
from kb.people.sql.receivers import Receivers
from kb.procedures.model import Departments, Procedure, Status

LONGEST = timedelta(days=366)
_BEFORE = timedelta(days=2)
_OLD = timedelta(days=30)  # nobody is reminded of what was due longer ago


class Request(Struct, frozen=True):
    """What an editor typed: who is to read it by when, and what has changed."""

    audience: tuple[str, ...]
    read_by: date
    note: str
    check_question: Question | None = None


class Asking(Struct, frozen=True):
    """Asks people to read a change, and reminds them."""

    must_reads: MustReads
    reminders: Reminders
    receivers: Receivers
    catalogue: Catalogue
    departments: Callable[[], Departments]
    keeping: Keeping

    def check(self, request: Request, status: Status, today: date) -> None:
        """Raises NotAsked."""
        if status is not Status.PUBLISHED:
            why = "Only what is published can be asked of people: publish it first."
            raise NotAsked(why, "status")
        if not request.audience:
            raise NotAsked("Say who must read it.", "audience")
        if not today <= request.read_by <= today + LONGEST:
            why = "Say by which day it must be read: from today to a year from now."
            raise NotAsked(why, "read_by")
        if not request.note.strip():
            why = "Say in the note what has changed: that is what people are told."
            raise NotAsked(why, "note")
        refuse_half_question(request.check_question)

    def ask(self, procedure: Procedure, request: Request, by: Person, now: datetime) -> int:
        """Ask everybody in the audience who may read it, but for who asks; returns how many.

        Raises NotAsked.
        """
        self.check(request, procedure.status, now.date())
        asked = [
            person
            for person in self.receivers.everybody()
            if person.id != by.id
            and belongs(person, request.audience)
            and person.reader().may_read(procedure)
        ]
        if not asked:
            raise NotAsked("There is nobody but you in that audience.", "audience")
        wanted = Wanted(
            procedure_id=procedure.id,
            version=procedure.version,
            title=procedure.title,
            department=procedure.department,
            audience=request.audience,
            read_by=request.read_by,
            note=request.note.strip(),
            check_question=request.check_question,
        )

        def words(number: int) -> Iterator[Notice]:
            text = f"{wanted.note}\n\n{by.name} asks you to read and confirm it by "
            text += f"{day_in_words(wanted.read_by)}."
            title = f"Please read what has changed in “{wanted.title}”"
            for person in asked:
                yield _notice(person.id, f"must read:{number}", title, text, number, procedure.id)

        self.must_reads.ask(wanted, [person.id for person in asked], words, by.id, now)
        return len(asked)

    def remind(self, now: datetime) -> None:
        """Two days before, and when the day has passed, whoever has not confirmed; each once."""
        departments = self.departments()
        for one in self.must_reads.unfinished(now.date() - _OLD, now.date() + _BEFORE):
            calendar = departments.get(one.department).calendar
            today = now.astimezone(calendar.zone).date()
            if not calendar.works_on(today):
                continue
            if one.late(today):
                self._remind(one, LATE, departments, now)
            elif one.asked_at.astimezone(calendar.zone).date() < today:
                self._remind(one, BEFORE, departments, now)
        self.keeping.remind(now)

    def _remind(self, one: MustRead, stage: str, departments: Departments, now: datetime) -> None:
        def words(_fresh: Collection[ReminderMark]) -> Iterator[Notice]:
            missing = self._still_reading(one)
            title, text = _reminder(one, stage)
            for person in missing:
                key = f"must read:{one.id}:{stage}"
                yield _notice(person.id, key, title, text, one.id, one.procedure_id)
            if stage == LATE and missing:
                yield from self._overview(one, len(missing), departments)

        self.reminders.once([ReminderMark(f"must read:{one.id}", stage)], words, now)

    def _still_reading(self, one: MustRead) -> list[Person]:
        card = self.catalogue.get(one.procedure_id)
        missing = {asked.person_id for asked in self.must_reads.missing(one.id)}
        people = self.receivers.by_ids(missing).values()
        return [each for each in people if card and each.reader().may_read(card.procedure)]

    def _overview(self, one: MustRead, missing: int, departments: Departments) -> Iterator[Notice]:
        """Who asked, and the lead, hear how many have not confirmed."""
        lead = departments.get(one.department).lead
        leads = self.receivers.by_emails([lead]).values() if lead else ()
        has = "has" if missing == 1 else "have"
        for person_id in {one.asked_by, *(each.id for each in leads if not each.disabled)}:
            yield _notice(
                person_id,
                f"must read:{one.id}:missing",
                f"{missing} of {one.asked} {has} not confirmed “{one.title}”",
                f"It was to be read by {day_in_words(one.read_by)}. They are reminded today.",
                one.id,
                one.procedure_id,
            )


def _reminder(one: MustRead, stage: str) -> tuple[str, str]:
    day = day_in_words(one.read_by)
    if stage == LATE:
        title = f"Not confirmed yet: what has changed in “{one.title}”"
        return title, f"{one.note}\n\nIt was to be read by {day}. Please read and confirm it today."
    title = f"To be read by {day}: what has changed in “{one.title}”"
    return title, f"{one.note}\n\nPlease read and confirm it by {day}."


def _notice(
    person_id: int, key: str, title: str, text: str, number: int, procedure_id: str
) -> Notice:
    return told(person_id, key, title, text, page_addresses.must_read(number), procedure_id)
