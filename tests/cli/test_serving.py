"""`kb serve` for real: processes, signals, and files that change while it serves."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb.app import build
from kb.cli.serving import _changes
from kb.parts import Parts
from tests import databases
from tests.effort import in_earnest
from tests.insight.uses import stay
from tests.processes import children
from tests.reliability import Figures

pytestmark = pytest.mark.slow
TOKEN = "a token that tests alone know"
DROPPED = in_earnest(150, 100_000)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """A running `kb serve` and how to ask it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    def answers(self) -> bool:
        return self.says("ok")

    def says(self, status: str) -> bool:
        """Is that its health?"""
        try:
            return f'"{status}"' in self.get("/healthz")
        except (OSError, urllib.error.URLError):
            return False

    def metrics(self) -> dict[str, float]:
        """What Prometheus is told, by name and labels."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        pairs = [line.rpartition(" ") for line in lines if not line.startswith("#")]
        return {name: float(value) for name, _, value in pairs}

    def web_workers(self) -> list[int]:
        """Process ids of those that answer."""
        masters = set(children(self.process.pid)) - set(self.workers())
        return [each for master in masters for each in children(master)]

    def workers(self) -> list[int]:
        """Process ids of the background worker of this site."""
        return children(self.process.pid, "kb worker")


def within(seconds: float, holds: Callable[[], object]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def without_settings() -> dict[str, str]:
    """The environment of whoever runs the tests, less the settings of their own kb."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KB_")}


