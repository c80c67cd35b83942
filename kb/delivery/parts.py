"""Delivery by the ways that the settings name, as one part of the whole."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.delivery.by_chat import ByChat, ToDepartment
from kb.delivery.by_mail import ByMail
from kb.delivery.channel import Channel, Personal
from kb.delivery.chat import Chat, hosts_named
from kb.delivery.courier import Courier, Ways
from kb.delivery.dispatch import Sorting
from kb.delivery.letters import Site
from kb.delivery.mail import MailServer, Post
from kb.delivery.own_choice import Recipients
from kb.delivery.sql.deliveries import Deliveries
from kb.delivery.sql.failures import Overview
from kb.delivery.sql.preferences import Choices
from kb.delivery.unsubscribe_links import Leaving
from kb.people.sql.receivers import Receivers
from kb.procedures.model import Departments
from kb.secret_file import DamagedKey, key_in
from kb.settings import Settings, SettingsError


class Delivery(Struct, frozen=True):
    """How everybody wants to be told, what is on its way, what failed, and who takes it out."""

    choices: Choices
    deliveries: Deliveries
    failures: Overview
    courier: Courier


def build(
    settings: Settings,
    engine: Engine,
    catalogue: Catalogue,
    receivers: Receivers,
    departments: Callable[[], Departments],
) -> Delivery:
    """Delivery by the ways that are set up: mail with a server, chat with an address to link to."""
    ways = _ways(settings)
    deliveries, choices = Deliveries(engine), Choices(engine)
    people = Recipients(receivers, choices, departments, settings.demo)
    personal = _personal(ways, people)
    channels: list[Channel] = list(personal)
    if ways.chat:
        channels.append(ToDepartment(ways.chat, ways.site, departments))
    sorting = Sorting(
        deliveries=deliveries,
        choices=choices,
        receivers=receivers,
        catalogue=catalogue,
        departments=departments,
        channels=channels,
        hour=settings.digest_hour,
        host=ways.site.host,
    )
    courier = Courier(
        ways=ways,
        channels=channels,
        personal={one.name: one for one in personal},
        deliveries=deliveries,
        catalogue=catalogue,
        sorting=sorting,
        lock=settings.var / "delivery.lock",
    )
    return Delivery(choices, deliveries, Overview(engine), courier)


def _personal(ways: Ways, people: Recipients) -> list[Personal]:
    """Those that are set up, of the ways that people choose; a new one is named here."""
    found: list[Personal] = []
    if ways.post:
        found.append(ByMail(ways.post, ways.site, ways.leaving, people))
    if ways.chat:
        found.append(ByChat(ways.chat, ways.site, people))
    return found


def _ways(settings: Settings) -> Ways:
    post = None
    if settings.smtp_host:
        post = Post(
            MailServer(
                host=settings.smtp_host,
                port=settings.smtp_port,
                sender=settings.smtp_from,
                user=settings.smtp_user,
                password=settings.smtp_password,
                tls=settings.smtp_tls,
            )
        )
    chat = None
    if settings.chat and settings.url:
        chat = Chat(hosts_named(settings.chat_hosts), settings.name)
    try:
        leaving = Leaving(key_in(settings.var / "secret_key", "everybody signs in again"))
    except DamagedKey as damaged:
        raise SettingsError(str(damaged)) from damaged
    site = Site(settings.name, settings.url, settings.smtp_from)
    return Ways(site, leaving, post, chat)
