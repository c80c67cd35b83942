"""A real mail server on loopback that takes, refuses, hangs or drops; a site that mails to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec.structs import replace

from kb.app import build
from kb.database import writing
from kb.notices.sql.queue import Notice, enqueue
from kb.parts import Parts
from tests.conftest import NOW, with_fast_passwords
from tests.databases import load

# The personas of tests/conftest.py by their numbers.
RITA, EDDY, RENA, OTTO, ADA = 1, 2, 3, 4, 5


@dataclass
class Office:
    """What the server does (`mood`), and what it has taken. Moods may end after `times` letters."""

    mood: str = "takes"
    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    tried: int = 0
    on_taken: Callable[[], None] | None = None  # called with each, before it is answered

    async def handle_MAIL(self, server: SMTP, _session, envelope: Envelope, address, options):
        self.tried += 1
        if self.mood == "hangs":
            await asyncio.sleep(5)
        if self.mood == "refuses us":
            return "550 5.7.1 We do not know you"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, _session, envelope: Envelope, address, _options):
        if self.mood == "drops at RCPT":
            server.transport.abort()
        if self.mood == "is busy":
            return "421 4.3.2 Come back later"
        if self.mood == f"refuses {address}":
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.mood == "refuses the text":
            return "554 5.6.0 Not like this"
        if self.mood == "hangs at the end":
            await asyncio.sleep(5)
        if self.mood != "drops before it took it":
            content = envelope.content
            assert isinstance(content, bytes)
            parsed = message_from_bytes(content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.taken.append(parsed)
            if self.on_taken is not None:
                self.on_taken()
        if self.mood in ("drops before it took it", "drops after it took it"):
            server.transport.abort()
        return "250 OK"

    @property
    def ids(self) -> list[str]:
        """The message ids of all that it took."""
        return [str(one["Message-ID"]) for one in self.taken]


@contextmanager
def open_office(mood: str = "takes", **more: Any) -> Iterator[Office]:
    """The server, until the end of the block; `more` is what its aiosmtpd is told."""
    office = Office(mood, free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **more)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def mailing(home: Path, port: int, patience: float = 2.0, **more: str) -> Parts:
    """A site over that home that mails to that port. `patience` in seconds."""
    built = with_fast_passwords(build(load(environment(port, **more), home)))
    post = built.delivery.courier.ways.post
    assert post is not None
    post.server = replace(post.server, timeout=patience)
    return built


def environment(port: int, **more: str) -> dict[str, str]:
    return {
        "KB_URL": "https://kb.example",
        "KB_SMTP_HOST": "127.0.0.1",
        "KB_SMTP_PORT": str(port),
        "KB_SMTP_FROM": "kb@kb.example",
        "KB_SMTP_TLS": "none",
        **more,
    }


def tell(parts: Parts, person_id: int, kind: str = "answer", key: str = "1", **more) -> None:
    """Queue a notice, as any capability does."""
    fields = {
        "title": "Shipping has answered your question",
        "text": "Ask for form 7.\nThen send it.",
        "link": "/questions",
        **more,
    }
    with writing(parts.engine, "feedback") as connection:
        enqueue(connection, [Notice(person_id, kind, key, **fields)], NOW)


def words(letter: EmailMessage) -> str:
    """Its text."""
    return str(letter.get_content()).replace("\r\n", "\n")


def deliver(parts: Parts, at: datetime = NOW) -> int:
    return parts.delivery.courier.deliver(lambda: at)


def states(parts: Parts) -> list[str]:
    """Where all deliveries stand, the oldest first."""
    with parts.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT state FROM deliveries ORDER BY id")
        return list(rows.scalars())
