"""`python -m bench.month`: a month of the sample company's searches, over real HTTP, seeded.

The site runs in this process, so that its clock can be set to the simulated moment before each
request, through the same switch as in the tests: no installed site has one.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from msgspec.structs import replace
from werkzeug.serving import WSGIRequestHandler, make_server

from kb.app import build, create_app
from kb.parts import Parts
from kb.people import demo
from kb.people.passwords import Passwords
from kb.people.sql.directory import Directory
from kb.people.sql.rows import Newcomer
from kb.settings import load

ROOT = Path(__file__).resolve().parent.parent
FIRST = date(2026, 10, 26)
_REPS = 10

# What reps of the sample company type: found well, found badly, not there at all.
_COMMON = """where is my order|parcel never came|late shipment|return label|refund not arrived|wrong
item received|forgot password|account locked|change delivery address|charged twice|gift card not
accepted|cancel order|exchange size|damaged on arrival|invoice copy|missed delivery|promo code does
not work|boot size|tent leaks|watch does not sync|supervisor|lost in transit""".replace("\n", " ")
_MISSING = """ship to norway|norway shipping cost|shipping to norway|drone delivery|hearing loop in
store|pay with bitcoin|bitcoin payment|crypto payment accepted|rent a tent|tent rental|giraffe
costume|loyalty card for dogs""".replace("\n", " ")
COMMON, MISSING = _COMMON.split("|"), _MISSING.split("|")
_TRAILED = re.compile(r'href="(/procedures/[^"?]+\?from=[0-9a-f]+&amp;rank=([0-9]+))"')


@dataclass(frozen=True, slots=True)
class Did:
    """What one rep did at one moment, as the simulation knows it: kept to be counted by hand."""

    at: datetime
    who: str
    what: str  # search | open | ask | vote
    words: str = ""
    target: str = ""


class Quiet(WSGIRequestHandler):
    """Without a line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Browser:
    """A person's session: cookies kept, forms filled in with what stands in them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: SimpleCookie = SimpleCookie()

    def get(self, address: str) -> str:
        """The page at that address, redirects followed."""
        return self._send("GET", address)

    def post(self, address: str, page: str, **fields: str) -> str:
        """Send a form with the token of the page it stands in."""
        token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)
        assert token, f"no form for {address}"
        return self._send("POST", address, urlencode({"csrf_token": token[1], **fields}))

    def _send(self, method: str, address: str, body: str | None = None) -> str:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Cookie": "; ".join(f"{k}={v.value}" for k, v in self._cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            headers |= {"Referer": f"http://127.0.0.1:{self._port}/"}
        connection.request(method, address, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie", []):
            self._cookies.load(value)
        connection.close()
        if answer.status in (301, 302, 303):
            return self.get(answer.headers["Location"])
        assert answer.status == 200, f"{method} {address}: {answer.status}\n{text[:500]}"
        return text


@dataclass(frozen=True, slots=True)
class Month:
    """A site with a clock to turn, its people signed in, and all that they did."""

    app: Flask
    parts: Parts
    port: int
    browsers: dict[str, Browser]
    did: list[Did]

    def live(self, days: int, a_day: int, seed: int) -> None:
        """Let every rep search about `a_day` times on each of `days` days, weekends less."""
        rng = random.Random(seed)
        for nth in range(days):
            today = FIRST + timedelta(days=nth)
            busy = a_day if today.weekday() < 5 else max(1, a_day // 4)
            shifts = []
            if today.weekday() == 0:  # no session lasts longer than a week
                self._at(datetime.combine(today, time(7), UTC))
                self.browsers.update({who: signed_in(self.port, who) for who in self.browsers})
            for who in self.browsers:
                times = sorted(rng.uniform(8 * 3600, 20 * 3600) for _ in range(busy))
                shifts += [(seconds, who) for seconds in times]
            for seconds, who in sorted(shifts):
                began = datetime.combine(today, time(), UTC) + timedelta(seconds=int(seconds))
                self._call(who, began, rng)
            self.parts.insight.log.flush()

    def _call(self, who: str, began: datetime, rng: random.Random) -> None:
        """One customer: search, perhaps again in other words, open something or give up."""
        moment = began
        for _ in range(rng.choice([1, 1, 1, 2])):
            words = rng.choice(MISSING) if rng.random() < 0.2 else rng.choice(COMMON)
            page = self._search(who, moment, words)
            found = _TRAILED.findall(page)
            moment += timedelta(seconds=rng.randint(3, 20))
            if found and rng.random() < 0.65:
                self._open(who, moment, words, unescape(_chosen(found, rng)), rng)
            elif rng.random() < 0.15:
                self._at(moment)
                fields = {"q": words, "department": "shipping", "comment": ""}
                self.browsers[who].post("/requests", page, **fields)
                self.did.append(Did(moment, who, "ask", words))
            moment += timedelta(seconds=rng.choice([8, 15, 45, 120]))

    def _search(self, who: str, moment: datetime, words: str) -> str:
        self._at(moment)
        page = self.browsers[who].get(f"/search?{urlencode({'q': words})}")
        self.did.append(Did(moment, who, "search", words))
        return page

    def _open(
        self, who: str, moment: datetime, words: str, address: str, rng: random.Random
    ) -> None:
        self._at(moment)
        page = self.browsers[who].get(address)
        self.did.append(Did(moment, who, "open", words, address))
        if rng.random() < 0.1:
            after = moment + timedelta(seconds=5)
            self._at(after)
            helpful = rng.choice(["yes", "no"])
            version = re.search(r'name="version"\s+value="([^"]+)"', page)
            assert version
            path = address.partition("?")[0]
            self.browsers[who].post(f"{path}/votes", page, helpful=helpful, version=version[1])
            self.did.append(Did(after, who, f"vote {helpful}", words, address))

    def _at(self, moment: datetime) -> None:
        self.app.config["KB_NOW"] = moment


def _chosen(found: list[tuple[str, str]], rng: random.Random) -> str:
    """A hit's address: most take the first."""
    near = found[:6]
    (chosen,) = rng.choices(near, [1 / nth**1.5 for nth in range(1, len(near) + 1)])
    return chosen[0]


