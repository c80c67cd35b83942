"""What is written down of who did what. Pure.

Each entry carries the hash of the one before and of itself, so that a change, a gap and an entry
put in between show. What names people is hashed by itself, with a salt: it can be taken out for
good without breaking the chain.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

BEGINNING = ""  # the hash before the first entry
_LONGEST = 300  # characters of one detail


class AuditKind(StrEnum):
    """What was done, as it is shown."""

    SIGNED_IN = "signed in"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGNED_OUT = "signed out"
    SESSIONS_ENDED = "sessions ended"
    PASSWORD_SET = "password set"
    PERSON_ADDED = "person added"
    ROLES_SET = "roles set"
    PERSON_DISABLED = "person disabled"
    PERSON_ENABLED = "person enabled"
    TOKEN_MADE = "token made"
    TOKEN_REVOKED = "token revoked"
    SETTINGS_CHANGED = "settings changed"
    EXPORTED = "taken out"
    ERASED = "erased"
    IMPORTED = "brought in"
    READ_CONFIRMED = "reading confirmed"


class Actor(Struct, frozen=True):
    """Who does it. `person_id` is None for somebody at the server or unknown; `address` is where
    they are, "" at the server.
    """

    person_id: int | None
    name: str
    address: str = ""


class AuditEntry(Struct, frozen=True):
    """Something that was done. `about_id` is the person whom it is about."""

    at: datetime
    kind: AuditKind
    actor: Actor
    about: str = ""
    about_id: int | None = None
    details: Mapping[str, str] = {}


class Chained(Struct, frozen=True):
    """An entry as it is kept. `told` is None once the people in it are erased."""

    id: int
    at: datetime
    kind: str
    person_id: int | None
    about_id: int | None
    told: str | None
    told_hash: str
    hash: str

    def seal(self, before: str) -> str:
        """What its hash has to be behind that one."""
        facts = [
            *(before, self.id, self.at.isoformat(), self.kind),
            *(self.person_id, self.about_id, self.told_hash),
        ]
        return _digest(json.dumps(facts))

    @property
    def words(self) -> AuditWords:
        """Who, about what, from where, and the details; blank where they are erased."""
        return told_of(self.told)


class AuditWords(Struct, frozen=True):
    """What an entry says beside its kind and time."""

    who: str = ""
    about: str = ""
    address: str = ""
    details: Mapping[str, str] = {}


class Break(Struct, frozen=True):
    """Where the chain does not hold: the entry, and what is the matter with it, as a sentence."""

    entry_id: int
    why: str


def chained(entry: AuditEntry, id: int, before: str) -> Chained:
    """That entry with its place in the chain."""
    details = {name: value[:_LONGEST] for name, value in entry.details.items()}
    told = json.dumps(
        {
            "who": entry.actor.name,
            "about": entry.about,
            "from": entry.actor.address,
            "details": details,
            "salt": secrets.token_hex(16),
        },
        ensure_ascii=False,
    )
    facts = (id, entry.at, entry.kind.value, entry.actor.person_id, entry.about_id)
    made = Chained(*facts, told=told, told_hash=_digest(told), hash="")
    return Chained(*facts, told=told, told_hash=made.told_hash, hash=made.seal(before))


def told_of(raw: str | None) -> AuditWords:
    """What stands in that JSON."""
    if raw is None:
        return AuditWords()
    try:
        said = json.loads(raw)
        return AuditWords(said["who"], said["about"], said["from"], said["details"])
    except (ValueError, KeyError, TypeError):
        return AuditWords(who="cannot be read")


def breaks(
    entries: Iterable[Chained], first: tuple[int, str], last: tuple[int, str]
) -> Iterable[Break]:
    """Where a chain does not hold that begins behind `first` and ends with `last`: (id, hash)."""
    number, before = first
    for one in entries:
        if one.id != number + 1:
            gone = f"{number + 1}" if one.id == number + 2 else f"{number + 1} to {one.id - 1}"
            yield Break(one.id, f"What stood before it was removed: {gone}.")
        elif one.seal(before) != one.hash:
            yield Break(one.id, "It was changed, or put in between.")
        if one.told is not None and _digest(one.told) != one.told_hash:
            yield Break(one.id, "What it says was changed.")
        number, before = one.id, one.hash
    if (number, before) != last:
        yield Break(number, f"What stood behind it was removed: it ended with {last[0]}.")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
