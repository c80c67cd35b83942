"""Notices on their way: which go out by mail or chat, once, whatever dies meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from kb import durable
from kb.catalogue.sql.catalogue import Catalogue
from kb.delivery.chat import Chat, NotDelivered, UnusableUrl
from kb.delivery.dispatch import Sorting
from kb.delivery.letters import Item, Receiver, Site, UnusableAddress, chat_words, letter
from kb.delivery.mail import Post, Refused, ServerAway, Unclear
from kb.delivery.messages import Line, Message
from kb.delivery.sql.deliveries import Deliveries
from kb.delivery.sql.preferences import Choices
from kb.delivery.unsubscribe_links import Leaving
from kb.delivery.visible_notices import for_reader
from kb.notices.kinds import Channel, Choice, Pace
from kb.people.person import Person
from kb.people.sql.receivers import Receivers
from kb.procedures.model import Departments
from kb.procedures.visibility import Reader

log = structlog.get_logger()

Clock = Callable[[], datetime]
# Minutes until the next attempt, after each that failed; after the last it is given up.
_PAUSES = (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60, 24 * 60, 24 * 60)
_SHORTEST_REST = timedelta(seconds=30)  # of a mail server that is away; doubled up to the longest
_LONGEST_REST = timedelta(minutes=15)
_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Ways:
    """What messages are made of and sent by. None where it is not set up."""

    site: Site
    leaving: Leaving
    post: Post | None
    chat: Chat | None
    demo: bool = False


@dataclass(slots=True)
class _Rest:
    """How long the mail server is left in peace."""

    until: datetime | None = None
    long: timedelta = _SHORTEST_REST

    def begin(self, now: datetime) -> datetime:
        self.until = now + self.long
        self.long = min(self.long * 2, _LONGEST_REST)
        return self.until

    def over(self, now: datetime) -> bool:
        return self.until is None or self.until <= now

    def end(self) -> None:
        self.until, self.long = None, _SHORTEST_REST


@dataclass(slots=True)
class Courier:
    """Delivers what is in the table of notices. `wake` returns at once; a thread does the work."""

    ways: Ways
    deliveries: Deliveries
    choices: Choices
    receivers: Receivers
    catalogue: Catalogue
    departments: Callable[[], Departments]
    sorting: Sorting
    lock: Path
    _rest: _Rest = field(default_factory=_Rest)
    _at_work: threading.Thread | None = None

    def wake(self, _now: datetime) -> None:
        """See to it that somebody is at work. A mail server that hangs holds nothing else up.

        An ordinary stop of the process waits for the message that is being sent.
        """
        if self._at_work is None or not self._at_work.is_alive():
            self._at_work = threading.Thread(target=self._deliver_in_background, name="courier")
            self._at_work.start()

    def deliver(self, clock: Clock, going: Callable[[], bool] = lambda: True) -> int:
        """Sort what is new, send all that is due; returns how many messages went out.

        Where another process is at it, nothing. Raises OSError while the database is away.
        """
        sent = 0
        with self._alone() as alone:
            if not alone:
                return sent
            self.deliveries.settle(clock())
            self.sorting.sort_new(clock())
            self.sorting.open_digests(clock())
            while going() and (message := self._next(clock())):
                sent += self._send(message, clock)
            if self.ways.post is not None:
                self.ways.post.close()
            self.deliveries.forget(clock() - _KEPT)
        return sent

    def _deliver_in_background(self) -> None:
        try:
            self.deliver(lambda: datetime.now(UTC), threading.main_thread().is_alive)
        except OSError as error:
            log.error("delivery_failed", why=str(error))

    def _alone(self) -> AbstractContextManager[bool]:
        """One courier at a time: what another process left half done is then surely dead."""
        return durable.alone(self.lock, wait=0)

    def _next(self, now: datetime) -> Message | None:
        channels = {Channel.CHAT, Channel.DEPARTMENT} if self.ways.chat is not None else set()
        if self.ways.post is not None and self._rest.over(now):
            channels.add(Channel.MAIL)
        return self.deliveries.claim(now, channels) if channels else None

    def _send(self, message: Message, clock: Clock) -> bool:
        now = clock()
        try:
            if message.channel is Channel.DEPARTMENT:
                return self._to_department(message, clock)
            return self._to_person(message, clock)
        except ServerAway as reason:
            # All other letters would fare the same, and none of them is to blame.
            rested = self._rest.begin(now)
            self.deliveries.again(message, rested, str(reason), counts=False)
            log.warning("mail_server_away", why=str(reason), until=str(rested))
        except (Refused, NotDelivered) as reason:
            self._once_more(message, str(reason), now)
        except (UnusableUrl, UnusableAddress) as reason:
            self.deliveries.give_up(message.message_id, str(reason), now)
        except Unclear as reason:
            self.deliveries.unclear(message.message_id, str(reason), now)
            log.warning("mail_unclear", message_id=message.message_id, why=str(reason))
        return False

    def _once_more(self, message: Message, why: str, now: datetime) -> None:
        if message.attempts >= len(_PAUSES):
            self.deliveries.give_up(message.message_id, why, now)
        else:
            pause = timedelta(minutes=_PAUSES[message.attempts])
            self.deliveries.again(message, now + pause, why)

    def _to_person(self, message: Message, clock: Clock) -> bool:
        person = self.receivers.by_ids([message.person_id]).get(message.person_id)
        if person is None or not person.may_enter(demo_allowed=self.ways.demo):
            self._drop(message.lines, "this person may not sign in", clock())
            return False
        choice = self.choices.of(person.id)
        lines = self._still_wanted(message, choice, clock())
        if not lines:
            return False
        items = self._items(lines, person.leading(self.departments()).reader())
        if message.channel is Channel.MAIL:
            self._mail(message, person, items, clock)
        else:
            self._chat(message, choice.chat_url or "", items, clock)
        return True

    def _to_department(self, message: Message, clock: Clock) -> bool:
        """The channel is its members', so it hears what they all may read."""
        url = self.departments().get(message.department or "").notify
        if url is None:
            self._drop(message.lines, "the department has no channel any more", clock())
            return False
        reader = Reader(frozenset({message.department or ""}))
        self._chat(message, url, self._items(message.lines, reader), clock)
        return True

    def _mail(self, message: Message, person: Person, items: list[Item], clock: Clock) -> None:
        post, ways = self.ways.post, self.ways
        assert post is not None
        to = Receiver(person.name, person.email, ways.leaving.path(person.id))
        id = message.message_id
        written = letter(ways.site, to, items, id, clock(), digest=message.digest)
        post.send(written, person.email, lambda: self.deliveries.handing_over(id))
        self.deliveries.sent(id, clock())
        self._rest.end()

    def _chat(self, message: Message, url: str, items: list[Item], clock: Clock) -> None:
        chat = self.ways.chat
        assert chat is not None
        chat.check(url)
        title, text = chat_words(self.ways.site, items, digest=message.digest)
        # A chat does not say from when on it may have taken something: from the start.
        self.deliveries.handing_over(message.message_id)
        chat.send(url, title, text)
        self.deliveries.sent(message.message_id, clock())

    def _still_wanted(self, message: Message, choice: Choice, now: datetime) -> list[Line]:
        """Without what was read on the page meanwhile, and what they do not want any more."""
        off = not choice.mail if message.channel is Channel.MAIL else not choice.chat_url
        unwanted = [
            line for line in message.lines if off or choice.pace(line.told.kind) is Pace.PAGE
        ]
        known = [line for line in message.lines if line.told.read_at and line not in unwanted]
        self._drop(unwanted, "the person chose otherwise meanwhile", now)
        self._drop(known, "it was read on the page meanwhile", now)
        return [line for line in message.lines if line not in unwanted and line not in known]

    def _drop(self, lines: list[Line] | tuple[Line, ...], why: str, now: datetime) -> None:
        if lines:
            self.deliveries.drop([line.delivery_id for line in lines], why, now)

    def _items(self, lines: list[Line] | tuple[Line, ...], reader: Reader) -> list[Item]:
        shown = for_reader([line.told for line in lines], reader, self.catalogue)
        return [Item(told, line.doubtful) for told, line in zip(shown, lines, strict=True)]
