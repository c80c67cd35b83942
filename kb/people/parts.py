"""Who may enter, as one part of the whole."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from kb.database import Engine
from kb.people.endings import Endings
from kb.people.passwords import Passwords
from kb.people.sql.audit_log import AuditLog
from kb.people.sql.directory import Directory
from kb.people.sql.favourites import Favourites
from kb.people.sql.receivers import Receivers
from kb.people.sql.sessions import Sessions
from kb.people.sql.tokens import Tokens


class People(Struct, frozen=True):
    """Everybody, whom a notice can reach, the keys of their programs, what they keep at hand."""

    directory: Directory
    receivers: Receivers
    sessions: Sessions
    tokens: Tokens
    favourites: Favourites
    endings: Endings
    audit: AuditLog


def build(engine: Engine, company: str, var: Path) -> People:
    """The people of that database. `company` is what the site is called; `var` its folder."""
    endings = Endings(var / "sessions-ended")
    return People(
        Directory(engine, Passwords(company), endings),
        Receivers(engine),
        Sessions(engine),
        Tokens(engine),
        Favourites(engine),
        endings,
        AuditLog(engine),
    )
