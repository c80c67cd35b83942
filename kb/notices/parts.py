"""What people are told, as one part of the whole."""

from __future__ import annotations

from dataclasses import dataclass

from kb.database import Engine
from kb.notices.sql.received import Telling
from kb.notices.sql.reminders import Reminders


@dataclass(frozen=True, slots=True)
class Notices:
    """What everybody has received, and which reminders have been sent."""

    received: Telling
    reminders: Reminders


def build(engine: Engine) -> Notices:
    """The notices of that database."""
    return Notices(Telling(engine), Reminders(engine))
