"""What ways have in common that people choose for themselves: whether, how soon, and who."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from kb.delivery.channel import Personal, Recipient
from kb.delivery.errors import NotWanted
from kb.delivery.messages import Message, NoticeWay
from kb.delivery.sql.preferences import Choices
from kb.notices.kinds import Choice, Pace
from kb.notices.sql.received import Told
from kb.people.sql.receivers import Receivers
from kb.procedures.model import Departments


def own_way(channel: str, told: Told, pace: Pace) -> NoticeWay | None:
    """At once or in the day's summary; None for what a person wants on the page only."""
    if pace is Pace.PAGE:
        return None
    once = f"{channel}:{told.id}"
    return NoticeWay(told.id, told.person_id, channel, once, digest=pace is Pace.DAILY)


class Recipients(Struct, frozen=True):
    """Those who are told, and what they chose. `demo`: pretended people may sign in, too."""

    receivers: Receivers
    choices: Choices
    departments: Callable[[], Departments]
    demo: bool = False

    def recipient(
        self, channel: Personal, message: Message, wanted: Callable[[Choice], bool]
    ) -> Recipient:
        """Who gets a message by that channel, if they still want any by it. Raises NotWanted."""
        person = self.receivers.by_ids([message.person_id]).get(message.person_id)
        if person is None or not person.may_enter(demo_allowed=self.demo):
            raise NotWanted("this person may not sign in")
        choice = self.choices.of(person.id)
        to = channel.to(person, choice) if wanted(choice) else None
        if to is None:
            raise NotWanted("the person chose otherwise meanwhile")
        return Recipient(to, person.leading(self.departments()).reader(), choice)
