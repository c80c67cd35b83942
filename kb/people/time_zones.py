"""In which time zone a person lives, as far as departments.yml tells. Pure."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from kb.people.person import Person
from kb.procedures.calendar import UTC
from kb.procedures.model import Departments


def zone_of(person: Person | None, departments: Departments) -> ZoneInfo:
    """That of their first department; of people of none, and of nobody, that of most."""
    own = [id for id in sorted(person.departments) if id in departments] if person else []
    return departments.get(own[0]).calendar.zone if own else _common(departments)


def _common(departments: Departments) -> ZoneInfo:
    zones = Counter(one.calendar.zone for one in departments.by_id.values())
    return zones.most_common(1)[0][0] if zones else UTC