@contextmanager
def serving(
    home: Path, *options: str, before: str = "pass", status: str = "ok", **environ: str
) -> Iterator[Site]:
    """`before` is run in its process first; `status` is what its health will be."""
    port = free_port()
    code = f"{before}\nfrom kb.__main__ import main\nmain()"
    log = home / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--port", str(port), *options],
            env={
                **without_settings(),
                **databases.environment_of(home),
                "KB_HOME": str(home),
                "KB_WORKERS": "1",
                **environ,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    site = Site(process, port, log)
    try:
        assert within(240, lambda: site.says(status)), log.read_text()  # on a busy machine
        yield site
    finally:
        process.terminate()
        process.wait(timeout=60)


@dataclass(frozen=True)
class Served:
    """A site, where it lives, and its parts in this process."""

    site: Site
    home: Path
    parts: Parts


@pytest.fixture(scope="module")
def shared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two web workers over a home where somebody used a word of their own."""
    home = tmp_path_factory.mktemp("shared")
    shutil.copytree(template, home, dirs_exist_ok=True)
    databases.copied(template, home)
    parts = build(databases.load({}, home))
    stay(parts, "abc", "wismo", at=datetime.now(UTC) - timedelta(days=3))
    settings = {"KB_OPEN_READING": "1", "KB_WORKERS": "2", "KB_METRICS_TOKEN": TOKEN}
    with serving(home, **settings) as site:
        yield Served(site, home, parts)
    parts.insight.log.close()
    parts.let_go()
    databases.dropped(home)


def test_what_people_use_is_learned_by_the_worker_and_used_by_all(shared: Served) -> None:
    site, parts = shared.site, shared.parts
    assert within(60, lambda: "SHP-014" in site.get("/search?q=wismo"))
    assert all("SHP-014" in site.get("/search?q=wismo") for _ in range(12))
    editor = parts.people.directory.by_email("editor@kb.example").id
    parts.insight.learned.ban("SHP-014", "wismo", editor, datetime.now(UTC))
    # The next search of every process knows.
    assert all("SHP-014" not in site.get("/search?q=wismo") for _ in range(12))


def test_what_a_killed_worker_counted_stays_counted(shared: Served) -> None:
    site = shared.site
    pages = 'kb_requests_total{method="GET",route="/departments",status="200"}'
    searches = 'kb_searches_total{doubted="no",found="yes",kind="page"}'
    before = site.metrics()
    for _ in range(30):
        site.get("/departments")
        site.get("/search?q=late+shipment")
    counted = site.metrics()
    assert counted[pages] - before.get(pages, 0) == 30
    assert counted[searches] - before.get(searches, 0) == 30
    assert counted['kb_processes{role="web"}'] == 2
    killed = site.web_workers()[0]
    os.kill(killed, signal.SIGKILL)
    assert within(60, lambda: len(site.web_workers()) == 2 and killed not in site.web_workers())
    site.get("/departments")
    after = site.metrics()
    assert after[pages] - counted[pages] == 1
    assert after[searches] == counted[searches]
    spans = 'kb_request_seconds_count{route="/departments"}'
    assert after[spans] == after[pages]
    assert within(60, lambda: "kb_duty_seconds" in str(site.metrics()))


def test_edits_of_files_are_found_within_three_seconds_in_every_worker(shared: Served) -> None:
    # One of five tries, because a busy machine may stand still for seconds.
    assert any(found_and_gone_within_three_seconds(shared, nth) for nth in range(5))


def found_and_gone_within_three_seconds(shared: Served, nth: int) -> bool:
    site, word = shared.site, f"drone{nth}"

    def found() -> bool:
        return f"Delivery {nth}" in site.get(f"/search?q={word}")

    new = shared.home / "content" / "shipping" / f"{word}.md"
    new.write_text(f"---\ntitle: Delivery {nth} {word}\n---\n\nFly it over.\n")
    came = within(3, found)
    assert came or within(60, found)
    # Several connections meet both web workers; none may still have the old index.
    assert all(found() for _ in range(12))
    new.unlink()
    went = within(3, lambda: not found())
    assert went or within(60, lambda: not found())
    assert not any(found() for _ in range(12))
    return came and went


def test_the_index_folder_deleted_while_serving_comes_back(shared: Served) -> None:
    shutil.rmtree(shared.home / "search_index")
    assert "read the last carrier scan" in shared.site.get("/procedures/SHP-014")
    shared.site.get("/search?q=late+shipment")
    assert within(60, lambda: "SHP-014" in shared.site.get("/search?q=late+shipment"))


def test_a_damaged_index_heals_while_serving_and_nobody_meets_an_error(shared: Served) -> None:
    addresses = ("/search?q=late+shipment", "/search/suggestions?q=lat", "/procedures/SHP-014")
    for file in [one for one in (shared.home / "search_index").rglob("*") if one.is_file()]:
        raw = bytearray(file.read_bytes())
        for at in range(len(raw) // 3, len(raw), 97):
            raw[at] ^= 0x5A
        with file.open("r+b") as opened:
            opened.write(raw)
    for _ in range(6):
        for address in addresses:
            shared.site.get(address)  # raises on an error
    assert within(60, lambda: "SHP-014" in shared.site.get("/search?q=late+shipment"))
    assert within(60, shared.site.answers)


def test_files_dropped_all_at_once_are_found_while_the_site_answers(
    shared: Served, figures: Figures
) -> None:
    folder = shared.home / "content" / "shipping" / "dropped"
    folder.mkdir()
    for number in range(DROPPED):
        text = f"---\ntitle: Case {number} of the depot\n---\n\nCall hall {number}.\n"
        (folder / f"{number}.md").write_text(text)
    waits = []

    def last_is_found() -> bool:
        began = time.monotonic()
        page = shared.site.get(f"/search?q=case+{DROPPED - 1}+depot")
        waits.append(time.monotonic() - began)
        return f"Case {DROPPED - 1} of" in page

    began = time.monotonic()
    assert within(60 + DROPPED / 50, last_is_found)
    took = time.monotonic() - began
    assert "read the last carrier scan" in shared.site.get("/procedures/SHP-014")
    shutil.rmtree(folder)
    longest = round(1000 * max(waits))
    figures(files=DROPPED, seconds_until_found=round(took), ms_at_most_for_a_search=longest)
    assert longest < 5000


def test_a_killed_worker_is_started_again(shared: Served) -> None:
    site = shared.site
    assert within(60, site.workers)
    (worker,) = site.workers()
    os.kill(worker, signal.SIGKILL)
    assert within(60, lambda: site.workers() not in ([], [worker]))
    assert site.answers()


def test_killing_kb_serve_leaves_no_port_taken(shared: Served) -> None:
    """The last one on the shared site."""
    shared.site.process.kill()
    shared.site.process.wait()
    assert within(60, lambda: not shared.site.answers())


def test_a_worker_that_hangs_is_told_and_replaced(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    databases.copied(template, tmp_path)
    impatient = (
        "import kb.worker.heartbeat as heartbeat\n"
        "heartbeat.EVERY, heartbeat.SILENT = 0.5, 8.0\n"
        "import kb.cli.serving as serving\n"
        "serving.SILENT = 16.0"
    )
    with serving(tmp_path, before=impatient) as site:
        assert within(60, site.workers)
        (worker,) = site.workers()
        os.kill(worker, signal.SIGSTOP)
        assert within(60, lambda: "degraded" in site.get("/healthz"))
        assert within(60, lambda: site.workers() not in ([], [worker]))
        assert within(60, site.answers)


def test_it_starts_with_a_damaged_history_and_without_an_index(
    template: Path, tmp_path: Path
) -> None:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    databases.copied(template, tmp_path)
    shutil.rmtree(tmp_path / "search_index")
    (tmp_path / "var" / "history.git" / "refs" / "heads" / "main").write_text("nonsense\n")
    with serving(tmp_path, status="degraded", KB_OPEN_READING="1") as site:
        assert "history" in site.get("/healthz")
        assert "SHP-014" in site.get("/search?q=late+shipment")
        assert site.process.poll() is None
        (worker,) = site.workers()
        assert not within(4, lambda: site.workers() != [worker])


def test_a_home_without_people_gets_its_first_administrator(home: Path) -> None:
    logs = []
    for _ in range(2):
        with serving(home) as site:
            # It answers a moment before it has introduced itself.
            assert within(60, lambda log=site.log: "http://" in log.read_text())
        logs.append(site.log.read_text())
    assert re.search(r"First sign-in: admin@localhost, password \S{12,}", logs[0])
    assert "First sign-in" not in logs[1]


def test_ctrl_c_in_a_terminal_is_no_error(home: Path) -> None:
    with serving(home) as site:
        assert within(60, site.workers)
        time.sleep(1.5)  # longer than a worker that dies at once is waited for
        for process in (site.process.pid, *site.workers()):  # the terminal tells all of them
            os.kill(process, signal.SIGINT)
        site.process.wait(timeout=60)
        assert "worker_ended" not in site.log.read_text()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"KB_WORKERS": "none"}, r"kb: KB_WORKERS: .*\n"),
        (
            {"KB_URL": "http://desk.example"},
            r"kb: This is not safe.*\n +KB_URL=.* KB_ALLOW=http\.\n",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    home: Path, setting: dict[str, str], said: str
) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "kb", "serve"],
        env={**without_settings(), "KB_HOME": str(home), **setting},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert re.fullmatch(said, refused.stderr)


def test_another_folder_in_the_place_of_the_content_is_noticed_and_watched(tmp_path: Path) -> None:
    content, other = tmp_path / "content", tmp_path / "other"
    content.mkdir()
    other.mkdir()
    stop = threading.Event()
    changes = _changes(content, stop)
    assert next(changes) == set()  # at once
    next(changes)
    content.rename(tmp_path / "before")
    other.rename(content)
    assert any(itertools.islice(changes, 5))
    assert next(changes)
    (content / "new.md").write_text("# New\n")
    assert any(itertools.islice(changes, 5))
    stop.set()
    assert list(changes) == []