@contextmanager
def month(home: Path, reps: int = _REPS) -> Iterator[Month]:
    """The sample company at `home`, served on a free port until the block ends."""
    shutil.copytree(ROOT / "content", home / "content", dirs_exist_ok=True)
    parts = build(load({"KB_DEMO": "1"}, home))
    directory = Directory(parts.engine, Passwords(fast=True), parts.people.endings)
    parts = replace(parts, people=replace(parts.people, directory=directory))
    parts.publishing.publisher.refresh(FIRST)
    start = datetime.combine(FIRST, time(7), UTC)
    demo.ensure(parts.people.directory, start)
    names = [f"rep{nth:02}@northwind.example" for nth in range(reps)]
    newcomers = [Newcomer(name, name.partition("@")[0].title()) for name in names]
    parts.people.directory.admit(newcomers, demo.PASSWORD, start)
    app = create_app(parts)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        app.config["KB_NOW"] = start
        browsers = {name: signed_in(server.port, name) for name in names}
        yield Month(app, parts, server.port, browsers, [])
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        parts.insight.log.close()
        parts.let_go()


def signed_in(port: int, email: str) -> Browser:
    """A session of that person."""
    browser = Browser(port)
    form = browser.get("/sign-in")
    browser.post("/sign-in", form, email=email, password=demo.PASSWORD)
    return browser


def main() -> None:
    """Simulate four weeks and say where the home is, to be looked at with `kb serve --demo`."""
    home = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="kb-month-"))
    home.mkdir(parents=True, exist_ok=True)
    with month(home) as simulated:
        simulated.live(days=28, a_day=6, seed=4)
        print(f"{len(simulated.did):,} acts of {len(simulated.browsers)} reps in {home}")
        print(f"KB_HOME={home} kb serve --demo, sign in as dana.reyes@northwind.example")


if __name__ == "__main__":
    main()
