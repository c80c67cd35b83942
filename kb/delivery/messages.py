"""What goes out: by which way, together with what, and where it stands. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from kb.notices.sql.received import Told

LONGEST_PAUSE = timedelta(days=1)  # between two attempts


class DeliveryState(StrEnum):
    """Where a delivery stands. The last four are ends."""

    QUEUED = "queued"
    SENDING = "sending"
    HANDING_OVER = "handing over"
    SENT = "sent"
    GAVE_UP = "gave up"
    DROPPED = "dropped"
    UNCLEAR = "unclear"


class NoticeWay(Struct, frozen=True):
    """How it reaches me a notice is to go out: the name of a channel (kb/delivery/channel.py).

    `department` is whose channel it is, if it is one's; `digest`: once a day.
    """

    notice_id: int
    person_id: int
    channel: str
    once: str
    digest: bool = False
    department: str | None = None
    doubtful: bool = False
    message_id: str | None = None


class MessageLine(Struct, frozen=True):
    """One notice in a message. `doubtful`: it may have been told before."""

    delivery_id: int
    told: Told
    doubtful: bool


class Message(Struct, frozen=True):
    """What goes out together. `attempts` counts those that failed."""

    message_id: str
    channel: str
    person_id: int
    department: str | None
    digest: bool
    attempts: int
    lines: tuple[MessageLine, ...]
