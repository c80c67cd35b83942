"""A bounded load of GET requests from client processes on this machine's loopback."""

from __future__ import annotations

import http.client
import multiprocessing
import time
from dataclasses import dataclass


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
    headers = {"Cookie": cookie} if cookie else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times: list[float] = []
    failed = 0
    end = time.perf_counter() + seconds
    asked = 0
    while (now := time.perf_counter()) < end:
        try:
            connection.request("GET", paths[asked % len(paths)], headers=headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            failed += 1
            continue
        asked += 1
        if answer.status == 200:
            times.append((time.perf_counter() - now) * 1000)
            time.sleep(pause)
        else:
            failed += 1
    connection.close()
    return times, failed
