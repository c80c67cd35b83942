"""Which notices go out by which way: by each person's choice and what is set up."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.sql.catalogue import Catalogue
from kb.delivery.channel import Channel
from kb.delivery.messages import NoticeWay
from kb.delivery.sql.deliveries import Deliveries
from kb.delivery.sql.preferences import USUAL, Choices
from kb.notices.kinds import Choice, manner
from kb.notices.sql.received import Told
from kb.people.sql.receivers import Receivers
from kb.people.time_zones import zone_of
from kb.procedures.model import Department, Departments

_BATCH = 200


class Sorting(Struct, frozen=True):
    """Decides for each notice, once. `channels` are those that are set up at all.

    `hour`: from when on, in a person's time zone, their summary of the day goes out. `host` is
    what stands behind the @ of message ids.
    """

    deliveries: Deliveries
    choices: Choices
    receivers: Receivers
    catalogue: Catalogue
    departments: Callable[[], Departments]
    channels: Sequence[Channel]
    hour: int
    host: str

    def sort_new(self, now: datetime) -> None:
        """Write down for every new notice how it goes out."""
        while told := self.deliveries.unsorted(_BATCH):
            chosen = self.choices.of_all({one.person_id for one in told})
            departments, owners = self.departments(), self._owners(told)
            ways = [
                way
                for one in told
                for way in self._ways(
                    one,
                    chosen.get(one.person_id, USUAL),
                    _hearing_too(one, owners, departments),
                )
            ]
            self.deliveries.sort(told, ways, now)

    def open_digests(self, now: datetime) -> None:
        """One summary a day for each person and way, once it is time where they are.

        One that could not be sent on its day becomes part of the next.
        """
        unsent, waiting = self.deliveries.unsent_digests(), self.deliveries.awaiting_digest()
        if not (unsent or waiting):
            return
        people = {person_id for person_id, *_ in unsent} | {person_id for person_id, _ in waiting}
        zones = self._zones(people)
        for person_id, channel, day, message_id in unsent:
            if day < now.astimezone(zones[person_id]).date():
                self.deliveries.put_off(message_id)
                waiting.append((person_id, channel))
        self._open(sorted(set(waiting)), zones, now)

    def _open(
        self, waiting: list[tuple[int, str]], zones: dict[int, ZoneInfo], now: datetime
    ) -> None:
        days: dict[date, list[tuple[int, str]]] = {}
        for person_id, channel in waiting:
            there = now.astimezone(zones[person_id])
            if there.hour >= self.hour:
                days.setdefault(there.date(), []).append((person_id, channel))
        for day, due in days.items():
            had = self.deliveries.had_digest(day, {person_id for person_id, _ in due})
            for person_id, channel in due:
                if (person_id, channel) not in had:
                    id = self._message_id(f"digest-{person_id}-{channel}-{day}")
                    self.deliveries.open_digest(person_id, channel, day, id, now)

    def _zones(self, people: set[int]) -> dict[int, ZoneInfo]:
        """Everybody's time zone: their department's, else that of most departments."""
        departments, known = self.departments(), self.receivers.by_ids(people)
        return {id: zone_of(known.get(id), departments) for id in people}

    def _ways(
        self, told: Told, choice: Choice, department: Department | None
    ) -> Iterator[NoticeWay]:
        for channel in self.channels:
            way = channel.way(told, choice, department)
            if way is not None:
                id = None if way.digest else self._message_id(f"notice-{told.id}")
                yield replace(way, message_id=id)

    def _owners(self, told: Sequence[Told]) -> dict[str, str]:
        """The departments of the procedures that these are about."""
        asked = {
            one.procedure_id
            for one in told
            if one.procedure_id and not one.department and manner(one.kind).to_departments
        }
        cards = self.catalogue.by_ids(asked)
        return {id: card.procedure.department for id, card in cards.items()}

    def _message_id(self, what: str) -> str:
        return f"<{what.replace(' ', '-')}-{secrets.token_hex(8)}@{self.host}>"


def _hearing_too(told: Told, owners: dict[str, str], departments: Departments) -> Department | None:
    """The department whose own channel hears of it besides."""
    if not manner(told.kind).to_departments:
        return None
    id = told.department or owners.get(told.procedure_id or "")
    return departments.get(id) if id is not None else None
