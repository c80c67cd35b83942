"""Looking whether an address outside still answers: politely, and never into one's own network.

A link is written by whoever writes a procedure, and is asked for from within the company: without
care it would reach what only servers there reach. So the addresses of a name are looked at before
anything is sent, every one of them must be public, and what is connected to is the address that
was looked at, not the name a second time. A redirect begins anew.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Collection
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from msgspec import Struct

AGENT = "kb-link-check/1.0 (procedures knowledge base; looks whether links still work)"
LONGEST_URL = 2_000
_REDIRECTS = 5
_READ = 1_000  # bytes of a body
_WAIT = 10.0  # seconds for a connection, and for each answer of it
_AT_MOST = 25.0  # seconds for all of one request, however slowly it drips
_MOVED = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_NEEDS_SIGN_IN = frozenset({401, 403, 407})
_BUSY = frozenset({429, 503})
_LONGEST_BREAK = 24 * 3600.0


class LinkState(StrEnum):
    """What came of looking. Refused: it leads where nothing is sent."""

    GOOD = "good"
    DEAD = "dead"
    UNSURE = "unsure"
    REFUSED = "refused"


class Finding(Struct, frozen=True):
    """What came of it, in words; `retry_after` are seconds for which the host wants peace."""

    state: LinkState
    why: str
    retry_after: float = 0.0


class Target(Struct, frozen=True):
    """Where to connect: `address` is one that was looked at."""

    parts: SplitResult
    host: str
    port: int
    address: str


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, as this machine looks them up. Raises OSError, UnicodeError."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Outside:
    """Asks one address at a time.

    `allowed` are (host, port) that are asked although they are not public: for tests, which have
    a server of their own. `resolve` gives the addresses of a host. No setting leads here.
    """

    def __init__(
        self,
        allowed: Collection[tuple[str, int]] = (),
        wait: float = _WAIT,
        most: float = _AT_MOST,
        resolve: Callable[[str, int], list[str]] = resolved,
    ) -> None:
        self._resolve = resolve
        self._allowed = frozenset(allowed)
        self._wait = wait
        self._most = most

    def look(self, url: str) -> Finding:
        """Does it answer? HEAD first, GET where that is refused; redirects are followed."""
        at = url
        for _ in range(_REDIRECTS + 1):
            target = self._target(at)
            if isinstance(target, Finding):
                return target
            status, headers = self._asked(target)
            if isinstance(headers, Finding):
                return headers
            if status not in _MOVED:
                return _judged(status, headers)
            at = urljoin(at, headers.get("location", ""))
            if not headers.get("location"):
                return Finding(LinkState.UNSURE, "it moved without saying where to")
        return Finding(LinkState.UNSURE, f"it leads on more than {_REDIRECTS} times")

    def _target(self, url: str) -> Target | Finding:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return Finding(LinkState.DEAD, "it is no usable address")
        if parts.scheme not in ("http", "https") or not host or len(url) > LONGEST_URL:
            return Finding(LinkState.DEAD, "it is no usable address")
        if parts.username is not None:
            return Finding(LinkState.REFUSED, "it has a name or password in it")
        port = port or (443 if parts.scheme == "https" else 80)
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            return _unknown(error)
        if (host, port) not in self._allowed and not all(map(is_public, addresses)):
            return Finding(LinkState.REFUSED, "it leads into a private network")
        return Target(parts, host, port, addresses[0])

    def _asked(self, target: Target) -> tuple[int, http.client.HTTPMessage | Finding]:
        try:
            status, headers = self._sent("HEAD", target)
            if status >= 400 and status not in _BUSY:
                status, headers = self._sent("GET", target)
        except ssl.SSLCertVerificationError:
            return 0, Finding(LinkState.UNSURE, "its certificate is not valid")
        except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
            why = "it does not answer in time" if isinstance(error, TimeoutError) else ""
            return 0, Finding(LinkState.UNSURE, why or "no connection to it")
        return status, headers

    def _sent(self, method: str, target: Target) -> tuple[int, http.client.HTTPMessage]:
        connection = _Checked(target, self._wait)
        watch = threading.Timer(self._most, connection.cut)
        watch.daemon = True
        watch.start()
        try:
            connection.request(method, _path(target.parts), headers=_headers(target))
            answer = connection.getresponse()
            if method == "GET":
                answer.read(_READ)
            return answer.status, answer.headers
        finally:
            watch.cancel()
            connection.close()


class _Checked(http.client.HTTPConnection):
    """A connection to the address that was looked at, whatever the name says by now."""

    def __init__(self, target: Target, wait: float) -> None:
        super().__init__(target.host, target.port, timeout=wait)
        self._target = target

    def connect(self) -> None:
        """To the checked address; with TLS, the certificate must be the name's."""
        plain = socket.create_connection((self._target.address, self.port), self.timeout)
        self.sock = plain
        if self._target.parts.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self._target.host)

    def cut(self) -> None:
        """End whatever is waited for."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def is_public(address: str) -> bool:
    """Is it an address that anybody on the internet could ask?"""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    within = _within(found)
    return _is_global(found) and (within is None or _is_global(within))


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _within(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address.packed[:12] == b"\x00\x64\xff\x9b" + bytes(8):  # NAT64
        return IPv4Address(address.packed[12:])
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/:@!$&'()*+,;=~-._%")
    return f"{path}?{quote(parts.query, safe='/:@!$&()*+,;=~-._%?')}" if parts.query else path


def _headers(target: Target) -> dict[str, str]:
    return {"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"}


def _judged(status: int, headers: http.client.HTTPMessage) -> Finding:
    if status < 300:
        return Finding(LinkState.GOOD, "it answers")
    if status in _GONE:
        return Finding(LinkState.DEAD, f"there is nothing there now ({status})")
    if status in _NEEDS_SIGN_IN:
        return Finding(LinkState.UNSURE, f"it asks to sign in ({status})")
    if status in _BUSY:
        return Finding(LinkState.UNSURE, f"it is busy ({status})", _retry_after(headers))
    if status >= 500:
        return Finding(LinkState.UNSURE, f"the server has trouble ({status})")
    return Finding(LinkState.DEAD, f"it is refused ({status})")


def _retry_after(headers: http.client.HTTPMessage) -> float:
    """Seconds that it asks to wait; a date, which is rare, counts as an hour."""
    asked = (headers.get("retry-after") or "").strip()
    if not asked:
        return 0.0
    return min(float(asked), _LONGEST_BREAK) if asked.isdecimal() else 3600.0


def _unknown(error: Exception) -> Finding:
    gone = isinstance(error, socket.gaierror) and error.errno in (
        socket.EAI_NONAME,
        getattr(socket, "EAI_NODATA", socket.EAI_NONAME),
    )
    if gone or isinstance(error, UnicodeError):
        return Finding(LinkState.DEAD, "there is no such host")
    return Finding(LinkState.UNSURE, "its name cannot be looked up now")
