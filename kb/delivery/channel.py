"""What a way out of the site can do: the interface of all channels. Pure.

Mail, chat and a department's chat are such ways. A new one is a module like kb/delivery/by_chat.py
and a line in kb/delivery/parts.py; one that people choose for themselves also needs its choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from kb.delivery.letters import LetterItem, Receiver
from kb.delivery.messages import Message, NoticeWay
from kb.notices.kinds import Choice
from kb.notices.sql.received import Told
from kb.people.person import Person
from kb.procedures.model import Department
from kb.procedures.visibility import Reader


class Recipient(Struct, frozen=True):
    """Whom a message goes to: where, by what name, and what they may read.

    `choice` is None where nothing is to be chosen: then what was read meanwhile goes out, too.
    """

    to: Receiver
    reader: Reader
    choice: Choice | None = None


class Parcel(Struct, frozen=True):
    """What goes out together, as its recipient may see it now."""

    message_id: str
    items: Sequence[LetterItem]
    to: Receiver
    digest: bool = False


class Channel(Protocol):
    """One way by which notices go out."""

    @property
    def name(self) -> str:
        """As the deliveries have it."""

    def way(self, told: Told, choice: Choice, department: Department | None) -> NoticeWay | None:
        """How this notice goes out by it; None where it does not.

        `department` is the one that hears of it besides, None where none does.
        """

    def recipient(self, message: Message) -> Recipient:
        """Who gets it, as it is now. Raises NotWanted."""

    def send(self, parcel: Parcel, now: datetime, handing_over: Callable[[], None]) -> None:
        """Send it. Raises Away, Refused, Unusable, Unclear.

        `handing_over` is called before the other side can have taken it.
        """

    def close(self) -> None:
        """All is sent for now."""


class Personal(Channel, Protocol):
    """A way that people choose for themselves, and can try."""

    def to(self, person: Person, choice: Choice) -> Receiver | None:
        """Where it reaches them; None where they have given no address."""

    def another(self) -> Personal:
        """The same for another thread."""
