"""A person is disabled: who leads the departments they leave procedures in is told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from kb import page_addresses
from kb.notices.kinds import Kind
from kb.notices.sql.queue import Notice
from kb.people.person import Person
from kb.people.sql.directory import Directory
from kb.procedures.counting import counted
from kb.procedures.model import Departments
from kb.reviews.sql.review_list import Held, ReviewList


class Left(Struct, frozen=True):
    """Who left, and what they leave behind, by department."""

    person: Person
    held: tuple[Held, ...]

    @property
    def procedures(self) -> int:
        """How many published ones, as owner or deputy."""
        return sum(one.owned + one.deputised for one in self.held)


class Departures:
    """Disabling people."""

    def __init__(
        self, directory: Directory, reviews: ReviewList, departments: Callable[[], Departments]
    ) -> None:
        self._directory = directory
        self._reviews = reviews
        self._departments = departments

    def disable(self, person: Person, now: datetime) -> Left:
        """Out at once; each department that they leave something in has somebody told.

        Raises LastAdministrator.
        """
        held = self._reviews.held_by(person.email)
        news = [notice for one in held for notice in self._news(person, one, now)]
        return Left(self._directory.disable(person.id, now, news), held)

    def _news(self, gone: Person, held: Held, now: datetime) -> Iterator[Notice]:
        name = self._departments().get(held.department).name
        asked = {"which": "any", "owner": gone.email, "department": held.department}
        for person in self._who(held.department, gone):
            knows = held.department in person.leading(self._departments()).departments
            many = held.owned + held.deputised + (held.kept_back if knows else 0)
            if not many:
                continue
            yield Notice(
                person.id,
                Kind.REVIEW_DUE,
                f"left:{gone.id}:{held.department}:{now:%Y-%m-%dT%H:%M}",
                f"{gone.name} has left {counted(many, 'procedure')} of {name}",
                "Hand them over to somebody else; it is one step for all of them.",
                page_addresses.reviews(**asked),
            )

    def _who(self, department: str, gone: Person) -> Iterable[Person]:
        """The lead; else its reviewers, else its members, else the administrators."""
        lead = self._departments().get(department).lead
        leads = self._directory.by_email(lead) if lead else None
        if leads is not None and not leads.disabled and leads.id != gone.id:
            return [leads]
        members = [one for one in self._directory.members([department]) if one.id != gone.id]
        reviewers = [one for one in members if department in one.reviewer_of]
        administrators = [one for one in self._directory.administrators() if one.id != gone.id]
        return reviewers or members or administrators
