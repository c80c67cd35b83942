"""People who vote and ask all at once on a real site, and say everything until it is taken."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from tests.conftest import PASSWORD

_PATIENCE = 120.0  # seconds for one thing to be taken


@dataclass(frozen=True)
class Said:
    """One thing to say: where, with which fields."""

    path: str
    fields: tuple[tuple[str, str], ...]


class _Stays(urllib.request.HTTPRedirectHandler):
    """A redirect is the acknowledgement; where it leads is not looked at."""

    def redirect_request(self, *_given: object) -> None:
        return None


@dataclass
class Client:
    """One signed-in person at a browser of their own."""

    site: str
    email: str
    said: list[Said] = field(default_factory=list)
    again: int = 0  # how often something had to be said again

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies, _Stays)
        self._token = self._token_of("/sign-in")
        self.say(Said("/sign-in", (("email", self.email), ("password", PASSWORD))))
        self._token = self._token_of("/requests")
        self.said.clear()

    def say(self, one: Said) -> None:
        """Until it is acknowledged; a worker may be killed meanwhile."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if self._taken(one):
                self.said.append(one)
                return
            self.again += 1
            time.sleep(0.05)
        raise TimeoutError(one)

    def _taken(self, one: Said) -> bool:
        body = urlencode([("csrf_token", self._token), *one.fields]).encode()
        try:
            self._opener.open(f"{self.site}{one.path}", body, timeout=30).close()
        except urllib.error.HTTPError as answer:
            with answer:
                if answer.code in (302, 303):
                    return True
                if answer.code < 500:
                    raise RuntimeError(f"{one}: {answer.code} {answer.read()!r}") from answer
        except (OSError, HTTPException):
            pass  # the one that was to answer is gone
        return False

    def _token_of(self, path: str) -> str:
        found = re.search(r'name="csrf_token"\s+value="([^"]+)"', self.page(path))
        assert found is not None
        return found[1]

    def page(self, path: str) -> str:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                with self._opener.open(f"{self.site}{path}", timeout=30) as answer:
                    return str(answer.read().decode())
            except (OSError, HTTPException):  # the one that was to answer is gone
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
