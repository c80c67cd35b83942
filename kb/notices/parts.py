"""What people are told, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.database import Engine
from kb.notices.sql.board import Board
from kb.notices.sql.received import Telling
from kb.notices.sql.reminders import Reminders


class Notices(Struct, frozen=True):
    """What everybody has received, which reminders have been sent, and what holds for a while."""

    received: Telling
    reminders: Reminders
    bulletins: Board


def build(engine: Engine) -> Notices:
    """The notices of that database."""
    return Notices(Telling(engine), Reminders(engine), Board(engine))
