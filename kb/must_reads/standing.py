"""A standing must-read: asked of whoever it concerns, now and whenever somebody joins. Pure."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

MOST_ANSWERS = 4


class Scope(StrEnum):
    """What a standing must-read is about, and how its `value` is meant."""

    PROCEDURE = "procedure"  # an id
    KEYWORD = "keyword"  # a keyword, in any case
    FOLDER = "folder"  # a folder below content/, with all below it
    DEPARTMENT = "department"  # everything of its department; no value


class Question(Struct, frozen=True):
    """One question that shows that something was read. `right` is the place of its right answer,
    from 0; `why` is told with it.
    """

    text: str
    answers: tuple[str, ...]
    right: int
    why: str = ""


class StandingWanted(Struct, frozen=True):
    """What is asked: that this audience reads all that lies in that scope, within so many days of
    being asked. `department` is whose procedures are meant; "" are all.
    """

    scope: Scope
    value: str
    department: str
    audience: tuple[str, ...]
    days: int
    note: str
    check_question: Question | None = None


class StandingMustRead(Struct, frozen=True):
    """One, with its numbers: people times procedures that were asked and are confirmed."""

    id: int
    wanted: StandingWanted
    asker: str
    made_by: int
    made_at: datetime
    ended_at: datetime | None
    asked: int = 0
    confirmed: int = 0
    late: int = 0


class InScope(Struct, frozen=True):
    """A published procedure that a standing must-read is about, as it is now."""

    id: str
    title: str
    version: str
    department: str


class ReadingProgress(Struct, frozen=True):
    """How far one person is with a standing must-read. `tries` are answers to its question."""

    person_id: int
    name: str
    email: str
    asked: int
    confirmed: int
    late: int
    tries: int


class StillToRead(Struct, frozen=True):
    """So many procedures that one person has to read by that day."""

    person_id: int
    read_by: date
    procedures: int
    asked_before: bool  # on an earlier day
