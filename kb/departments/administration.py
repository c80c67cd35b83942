"""Departments as administrators keep them: written to departments.yml, one commit a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from kb.documents.settings_files import timetables
from kb.documents.settings_files.departments import chat_url, reviewed
from kb.documents.settings_files.departments_editing import (
    AlreadyThere,
    NotThere,
    said_of,
    with_department,
    with_new_department,
    without_department,
)
from kb.documents.settings_files.names import TAKEN
from kb.documents.source.lines import NotAmendable
from kb.documents.text import values
from kb.documents.text.plain_text import slug, tidy
from kb.feedback.sql.inbox import Inbox
from kb.people.person import Person
from kb.people.sql.directory import Directory
from kb.publishing.edits import NotSaved, author_of
from kb.publishing.outcomes import refusing
from kb.publishing.refreshing.publisher import Publisher
from kb.reviews.sql.review_list import ReviewList
from kb.storage.git.repository import Note

# What an administrator writes, by key of departments.yml, and how it is read.
READ: dict[str, Callable[[str], object]] = {
    "name": values.text,
    "lead": values.address,
    "channel": values.text,
    "answer_within": values.within,
    "review_every": values.days,
    "hours": timetables.hours,
    "holidays": lambda text: timetables.holidays(text.split(",")),
    "time_zone": timetables.zone,
    "changes": reviewed,
    "notify": chat_url,
}
EXAMPLES = {
    "answer_within": '"8 hours" or "2 days"',
    "review_every": '"6 months" or "90 days"',
    "hours": '"Mon-Fri 9:00-17:00; Sat 10:00-14:00"',
    "holidays": "days with commas between, such as 2026-12-25, 2027-01-01",
    "time_zone": '"Europe/Amsterdam"',
    "changes": '"direct" or "reviewed"',
    "notify": '"slack://TokenA/TokenB/TokenC"',
}
LONGEST = 2_000  # characters of one value
LONGEST_ID = 80


class DepartmentRefused(Exception):
    """What is written cannot be. `faults` has a sentence for each key."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = dict(faults)


class Belongings(Struct, frozen=True):
    """What stands in the way of removing a department."""

    procedures: int
    waiting: int  # open in its inbox
    members: tuple[Person, ...]

    @property
    def any(self) -> bool:
        """Is there anything?"""
        return bool(self.procedures or self.waiting or self.members)


class DepartmentsKept:
    """The verbs. Each raises NotSaved when the file cannot be written: then all is as it was."""

    def __init__(
        self, publisher: Publisher, directory: Directory, inbox: Inbox, reviews: ReviewList
    ) -> None:
        self._publisher = publisher
        self._directory = directory
        self._inbox = inbox
        self._reviews = reviews

    @refusing
    def change(
        self,
        department_id: str,
        before: Mapping[str, str],
        wanted: Mapping[str, str],
        by: Person,
        now: datetime,
    ) -> tuple[str, ...]:
        """What differs from `before`, as it was shown, is written; returns those keys.

        Raises Refused for what cannot be read, and where somebody else wrote the same key
        meanwhile; LookupError when the department is gone.
        """
        changes = {
            name: tidy(text)
            for name, text in wanted.items()
            if name in READ and tidy(text) != tidy(before.get(name, ""))
        }
        self._ensure_usable(changes)
        if not changes:
            return ()

        def changed(raw: bytes) -> bytes:
            said = said_of(raw, department_id)
            _ensure_same(changes, before, said)
            return with_department(raw, department_id, changes)

        words = ", ".join(name.replace("_", " ") for name in changes)
        self.write(changed, f"Department {department_id}: {words}", by, now)
        return tuple(changes)

    @refusing
    def add(self, department_id: str, said: Mapping[str, str], by: Person, now: datetime) -> str:
        """A new one at the end; returns its id, made from the name where none is given."""
        written = {name: tidy(said.get(name, "")) for name in READ}
        id = slug(tidy(department_id) or written["name"])
        if not written["name"]:
            raise DepartmentRefused({"name": "Write a name."})
        if not id or len(id) > LONGEST_ID or id in TAKEN:
            raise DepartmentRefused({"id": "Write another id, of letters, digits and “-”."})
        self._ensure_usable(written)
        try:
            note = f"New department: {written['name']}"
            self.write(lambda raw: with_new_department(raw, id, written), note, by, now)
        except AlreadyThere as error:
            raise DepartmentRefused({"id": str(error)}) from error
        return id

    def belongings(self, department_id: str, now: datetime) -> Belongings:
        """What it owns."""
        return Belongings(
            self._reviews.counts_of([department_id]).get(department_id, 0),
            self._inbox.lists.counts({department_id}, now).open,
            self._directory.members([department_id]),
        )

    @refusing
    def remove(self, department_id: str, by: Person, now: datetime) -> None:
        """Out of the file, when it owns nothing. Raises Refused, LookupError."""
        if self.belongings(department_id, now).any:
            raise DepartmentRefused({"id": "It still owns something; hand that over first."})
        note = f"Department removed: {department_id}"
        self.write(lambda raw: without_department(raw, department_id), note, by, now)

    def write(self, change: Callable[[bytes], bytes], note: str, by: Person, now: datetime) -> None:
        """departments.yml as `change` makes it, in one commit."""
        try:
            author = author_of(by)
            self._publisher.change_departments(change, Note(note, author, now))
        except NotAmendable as error:
            where = f"departments.yml, line {error.line}"
            raise NotSaved(f"Not saved: {where}: {error.problem}; {error.remedy}.") from error
        except NotThere as error:
            raise LookupError("That department no longer exists.") from error
        except OSError as error:
            why = error.strerror or str(error)
            raise NotSaved(f"Not saved, and nothing has changed: {why}.") from error

    def _ensure_usable(self, changes: Mapping[str, str]) -> None:
        faults = {}
        for name, text in changes.items():
            try:
                READ[name](text)
            except ValueError as error:
                faults[name] = f"{str(error).capitalize()}: write {EXAMPLES.get(name, 'one line')}."
            if len(text) > LONGEST:
                faults[name] = f"At most {LONGEST:,} characters, please."
        if changes.get("name") == "":
            faults["name"] = "Write a name."
        if lead := changes.get("lead"):
            person = self._directory.by_email(lead)
            if person is None or person.disabled:
                faults["lead"] = f"{lead} is nobody who may enter; add them under People first."
        if faults:
            raise DepartmentRefused(faults)


def _ensure_same(
    changes: Mapping[str, str], before: Mapping[str, str], said: Mapping[str, str]
) -> None:
    """Raises Refused where another hand wrote one of these keys since they were shown."""
    others = {
        name: said.get(name, "")
        for name, text in changes.items()
        if tidy(said.get(name, "")) not in (tidy(before.get(name, "")), text)
    }
    if others:
        raise DepartmentRefused(
            {
                name: f"Somebody changed this to “{text}” meanwhile; save again to overwrite that."
                if text
                else "Somebody took this out meanwhile; save again to write it all the same."
                for name, text in others.items()
            }
        )
