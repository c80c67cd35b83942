"""How the service was: five marks, the figures made of them, and who stays unknown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

from kb.feedback.errors import FeedbackError
from kb.feedback.intervals import wilson

LOWEST, HIGHEST = 1, 5
FRESH = timedelta(hours=24)  # so long a rating can be changed; after that it counts
AT_LEAST = 5  # people whose marks make a figure, and by whom it moves on
LOOKED_AT = timedelta(days=365)


class Parameter(StrEnum):
    """What about the service is rated."""

    TIMELINESS = "timeliness"
    INFORMATION = "information"
    PROFESSIONALISM = "professionalism"
    ATTITUDE = "attitude"
    DELIVERY = "delivery"

    @property
    def label(self) -> str:
        """As people read it."""
        return "Staff attitude" if self is Parameter.ATTITUDE else self.value.capitalize()

    @property
    def question(self) -> str:
        """What a mark answers."""
        return _QUESTIONS[self]


_QUESTIONS = {
    Parameter.TIMELINESS: "Did the answer come in time?",
    Parameter.INFORMATION: "Did it say what you needed to know?",
    Parameter.PROFESSIONALISM: "Did they know their trade?",
    Parameter.ATTITUDE: "Were they friendly and willing?",
    Parameter.DELIVERY: "Was what they promised done?",
}


class NotRatable(FeedbackError):
    """Nothing to rate yet, not this person's, or no more to be changed."""


class Rating(Struct, frozen=True):
    """One reporter's marks, 1 to 5, for one answer to one item; `round` counts its answers."""

    item_id: int
    round: int
    marks: Mapping[Parameter, int]
    thanks: str
    at: datetime

    @property
    def until(self) -> datetime:
        """When it counts, and cannot be changed any more."""
        return self.at + FRESH

    def changeable(self, now: datetime) -> bool:
        """Can it still be changed?"""
        return now < self.until


class Mark(Struct, frozen=True):
    """One mark as it is counted: by whom (only to tell people apart), and when."""

    person_id: int
    value: int
    at: datetime


class Figure(Struct, frozen=True):
    """The mean of some marks, and the interval in which it would lie with many more of them.

    `good` is how many of them are 4 or 5.
    """

    parameter: Parameter
    answers: int
    mean: float
    low: float
    high: float
    good: int


class Thanks(Struct, frozen=True):
    """What somebody wrote about an answer, to be read by everybody who may read what it is on."""

    item_id: int
    by: str
    text: str
    at: datetime
    department: str
    procedure_id: str | None = None
    procedure_title: str | None = None


class Service(Struct, frozen=True):
    """A department's figures; a parameter that too few have rated has none."""

    figures: Mapping[Parameter, Figure] = field(default_factory=dict)


def usable_marks(marks: Mapping[Parameter, int]) -> dict[Parameter, int]:
    """The marks themselves. Raises NotRatable for one that is not from 1 to 5."""
    if any(not LOWEST <= mark <= HIGHEST for mark in marks.values()):
        raise NotRatable(f"A mark is a number from {LOWEST} to {HIGHEST}.")
    return dict(marks)


def service(marks: Mapping[Parameter, Iterable[Mark]], now: datetime) -> Service:
    """The figures of the marks of the last year.

    Only marks that cannot be changed any more count, and they count in batches of at least
    AT_LEAST different people: between any two pictures of the figures lie so many people's
    marks, so nobody can subtract one from the other and learn what one person gave.
    """
    found = {}
    for parameter, given in marks.items():
        counted = [one.value for batch in _batches(given, now) for one in batch]
        if counted:
            found[parameter] = figure(parameter, counted)
    return Service(found)


def figure(parameter: Parameter, values: list[int]) -> Figure:
    """The figure of at least one mark.

    The interval is Wilson's (kb/feedback/intervals.py) for the mean mapped from 1..5 to
    0..1. Whatever lies between 0 and 1 varies at most as a yes or no with the same mean does
    (Bhatia and Davis 2000), so it is rather too wide than too narrow; unlike a t interval it
    stays within 1 to 5 and does not shrink to nothing where all marks are alike.
    """
    answers, mean = len(values), sum(values) / len(values)
    share = (mean - LOWEST) / (HIGHEST - LOWEST)
    low, high = wilson(share, answers)
    return Figure(
        parameter,
        answers,
        mean,
        LOWEST + (HIGHEST - LOWEST) * low,
        LOWEST + (HIGHEST - LOWEST) * high,
        sum(value >= 4 for value in values),
    )


def _batches(marks: Iterable[Mark], now: datetime) -> list[list[Mark]]:
    """The marks that count, in the order in which they came; old batches are left out whole."""
    settled = sorted((one for one in marks if now - one.at >= FRESH), key=lambda one: one.at)
    batches: list[list[Mark]] = []
    open_batch: list[Mark] = []
    for one in settled:
        open_batch.append(one)
        if len({each.person_id for each in open_batch}) >= AT_LEAST:
            batches.append(open_batch)
            open_batch = []
    return [batch for batch in batches if now - batch[-1].at < LOOKED_AT + FRESH]
