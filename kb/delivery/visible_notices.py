"""Notices as their receivers may see them, and one to try a way with."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from kb import page_addresses
from kb.catalogue.sql.catalogue import Catalogue
from kb.delivery.letters import Site, hidden
from kb.notices.kinds import Kind
from kb.notices.sql.received import Told
from kb.people.person import Person
from kb.procedures.model import Procedure
from kb.procedures.visibility import Reader


def for_reader(told: list[Told], reader: Reader, catalogue: Catalogue) -> list[Told]:
    """The notices as this reader may see them now; in the same order."""
    cards = catalogue.by_ids({one.procedure_id for one in told if one.procedure_id})
    known: Mapping[str, Procedure] = {id: card.procedure for id, card in cards.items()}

    def open_to_them(one: Told) -> bool:
        if one.procedure_id is None:
            return True
        procedure = known.get(one.procedure_id)
        return procedure is not None and reader.may_read(procedure)

    return [one if open_to_them(one) else hidden(one) for one in told]


def trial(site: Site, person: Person, now: datetime) -> tuple[Told, str]:
    """A notice to try a way with, and its message id."""
    told = Told(
        id=0,
        person_id=person.id,
        kind=Kind.PUBLISHED,
        title=f"A test message from {site.name}",
        text="You asked for it on the page of your notices. Nothing else has happened.",
        link=page_addresses.MY_NOTICES,
        procedure_id=None,
        created_at=now,
    )
    return told, f"<test-{person.id}-{secrets.token_hex(8)}@{site.host}>"
