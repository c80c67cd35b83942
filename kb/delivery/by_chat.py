"""Notices by chat: to a person's own, and to the one of a department."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from kb.delivery.channel import Parcel, Recipient
from kb.delivery.chat import Chat
from kb.delivery.errors import NotWanted
from kb.delivery.letters import Receiver, Site, chat_words
from kb.delivery.messages import Message, NoticeWay
from kb.delivery.own_choice import Recipients, own_way
from kb.notices.kinds import Choice
from kb.notices.sql.received import Told
from kb.people.person import Person
from kb.procedures.model import Department, Departments
from kb.procedures.visibility import Reader


class Poster(Struct, frozen=True):
    """Posts to the address of a chat, whoever's it is."""

    chat: Chat
    site: Site

    def send(self, parcel: Parcel, now: datetime, handing_over: Callable[[], None]) -> None:
        """A message. Raises Refused, Unusable."""
        url = parcel.to.address
        self.chat.check(url)
        title, text = chat_words(self.site, parcel.items, digest=parcel.digest)
        # A chat does not say from when on it may have taken something: from the start.
        handing_over()
        self.chat.send(url, title, text)

    def close(self) -> None:
        """There is nothing open."""


class ByChat(Poster, frozen=True):
    """To the chat that a person gave the address of."""

    people: Recipients
    name: str = "chat"

    def way(self, told: Told, choice: Choice, department: Department | None) -> NoticeWay | None:
        """At once or once a day, as the person chose."""
        return own_way(self.name, told, choice.pace(told.kind)) if choice.chat_url else None

    def recipient(self, message: Message) -> Recipient:
        """The person, while they have a chat. Raises NotWanted."""
        return self.people.recipient(self, message, lambda choice: bool(choice.chat_url))

    def to(self, person: Person, choice: Choice) -> Receiver | None:
        """The address that they gave."""
        return Receiver(person.name, choice.chat_url) if choice.chat_url else None

    def another(self) -> ByChat:
        """It keeps nothing open, so any thread may use it."""
        return self


class ToDepartment(Poster, frozen=True):
    """To a department's own chat, which is its members': it hears what they all may read."""

    departments: Callable[[], Departments]
    name: str = "department"

    def way(self, told: Told, choice: Choice, department: Department | None) -> NoticeWay | None:
        """At once, and once for each thing, however many people are told of it."""
        if department is None or department.notify is None:
            return None
        once = f"{self.name}:{department.id}:{told.key}"
        return NoticeWay(told.id, told.person_id, self.name, once, department=department.id)

    def recipient(self, message: Message) -> Recipient:
        """The department, while it has a chat. Raises NotWanted."""
        department = self.departments().get(message.department or "")
        if department.notify is None:
            raise NotWanted("the department no longer has a channel")
        to = Receiver(department.name, department.notify)
        return Recipient(to, Reader(frozenset({department.id})))
