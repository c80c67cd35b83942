"""Clients that say nothing, half a request, or too much at once hold nobody up."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.cli.test_serving import Site, serving

pytestmark = pytest.mark.slow
EACH = 100  # connections of each kind
HEAD = b"Host: kb.example\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HEAD


@pytest.fixture(scope="module")
def site(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("patient")
    (home / "content").symlink_to(template / "content")
    with serving(home, KB_OPEN_READING="1") as running:
        yield running


@contextmanager
def connected(site: Site, sent: bytes = b"") -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as one:
        one.sendall(sent)
        yield one


def answer_to(client: socket.socket, until: bytes = b'"ok"') -> bytes:
    """What comes, up to that."""
    received = b""
    while until not in received:
        piece = client.recv(65536)
        if not piece:
            break
        received += piece
    return received


def seconds_for_an_answer(site: Site) -> float:
    began = time.monotonic()
    with connected(site, GET + b"Connection: close\r\n\r\n") as client:
        assert b"200 OK" in answer_to(client)
    return time.monotonic() - began


def test_hundreds_of_slow_neighbours_hold_nobody_up(site: Site) -> None:
    upload = b"POST /sign-in HTTP/1.1\r\n" + HEAD + b"Content-Length: 900000\r\n\r\nemail="
    with ExitStack() as neighbours:
        for said in (b"", GET, upload):
            for _ in range(EACH):
                neighbours.enter_context(connected(site, said))
        took = sorted(seconds_for_an_answer(site) for _ in range(20))
    assert took[9] < 0.5, took  # with a thread for each it was 5 to 20 seconds
    assert took[-1] < 4.5, took


def test_who_does_not_close_an_ended_connection_holds_nobody_up(site: Site) -> None:
    with ExitStack() as held:
        for _ in range(10):
            one = held.enter_context(connected(site, GET + b"Connection: close\r\n\r\n"))
            answer_to(one)
        took = sorted(seconds_for_an_answer(site) for _ in range(10))
    assert took[4] < 0.5, took  # it was two seconds for each of them


def test_an_ended_connection_is_closed_for_good_after_two_seconds(site: Site) -> None:
    with connected(site, GET + b"Connection: close\r\n\r\n") as client:
        assert b"200 OK" in answer_to(client)
        assert client.recv(1) == b""


def test_a_request_that_comes_byte_by_byte_is_answered(site: Site) -> None:
    with connected(site) as client:
        for byte in GET + b"\r\n":
            client.sendall(bytes([byte]))
            time.sleep(0.002)
        assert b"200 OK" in answer_to(client)


def test_requests_sent_at_once_are_answered_one_by_one(site: Site) -> None:
    three = (GET + b"\r\n") * 3
    with connected(site, three[:-9]) as client:
        time.sleep(0.3)
        client.sendall(three[-9:])
        received = b""
        while received.count(b'"ok"') < 3:
            received += client.recv(65536)
    assert received.count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize("size", [0, 1, 70_000, 900_000])
def test_bodies_of_any_length_arrive_and_the_connection_goes_on(site: Site, size: int) -> None:
    head = f"POST /sign-in HTTP/1.1\r\nContent-Length: {size}\r\n".encode() + HEAD
    form = b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    with connected(site) as client:
        client.sendall(head + form + b"x" * size)
        assert b"HTTP/1.1 4" in answer_to(client, b"</html>")  # no token of the form
        client.sendall(GET + b"\r\n")
        assert b"200 OK" in answer_to(client)


def test_a_body_in_chunks_arrives(site: Site) -> None:
    head = b"POST /sign-in HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HEAD
    with connected(site, head + b"\r\n4\r\nabcd\r\n") as client:
        client.sendall(b"3\r\nefg\r\n0\r\n\r\n")
        assert b"HTTP/1.1 4" in answer_to(client, b"</html>")


@pytest.mark.parametrize(
    "said",
    [b"nonsense\r\n\r\n", GET + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nabcdefg"],
    ids=["no request", "two lengths"],
)
def test_what_is_no_request_is_refused(site: Site, said: bytes) -> None:
    with connected(site, said) as client:
        assert b"HTTP/1.1 400" in answer_to(client, b"</html>")
    assert seconds_for_an_answer(site) < 4.5


def test_a_head_without_an_end_is_refused(site: Site) -> None:
    with connected(site) as client:
        client.sendall(GET + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(70)))
        assert b"HTTP/1.1 431" in answer_to(client, b"\r\n\r\n")


def test_silent_connections_do_not_delay_the_end(template: Path, tmp_path: Path) -> None:
    (tmp_path / "content").symlink_to(template / "content")
    with serving(tmp_path, KB_OPEN_READING="1") as site, connected(site), connected(site):
        assert seconds_for_an_answer(site) < 30
        began = time.monotonic()
        site.process.terminate()
        site.process.wait(timeout=60)
    assert time.monotonic() - began < 15
