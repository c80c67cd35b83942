"""Notices by mail, to each person's own address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kb.delivery.channel import Parcel, Recipient
from kb.delivery.letters import Receiver, Site, letter
from kb.delivery.mail import Post
from kb.delivery.messages import Message, NoticeWay
from kb.delivery.own_choice import Recipients, own_way
from kb.delivery.unsubscribe_links import Leaving
from kb.notices.kinds import Choice
from kb.notices.sql.received import Told
from kb.people.person import Person
from kb.procedures.model import Department


class ByMail(Struct, frozen=True):
    """Letters, by one connection that is made when it is needed."""

    post: Post
    site: Site
    leaving: Leaving
    people: Recipients
    name: str = "mail"

    def way(self, told: Told, choice: Choice, department: Department | None) -> NoticeWay | None:
        """At once or once a day, as the person chose."""
        return own_way(self.name, told, choice.pace(told.kind)) if choice.mail else None

    def recipient(self, message: Message) -> Recipient:
        """The person, while they want mail. Raises NotWanted."""
        return self.people.recipient(self, message, lambda choice: choice.mail)

    def to(self, person: Person, choice: Choice) -> Receiver:
        """Their address: everybody has one."""
        return Receiver(person.name, person.email, self.leaving.path(person.id))

    def send(self, parcel: Parcel, now: datetime, handing_over: Callable[[], None]) -> None:
        """A letter. Raises Away, Refused, Unusable, Unclear."""
        id, digest = parcel.message_id, parcel.digest
        written = letter(self.site, parcel.to, parcel.items, id, now, digest=digest)
        self.post.send(written, parcel.to.address, handing_over)

    def another(self) -> ByMail:
        """By a connection of its own."""
        return replace(self, post=Post(self.post.server))

    def close(self) -> None:
        """Take leave of the server."""
        self.post.close()
