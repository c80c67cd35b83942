"""Notices as letters: one, or a day's summary, in plain text. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from msgspec import Struct

from kb.delivery.errors import Unusable
from kb.discreet import Discreet
from kb.notices.kinds import KINDS, manner
from kb.notices.sql.received import Told
from kb.page_addresses import MY_NOTICES, NOTICES

_WIDE = 72
_LONGEST_SUBJECT = 150
_LONGEST_IN_SUMMARY = 600  # characters of each notice's text; the page has it all
_MOST_IN_SUMMARY = 60  # notices; beyond, their number is told
_GONE = "Something you were told about is no longer open to you."


class UnusableAddress(Unusable):
    """No letter can be addressed like that."""


class Site(Struct, frozen=True):
    """Who writes: the site's name, its address ("" where none is set), and the sender."""

    name: str
    url: str = ""
    sender: str = ""

    def address(self, path: str) -> str:
        """The whole address of a path on this site; "" where the site does not know its own."""
        return f"{self.url.rstrip('/')}{path}" if self.url else ""

    @property
    def host(self) -> str:
        """What stands behind the @ of message ids."""
        return urlsplit(self.url).hostname or self.sender.rpartition("@")[2] or "localhost"


class Receiver(Discreet, frozen=True):
    """To whom: name, address, and of mail the path where they say that they want no more.

    The address is an e-mail address or that of a chat, which is a secret.
    """

    hidden = frozenset({"address"})

    name: str
    address: str
    stop: str = ""


class LetterItem(Struct, frozen=True):
    """A notice as the receiver may see it now. `doubtful`: they may have had it before."""

    told: Told
    doubtful: bool = False


def hidden(told: Told) -> Told:
    """What is left of a notice about a procedure that its receiver may not read any more."""
    return Told(
        id=told.id,
        person_id=told.person_id,
        kind=told.kind,
        title=_GONE,
        text="",
        link="",
        procedure_id=None,
        created_at=told.created_at,
        read_at=told.read_at,
        department=told.department,
    )


def letter(
    site: Site,
    to: Receiver,
    items: Sequence[LetterItem],
    message_id: str,
    now: datetime,
    *,
    digest: bool,
) -> EmailMessage:
    """The whole letter. Raises UnusableAddress."""
    if digest:
        subject, body = _summary_subject(items), _summary(site, items)
    else:
        subject, body = _one_line(items[0].told.title), _single(site, items[0])
    text = "\n\n".join([f"Hello {_one_line(to.name)},", body, _foot(site, to, digest=digest)])
    written = EmailMessage()
    written["Subject"] = subject
    _address(written, site, to)
    written["Date"] = format_datetime(now)
    written["Message-ID"] = message_id
    written["Auto-Submitted"] = "auto-generated"
    written["X-Auto-Response-Suppress"] = "All"  # what Exchange and Outlook obey
    written["List-Unsubscribe"] = f"<{site.address(to.stop)}>"
    written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    written.set_content(text + "\n", cte="quoted-printable")
    return written


def chat_words(site: Site, items: Sequence[LetterItem], *, digest: bool) -> tuple[str, str]:
    """The same as a title and a text for a chat."""
    if digest:
        return _summary_subject(items), _summary(site, items)
    told = items[0].told  # a message without a text is taken by no service
    return _one_line(told.title), _below(told, site) or told.title


def _address(written: EmailMessage, site: Site, to: Receiver) -> None:
    try:
        written["From"] = Address(display_name=_one_line(site.name), addr_spec=site.sender)
        written["To"] = Address(display_name=_one_line(to.name), addr_spec=to.address)
    except (ValueError, MessageError, IndexError) as error:
        raise UnusableAddress(f"no letter can be addressed to {to.address}") from error


def _single(site: Site, item: LetterItem) -> str:
    return "\n\n".join(
        part for part in (_wrapped(item.told.title), _below(item.told, site)) if part
    )


def _below(told: Told, site: Site) -> str:
    return "\n\n".join(part for part in (told.text.strip(), _way(told, site)) if part)


def _summary_subject(items: Sequence[LetterItem]) -> str:
    if len(items) == 1:
        before = "In case it did not reach you: " if items[0].doubtful else ""
        return _one_line(f"{before}{items[0].told.title}")
    return f"{len(items)} things that are new for you"


def _summary(site: Site, items: Sequence[LetterItem]) -> str:
    parts = ["Here is what is new for you." if len(items) > 1 else "Something is new for you."]
    shown = items[:_MOST_IN_SUMMARY]
    groups: dict[str, list[LetterItem]] = {one.heading: [] for one in KINDS.values()}
    for one in shown:
        groups.setdefault(manner(one.told.kind).heading, []).append(one)
    for heading, told in groups.items():
        parts += _group(heading, told, site)
    if len(items) > len(shown):
        more, where = len(items) - len(shown), site.address(NOTICES)
        parts.append(f"And {more} more: {where}".rstrip(": "))
    return "\n\n".join(parts)


def _group(heading: str, items: Sequence[LetterItem], site: Site) -> list[str]:
    if not items:
        return []
    return [f"{heading}\n{'-' * len(heading)}", *(_entry(one, site) for one in items)]


def _entry(item: LetterItem, site: Site) -> str:
    told = item.told
    lines = [_wrapped(told.title, "* ")]
    if item.doubtful:
        lines.append("  (We could not make sure that this reached you before.)")
    if told.text.strip():
        short = textwrap.shorten(told.text, _LONGEST_IN_SUMMARY, placeholder=" …")
        lines.append(_wrapped(short, "  "))
    if way := _way(told, site):
        lines.append(f"  {way}")
    return "\n".join(lines)


def _way(told: Told, site: Site) -> str:
    return site.address(told.link) if told.link else ""


def _foot(site: Site, to: Receiver, *, digest: bool) -> str:
    why = "once a day at most" if digest else "as soon as it happens"
    return (
        f"-- \n{_one_line(site.name)}\n\n"
        f"You get this {why}. It is all listed under {site.address(NOTICES)}\n"
        f"Choose how you are told: {site.address(MY_NOTICES)}\n"
        f"No more mail from here: {site.address(to.stop)}"
    )


def _wrapped(text: str, first: str = "") -> str:
    return textwrap.fill(
        _one_line(text, 2_000),
        _WIDE,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _one_line(text: str, longest: int = _LONGEST_SUBJECT) -> str:
    """Without line ends and control characters, which a header must not have."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
