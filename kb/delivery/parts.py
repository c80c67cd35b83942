"""Delivery by the ways that the settings name, as one part of the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.delivery.chat import Chat, hosts_named
from kb.delivery.courier import Courier, Ways
from kb.delivery.dispatch import Sorting
from kb.delivery.letters import Site
from kb.delivery.mail import MailServer, Post
from kb.delivery.sql.deliveries import Deliveries
from kb.delivery.sql.failures import Overview
from kb.delivery.sql.preferences import Choices
from kb.delivery.unsubscribe_links import Leaving
from kb.notices.kinds import Channel
from kb.people.sql.receivers import Receivers
from kb.procedures.model import Departments
from kb.secret_file import DamagedKey, key_in
from kb.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Delivery:
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
    channels = {Channel.MAIL} if ways.post else set()
    channels |= {Channel.CHAT, Channel.DEPARTMENT} if ways.chat else set()
    deliveries, choices = Deliveries(engine), Choices(engine)
    sorting = Sorting(
        deliveries=deliveries,
        choices=choices,
        receivers=receivers,
        catalogue=catalogue,
        departments=departments,
        channels=frozenset(channels),
        hour=settings.digest_hour,
        host=ways.site.host,
    )
    courier = Courier(
        ways=ways,
        deliveries=deliveries,
        choices=choices,
        receivers=receivers,
        catalogue=catalogue,
        departments=departments,
        sorting=sorting,
        lock=settings.var / "delivery.lock",
    )
    return Delivery(choices, deliveries, Overview(engine), courier)


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
        leaving = Leaving(key_in(settings.var / "secret_key"))
    except DamagedKey as damaged:
        raise SettingsError(
            f"{damaged} is damaged; delete it, and everybody signs in again."
        ) from damaged
    site = Site(settings.name, settings.url, settings.smtp_from)
    return Ways(site, leaving, post, chat, settings.demo)
