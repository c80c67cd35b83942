"""Who is told: people by number, by address, by what they are. Disabled ones are among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Engine, select, true

from kb.database import memberships, people, reading
from kb.people.person import Person, folded_email
from kb.people.sql import rows

_CHUNK = 500


class Receivers:
    """The people that notices are for; a statement for each 500 of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_ids(self, ids: Iterable[int]) -> dict[int, Person]:
        """Those of the numbers that there are."""
        wanted = sorted(set(ids))
        found: dict[int, Person] = {}
        for start in range(0, len(wanted), _CHUNK):
            some = wanted[start : start + _CHUNK]
            found |= {one.id: one for one in self._where(people.c.id.in_(some))}
        return found

    def by_emails(self, emails: Collection[str]) -> dict[str, Person]:
        """By folded address; addresses of nobody are left out."""
        wanted = sorted({folded_email(email) for email in emails if email.isprintable()})
        found: dict[str, Person] = {}
        for start in range(0, len(wanted), _CHUNK):
            some = wanted[start : start + _CHUNK]
            found |= {one.email: one for one in self._where(people.c.email.in_(some))}
        return found

    def administrators(self) -> list[Person]:
        """Those who are not disabled."""
        return [one for one in self._where(people.c.administrator) if not one.disabled]

    def everybody(self) -> list[Person]:
        """All who are not disabled, by name."""
        return [one for one in self._where(true()) if not one.disabled]

    def members(self, departments: Collection[str]) -> list[Person]:
        """Editors and reviewers of these departments who are not disabled, by name."""
        member = select(memberships.c.person_id).where(memberships.c.department.in_(departments))
        return [one for one in self._where(people.c.id.in_(member)) if not one.disabled]

    def _where(self, which: ColumnElement[bool]) -> list[Person]:
        with reading(self._engine) as connection:
            return rows.listed(connection, which)
