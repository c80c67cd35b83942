"""One `kb` installation in a temporary home: its commands timed, its server started and stopped."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Served:
    """A running site: its port, the seconds from start to the first answer, its parent process."""

    port: int
    first_answer: float
    parent: int

    def get(self, path: str) -> str:
        """The page at `path`; it must answer 200."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return str(answer.read().decode())

    def web_workers(self) -> list[int]:
        """Process ids of gunicorn's workers."""
        masters = _children(self.parent, "gunicorn")
        return [pid for master in masters for pid in _children(master, "gunicorn")]

    def at_rest(self, most: float = 600) -> float:
        """Wait until the background worker has done what is due after a start; the seconds.

        It then takes less than a twentieth of a processor, for two seconds. Raises RuntimeError
        after `most`.
        """
        began = time.perf_counter()
        workers = _children(self.parent, "kb worker")
        while time.perf_counter() - began < most:
            before = sum(map(cpu_seconds, workers))
            time.sleep(2)
            if workers and sum(map(cpu_seconds, workers)) - before < 0.1:
                return time.perf_counter() - began
        raise RuntimeError(f"the background worker was not at rest after {most:.0f} s")


def environ(home: Path) -> dict[str, str]:
    """The environment of a command on that home, open for reading; kb is compiled but once."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own.pop("PYTHONDONTWRITEBYTECODE", None)
    own["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "kb-bench-compiled")
    return {**own, "KB_HOME": str(home), "KB_OPEN_READING": "1"}


def timed(home: Path, *command: str) -> float:
    """Seconds that `kb COMMAND` takes as a whole process."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "kb", *command],
        env=environ(home),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


@contextmanager
def serving(home: Path, workers: int = 2) -> Iterator[Served]:
    """`kb serve` on a free port until the block ends; `first_answer` is a search page's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kb", "serve", "--port", str(port), "--workers", str(workers)],
        env=environ(home),
        stdout=subprocess.DEVNULL,
    )
    try:
        _first_answer(port, process)
        yield Served(port, time.perf_counter() - began, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _first_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/search?q=refund", timeout=60):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("kb serve ended before it answered")


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident and proportional (shared pages divided) megabytes of a process."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    figures = dict(re.findall(r"^(Rss|Pss):\s+(\d+)", text, re.M))
    return int(figures["Rss"]) / 1024, int(figures["Pss"]) / 1024


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has taken so far, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int, name: str) -> list[int]:
    children = psutil.Process(pid).children()
    return [child.pid for child in children if name in " ".join(child.cmdline())]
