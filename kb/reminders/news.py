"""What changed and is worth telling: whoever may find it hears of it once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from kb import page_addresses
from kb.catalogue.sql.catalogue import Catalogue
from kb.must_reads.sql.must_reads import MustReads
from kb.notices.kinds import Kind
from kb.notices.sql.queue import Notice
from kb.notices.sql.reminders import ReminderMark, Reminders
from kb.people.person import folded_email
from kb.people.sql.receivers import Receivers
from kb.procedures.visibility import Reader
from kb.versions.sql.versions import Then, Version, Versions

_OLD = timedelta(days=2)  # what is older is on the home page, and is no news
_TOLD = "told"


class News(Struct, frozen=True):
    """Tells. `tell` may be done as often as one likes, and may be killed anywhere."""

    versions: Versions
    catalogue: Catalogue
    must_reads: MustReads
    reminders: Reminders
    receivers: Receivers

    def tell(self, now: datetime) -> None:
        """All that is worth telling and was told to nobody yet."""
        found, _ = self.versions.told_since(now - _OLD, Reader())
        told = {ReminderMark(_key(one.version), _TOLD): one for one in found}

        def notices(fresh: set[ReminderMark]) -> Iterator[Notice]:
            for mark in sorted(fresh):
                yield from self._notices(told[mark])

        self.reminders.once(list(told), notices, now)

    def _notices(self, then: Then) -> Iterator[Notice]:
        """For all but its author, and whoever is asked to confirm it anyway."""
        version, card = then.version, self.catalogue.get(then.procedure_id or "")
        if card is None:
            return
        it, author = card.procedure, folded_email(version.author_email)
        asked = self.must_reads.asked_about(it.id, version.version)
        for person in self.receivers.everybody():
            if person.email != author and person.id not in asked and person.reader().may_find(it):
                yield Notice(
                    person_id=person.id,
                    kind=Kind.CHANGED,
                    key=_key(version),
                    title=f"“{it.title}” has changed",
                    text=version.note,
                    link=page_addresses.change(it.id, version.short),
                    procedure_id=it.id,
                )


def _key(version: Version) -> str:
    return f"changed:{version.line}:{version.short}"
