"""Notices on their way: which go out by mail or chat, once, whatever dies meanwhile."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct, field

from kb import durable
from kb.catalogue.sql.catalogue import Catalogue
from kb.delivery.channel import Channel, Parcel, Personal
from kb.delivery.chat import Chat
from kb.delivery.dispatch import Sorting
from kb.delivery.errors import Away, NotWanted, Refused, Unclear, Unusable
from kb.delivery.letters import LetterItem, Site
from kb.delivery.mail import Post
from kb.delivery.messages import Message, MessageLine
from kb.delivery.sql.deliveries import Deliveries
from kb.delivery.unsubscribe_links import Leaving
from kb.delivery.visible_notices import for_reader
from kb.logs import log
from kb.notices.kinds import Choice, Pace
from kb.procedures.visibility import Reader
from kb.worker.scheduler import Duty

Clock = Callable[[], datetime]
# Minutes until the next attempt, after each that failed, LONGEST_PAUSE at most; after the last it
# is given up.
_PAUSES = (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60, 24 * 60, 24 * 60)
_SHORTEST_REST = timedelta(seconds=30)  # of what is away; doubled up to the longest
_LONGEST_REST = timedelta(minutes=15)
_KEPT = timedelta(days=90)


class Ways(Struct, frozen=True):
    """What messages are made of and sent by. None where it is not set up."""

    site: Site
    leaving: Leaving
    post: Post | None
    chat: Chat | None


class _Rest(Struct):
    """How long a channel is left in peace."""

    until: datetime | None = None
    long: timedelta = _SHORTEST_REST

    def begin(self, now: datetime) -> datetime:
        self.until = now + self.long
        self.long = min(self.long * 2, _LONGEST_REST)
        return self.until

    def over(self, now: datetime) -> bool:
        # Longer than any rest: the clock was set back meanwhile.
        return self.until is None or not now < self.until <= now + _LONGEST_REST

    def end(self) -> None:
        self.until, self.long = None, _SHORTEST_REST


class Courier(Struct):
    """Delivers what is in the table of notices. `wake` returns at once; a thread does the work."""

    ways: Ways
    channels: Sequence[Channel]
    personal: Mapping[str, Personal]  # those of them that people choose, by name
    deliveries: Deliveries
    catalogue: Catalogue
    sorting: Sorting
    lock: Path
    _rests: dict[str, _Rest] = field(default_factory=lambda: defaultdict(_Rest))
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
            for channel in self.channels:
                channel.close()
            self.deliveries.forget(clock() - _KEPT)
        return sent

    def _deliver_in_background(self) -> None:
        going = threading.main_thread().is_alive
        Duty("delivery").done(lambda: self.deliver(lambda: datetime.now(UTC), going))

    def _alone(self) -> AbstractContextManager[bool]:
        """One courier at a time: what another process left half done is then surely dead."""
        return durable.alone(self.lock, wait=0)

    def _next(self, now: datetime) -> Message | None:
        ready = [one.name for one in self.channels if self._rests[one.name].over(now)]
        return self.deliveries.claim(now, ready) if ready else None

    def _send(self, message: Message, clock: Clock) -> bool:
        now = clock()
        try:
            return self._by(self._channel(message), message, clock)
        except Away as reason:
            # All others would fare the same, and none of them is to blame.
            rested = self._rests[message.channel].begin(now)
            self.deliveries.again(message, rested, str(reason), counts=False)
            log().warning(f"{message.channel}_away", why=str(reason), until=str(rested))
        except Refused as reason:
            self._once_more(message, str(reason), now)
        except Unusable as reason:
            self.deliveries.give_up(message.message_id, str(reason), now)
        except Unclear as reason:
            self.deliveries.unclear(message.message_id, str(reason), now)
            log().warning(
                f"{message.channel}_unclear", message_id=message.message_id, why=str(reason)
            )
        return False

    def _channel(self, message: Message) -> Channel:
        return next(one for one in self.channels if one.name == message.channel)

    def _by(self, channel: Channel, message: Message, clock: Clock) -> bool:
        try:
            who = channel.recipient(message)
        except NotWanted as reason:
            self._drop(message.lines, str(reason), clock())
            return False
        lines = self._still_wanted(message.lines, who.choice, clock())
        if not lines:
            return False
        id = message.message_id
        parcel = Parcel(id, self._items(lines, who.reader), who.to, message.digest)
        channel.send(parcel, clock(), lambda: self.deliveries.handing_over(id))
        self.deliveries.sent(id, clock())
        self._rests[channel.name].end()
        return True

    def _once_more(self, message: Message, why: str, now: datetime) -> None:
        if message.attempts >= len(_PAUSES):
            self.deliveries.give_up(message.message_id, why, now)
        else:
            pause = timedelta(minutes=_PAUSES[message.attempts])
            self.deliveries.again(message, now + pause, why)

    def _still_wanted(
        self, lines: tuple[MessageLine, ...], choice: Choice | None, now: datetime
    ) -> list[MessageLine]:
        """Without what was read on the page meanwhile, and what they do not want any more."""
        if choice is None:
            return list(lines)
        unwanted = [line for line in lines if choice.pace(line.told.kind) is Pace.PAGE]
        known = [line for line in lines if line.told.read_at and line not in unwanted]
        self._drop(unwanted, "the person chose otherwise meanwhile", now)
        self._drop(known, "it was read on the page meanwhile", now)
        return [line for line in lines if line not in unwanted and line not in known]

    def _drop(
        self, lines: list[MessageLine] | tuple[MessageLine, ...], why: str, now: datetime
    ) -> None:
        if lines:
            self.deliveries.drop([line.delivery_id for line in lines], why, now)

    def _items(
        self, lines: list[MessageLine] | tuple[MessageLine, ...], reader: Reader
    ) -> list[LetterItem]:
        shown = for_reader([line.told for line in lines], reader, self.catalogue)
        return [LetterItem(told, line.doubtful) for told, line in zip(shown, lines, strict=True)]
