"""One thing that is not as it should be, and one check that finds such things."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Generic, TypeVar

from msgspec import Struct

Looked = TypeVar("Looked")


class Weight(IntEnum):
    """What a concern costs."""

    NOTE = 1  # nothing today
    WARNS = 2  # something, while the site goes on
    UNREADY = 3  # so much that people had better be sent to another server, where there is one
    STOPS = 4  # no page can be made


class Concern(Struct, frozen=True):
    """`part` names what is concerned, for anybody; `told` is a sentence for administrators.

    `remedy` is what to do about it; "" where it mends itself.
    """

    part: str
    told: str
    weight: Weight = Weight.WARNS
    remedy: str = ""

    @property
    def stops(self) -> bool:
        """Can no page be made?"""
        return self.weight >= Weight.STOPS

    @property
    def keeps_from_serving(self) -> bool:
        """Is this server of no use at the moment?"""
        return self.weight >= Weight.UNREADY


class Pace(IntEnum):
    """How often a check may be made, by what it costs."""

    PAGE = 1  # on each page of an administrator: no statement
    PROBE = 2  # each few seconds: a statement or two, and bounded in time
    LOOK = 3  # when somebody opens the status page: some files
    EXAMINATION = 4  # when somebody asks for all: every byte


class Check(Struct, Generic[Looked], frozen=True):
    """`look` finds the concerns of one kind; `mend` does away with what it safely can, and says so.

    `mend` must bear to find nothing to do, and to run while the site does.
    """

    name: str
    pace: Pace
    look: Callable[[Looked], Iterable[Concern]]
    mend: Callable[[Looked], Iterable[str]] | None = None
