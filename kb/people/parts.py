"""Who may enter, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.database import Engine
from kb.people.sql.directory import Directory
from kb.people.sql.receivers import Receivers
from kb.people.sql.sessions import Sessions
from kb.people.sql.tokens import Tokens


class People(Struct, frozen=True):
    """Everybody, whom a notice can reach, and the keys of their programs."""

    directory: Directory
    receivers: Receivers
    sessions: Sessions
    tokens: Tokens


def build(engine: Engine) -> People:
    """The people of that database."""
    return People(Directory(engine), Receivers(engine), Sessions(engine), Tokens(engine))
