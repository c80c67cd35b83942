"""A bounded load of GET requests from client processes on this machine's loopback."""

from __future__ import annotations

import itertools
import multiprocessing
import re
import socket
import time
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """Of one run: milliseconds at the 50th and 95th percentile, answers a second, and failures."""

    p50: float
    p95: float
    a_second: float
    failed: int


def run(
    port: int,
    paths: list[str],
    clients: int,
    seconds: float,
    cookie: str = "",
    token: str = "",
    pause: float = 0.0,
) -> Load:
    """`clients` processes ask for `paths` in turn, each over one kept connection.

    Between an answer and the next question each pauses so many seconds.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(clients) as pool:
        jobs = [
            (port, paths[n:] + paths[:n], seconds, cookie, token, pause) for n in range(clients)
        ]
        began = time.perf_counter()
        times = pool.starmap(_client, jobs)
        took = min(time.perf_counter() - began, seconds + 1)
    good = sorted(ms for worker, _ in times for ms in worker)
    failed = sum(bad for _, bad in times)
    if not good:
        return Load(0.0, 0.0, 0.0, failed)
    return Load(
        good[len(good) // 2], good[int(len(good) * 0.95)], len(good) / min(took, seconds), failed
    )


def _client(
    port: int, paths: list[str], seconds: float, cookie: str, token: str, pause: float
) -> tuple[list[float], int]:
    headers = "Host: 127.0.0.1\r\n"
    headers += f"Cookie: {cookie}\r\n" if cookie else ""
    headers += f"Authorization: Bearer {token}\r\n" if token else ""
    asked = itertools.cycle([f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode() for path in paths])
    times: list[float] = []
    failed = 0
    end = time.perf_counter() + seconds
    connection: socket.socket | None = None
    while (now := time.perf_counter()) < end:
        try:
            connection = connection or _connected(port)
            good = _answer(connection, next(asked))
        except OSError:
            if connection:
                connection.close()
            connection, good = None, False
        if good:
            times.append((time.perf_counter() - now) * 1000)
            time.sleep(pause)
        else:
            failed += 1
    if connection:
        connection.close()
    return times, failed


def _connected(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=30)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _answer(connection: socket.socket, asked: bytes) -> bool:
    """Whether the whole answer came and is 200. Raises OSError where the server hung up.

    http.client would take half as much of the processors as the server that is measured.
    """
    connection.sendall(asked)
    got = connection.recv(1 << 18)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += _more(connection)
    length = _LENGTH.search(got, 0, end + 2)
    if length is None:
        raise ConnectionError("an answer that does not tell its length")
    left = int(length[1]) - (len(got) - end - 4)
    while left > 0:
        left -= len(_more(connection))
    return got.startswith(b"HTTP/1.1 200 ")


def _more(connection: socket.socket) -> bytes:
    got = connection.recv(1 << 18)
    if not got:
        raise ConnectionError("the server hung up")
    return got
