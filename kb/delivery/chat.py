"""Messages to chat services by Apprise URLs, and which URLs may be used at all.

A URL is typed by a person and used by the server, so it may lead only to services whose host
Apprise itself knows, or to hosts that an administrator named; never to files or programs.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from kb.delivery.errors import Refused, Unusable

if TYPE_CHECKING:
    import apprise

# Their address on the network is fixed in Apprise: nothing in the URL leads anywhere else.
PUBLIC = {
    "discord": "Discord",
    "gchat": "Google Chat",
    "pover": "Pushover",
    "slack": "Slack",
    "tgram": "Telegram",
    "wxteams": "Webex",
}
# Services that stand on a host of one's own; only hosts that KB_CHAT_HOSTS names.
ON_HOSTS = {
    **dict.fromkeys(("mmost", "mmosts"), "Mattermost"),
    **dict.fromkeys(("rocket", "rockets"), "Rocket.Chat"),
    **dict.fromkeys(("matrix", "matrixs"), "Matrix"),
    **dict.fromkeys(("ntfy", "ntfys"), "ntfy"),
    **dict.fromkeys(("json", "jsons"), "a web hook"),
    **dict.fromkeys(("workflow", "workflows"), "Microsoft Teams"),
}
LONGEST_URL = 1_000
_LINK = re.compile(r"(https?://[^\s<>]+)")
_MARKED = re.compile(r"([\\`*_\[\]<>#~|])")
# No "?": options of a URL can name files (templates), other hosts and timeouts.
_URL = re.compile(r"([a-z]+)://[A-Za-z0-9:/@._~%+#!=-]+")
_TIMEOUT = 20  # seconds that the whole message may take


class UnusableUrl(Unusable):
    """A URL that is not used. Its text is a sentence that says why and what to do."""


class NotDelivered(Refused):
    """The service did not take it. Its text says what is known."""


class Chat(Struct, frozen=True):
    """Sends to the services above. `hosts` may be used besides: "chat.example.com", "10.0.0.7:80".

    Raises UnusableUrl for a URL that may not be used.
    """

    hosts: frozenset[str] = frozenset()
    name: str = "Procedures"

    def check(self, url: str) -> str:
        """The URL as it is kept. Raises UnusableUrl."""
        return self._service(url)[0]

    def service(self, url: str) -> str:
        """What it leads to, to be shown: never the URL itself, which is a secret."""
        scheme = url.partition(":")[0]
        return PUBLIC.get(scheme) or ON_HOSTS.get(scheme) or "a chat service"

    def send(self, url: str, title: str, text: str) -> None:
        """One message. Raises NotDelivered, UnusableUrl."""
        import apprise

        _, service = self._service(url)
        sender = apprise.Apprise(asset=self._asset())
        sender.add(service)
        form = apprise.NotifyFormat.TEXT
        if service.resolve_format(form) == apprise.NotifyFormat.MARKDOWN:
            # Apprise would put backslashes into links, too, and they would lead nowhere.
            form = apprise.NotifyFormat.MARKDOWN
            title, text = _escaped(title), _escaped(text)
        said: list[str] = []
        sent = sender.notify(
            body=text,
            title=title,
            body_format=form,
            timeout=_TIMEOUT,
            log_callback=lambda entry, _service: said.append(entry.message),
            log_level=logging.WARNING,
        )
        if not sent:
            why = " ".join(" ".join(said).split())[:300]
            raise NotDelivered(why or f"{self.service(url)} did not take it")

    def _service(self, url: str) -> tuple[str, apprise.NotifyBase]:
        # Loading its services takes a second, which only who uses one should wait for.
        import apprise

        url = url.strip()
        shaped = _URL.fullmatch(url)
        if shaped is None or len(url) > LONGEST_URL:
            raise UnusableUrl(
                "That is no address that can be used; write it like slack://TokenA/TokenB/TokenC, "
                "without spaces and without “?”."
            )
        scheme = shaped[1]
        if scheme not in PUBLIC and scheme not in ON_HOSTS:
            known = ", ".join([*PUBLIC, *ON_HOSTS])
            raise UnusableUrl(f"“{scheme}://” is not one of {known}.")
        service = apprise.Apprise.instantiate(url, asset=self._asset())
        if service is None:
            raise UnusableUrl(f"{self.service(url)} does not know such an address; copy it anew.")
        # As Apprise reads it, not as we do: what it connects to is what is asked about.
        if scheme in ON_HOSTS and not self._named(service):
            raise UnusableUrl(
                "An administrator has to name its host in KB_CHAT_HOSTS before it can be used."
            )
        return url, service

    def _named(self, service: apprise.NotifyBase) -> bool:
        host, port = str(service.host or "").casefold(), service.port
        usual = port in (None, 80, 443) and host in self.hosts
        return usual or f"{host}:{port}" in self.hosts

    def _asset(self) -> apprise.AppriseAsset:
        import apprise

        return apprise.AppriseAsset(
            app_id=self.name,
            http_redirects=False,
            allow_templates=False,
            pem_autogen=False,
            pgp_autogen=False,
            storage_mode="memory",
            plugin_paths=[],
            secure_logging=True,
            async_mode=False,
        )


def _escaped(text: str) -> str:
    """The text as Markdown that shows it as it is; addresses are links anyway."""
    pieces = _LINK.split(text)
    pieces[::2] = [_MARKED.sub(r"\\\1", piece) for piece in pieces[::2]]
    return "".join(pieces)


def hosts_named(setting: str) -> frozenset[str]:
    """Of "chat.example.com, 10.0.0.7:8065" the hosts."""
    return frozenset(one.strip().casefold() for one in setting.split(",") if one.strip())
