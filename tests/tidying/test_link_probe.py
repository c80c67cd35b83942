"""Looking at links outside: politely, and never into one's own network."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from kb.tidying.link_probe import AGENT, Finding, LinkState, Outside, is_public


class Site(BaseHTTPRequestHandler):
    """Answers as its path says, and remembers what it was asked."""

    asked: ClassVar[list[tuple[str, str, str]]] = []

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        Site.asked.append((self.command, self.path, self.headers["User-Agent"]))
        path = self.path.partition("?")[0]
        if path == "/no-head" and self.command == "HEAD":
            self.send_response(405)
        elif path.startswith("/status/"):
            self.send_response(int(path.split("/")[2]))
            if "retry" in self.path:
                self.send_header("Retry-After", self.path.partition("retry=")[2])
        elif path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
        elif path == "/to":
            self.send_response(302)
            self.send_header("Location", self.path.partition("?")[2])
        elif path == "/drip":
            self._drip()
            return
        elif path == "/silent":
            time.sleep(20)
            return
        else:
            self.send_response(200)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"x" * 10_000)

    def _drip(self) -> None:
        try:
            for letter in b"HTTP/1.1 200 OK\r\n" * 20:
                self.wfile.write(bytes([letter]))
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def site() -> Iterator[int]:
    Site.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def port() -> Iterator[int]:
    with site() as found:
        yield found


def looked(port: int, path: str, wait: float = 2.0, most: float = 5.0) -> Finding:
    outside = Outside([("127.0.0.1", port)], wait, most)
    return outside.look(f"http://127.0.0.1:{port}{path}")


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/", LinkState.GOOD),
        ("/a page?q=1 2", LinkState.GOOD),
        ("/status/204", LinkState.GOOD),
        ("/status/404", LinkState.DEAD),
        ("/status/410", LinkState.DEAD),
        ("/status/400", LinkState.DEAD),
        ("/status/401", LinkState.UNSURE),
        ("/status/403", LinkState.UNSURE),
        ("/status/500", LinkState.UNSURE),
        ("/status/503", LinkState.UNSURE),
        ("/to?/", LinkState.GOOD),
        ("/to?/status/404", LinkState.DEAD),
        ("/loop", LinkState.UNSURE),
        ("/no-head", LinkState.GOOD),
    ],
)
def test_what_an_answer_means(port: int, path: str, state: LinkState) -> None:
    assert looked(port, path).state is state


def test_it_says_who_asks_and_asks_for_no_more_than_it_needs(port: int) -> None:
    looked(port, "/fine")
    assert Site.asked == [("HEAD", "/fine", AGENT)]
    looked(port, "/no-head")
    assert [one[0] for one in Site.asked[1:]] == ["HEAD", "GET"]


def test_a_busy_host_says_how_long_it_wants_peace(port: int) -> None:
    assert looked(port, "/status/429?retry=7").retry_after == 7
    assert looked(port, "/status/503?retry=Wed, 21 Oct 2026 07:28:00 GMT").retry_after == 3600
    assert looked(port, "/status/503").retry_after == 0
    assert [one[0] for one in Site.asked] == ["HEAD"] * 3  # not asked a second time by GET


def test_one_that_does_not_answer_is_not_waited_for(port: int) -> None:
    began = time.monotonic()
    assert looked(port, "/silent", wait=0.3).state is LinkState.UNSURE
    assert looked(port, "/drip", wait=0.5, most=0.6).state is LinkState.UNSURE
    assert time.monotonic() - began < 15


def test_nobody_listens_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert looked(port, "/").state is LinkState.UNSURE


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "127.1", "0x7f000001"],
)
def test_ones_own_machine_is_never_asked(port: int, host: str) -> None:
    found = Outside().look(f"http://{host}:{port}/")
    assert found.state in (LinkState.REFUSED, LinkState.DEAD, LinkState.UNSURE)
    assert Site.asked == []


def test_the_refusal_says_why(port: int) -> None:
    found = Outside().look(f"http://127.0.0.1:{port}/")
    assert found == Finding(LinkState.REFUSED, "it leads into a private network")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",  # where clouds keep their machines' secrets
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:a9fe:a9fe::",
        "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
        "64:ff9b::a00:1",
        "not an address",
    ],
)
def test_no_such_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_others_are_public(address: str) -> None:
    assert is_public(address)


def test_a_redirect_into_ones_own_network_is_not_followed(port: int) -> None:
    with site() as inner:
        Site.asked = []
        found = looked(port, f"/to?http://127.0.0.1:{inner}/secret")
    assert found.state is LinkState.REFUSED
    assert [path for _, path, _ in Site.asked if "secret" in path and "/to" not in path] == []


def test_a_redirect_to_another_kind_of_address_is_not_followed(port: int) -> None:
    assert looked(port, "/to?file:///etc/passwd").state is LinkState.DEAD
    assert looked(port, "/to?gopher://127.0.0.1/").state is LinkState.DEAD


class Names:
    """A name server that changes its mind: each look-up of a host has the next of its answers."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.asked: list[str] = []
        self._answers = {f"{name}.example": given for name, given in answers.items()}

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self._answers[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def test_a_name_is_looked_up_once_and_that_address_is_asked(port: int) -> None:
    names = Names(rebinding=[["127.0.0.1"], ["127.0.0.2"]])
    with socket.socket() as other:  # where the second answer leads
        other.bind(("127.0.0.2", port))
        other.listen()
        other.setblocking(False)
        outside = Outside([("rebinding.example", port)], 2.0, 5.0, names)
        found = outside.look(f"http://rebinding.example:{port}/no-head")
        with pytest.raises(BlockingIOError):
            other.accept()
    assert found.state is LinkState.GOOD
    assert [one[0] for one in Site.asked] == ["HEAD", "GET"]  # two connections, one look-up
    assert names.asked == ["rebinding.example"]


def test_a_name_that_turns_private_is_refused_when_a_redirect_asks_for_it_again(port: int) -> None:
    names = Names(first=[["127.0.0.1"]], turning=[["127.0.0.1"]])
    outside = Outside([("first.example", port)], 2.0, 5.0, names)
    found = outside.look(f"http://first.example:{port}/to?http://turning.example:{port}/secret")
    assert found.state is LinkState.REFUSED
    assert names.asked == ["first.example", "turning.example"]
    assert not [path for _, path, _ in Site.asked if path == "/secret"]


@pytest.mark.parametrize("inside", ["10.0.0.1", "::1", "169.254.169.254"])
def test_a_name_with_one_private_address_among_public_ones_is_refused(inside: str) -> None:
    names = Names(mixed=[["93.184.216.34", inside]])
    found = Outside(resolve=names).look("http://mixed.example/")
    assert found == Finding(LinkState.REFUSED, "it leads into a private network")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "ftp://x/",
        "javascript:alert(1)",
        "http://[::1",
        "http://a:99999/",
        "x" * 3000,
    ],
)
def test_what_is_no_address_is_dead(url: str) -> None:
    assert Outside().look(url).state is LinkState.DEAD


def test_a_password_in_an_address_is_not_sent() -> None:
    assert Outside().look("http://ana:secret@example.com/").state is LinkState.REFUSED
