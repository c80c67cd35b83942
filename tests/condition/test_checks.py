"""What is not as it should be is said to administrators, to `kb status` and to whoever watches."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec import json
from msgspec.structs import replace
from sqlalchemy import text

from kb.assembly.build import build
from kb.condition import service
from kb.condition.checks import concerns
from kb.condition.promptly import Promptly, Unanswered
from kb.database import connect, writing
from kb.jobs import scheduler_of
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.storage.outside_changes import TROUBLE
from kb.worker.heartbeat import Beat, Heartbeat, heartbeat_file
from tests import databases
from tests.cli.test_serving import within
from tests.conftest import NOW
from tests.pagekit import page


def health(client: FlaskClient) -> tuple[int, object]:
    answer = client.get("/healthz")
    return answer.status_code, answer.json


def readiness(client: FlaskClient) -> tuple[int, object]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json


def told(beat: Beat, parts: Parts) -> None:
    heartbeat_file(parts.settings.var).write_bytes(json.encode(beat))


def test_all_is_well(anonymous: FlaskClient, administrator: FlaskClient, parts: Parts) -> None:
    Heartbeat(heartbeat_file(parts.settings.var)).beat()
    assert concerns(parts) == ()
    assert health(anonymous) == (200, {"status": "ok"})
    assert readiness(anonymous) == (200, {"status": "ready"})
    assert "All that is wrong" not in page(administrator, "/")


@pytest.mark.parametrize(
    ("beat", "words"),
    [
        (lambda now: Beat(now - 100), "not been heard of"),
        (lambda now: Beat(now, deaths=(now - 9, now - 5, now - 1)), "dies again and again"),
        (
            lambda now: Beat(now, failing={"sharing": "disk full", "days": "disk full"}),
            "“days”, “sharing” cannot be done: disk full",
        ),
    ],
)
def test_a_worker_in_trouble_is_told_to_administrators(
    app: Flask,
    anonymous: FlaskClient,
    administrator: FlaskClient,
    rep: FlaskClient,
    parts: Parts,
    beat: Callable[[float], Beat],
    words: str,
) -> None:
    told(beat(time.monotonic()), parts)
    assert health(anonymous) == (200, {"status": "degraded", "concerns": ["worker"]})
    assert readiness(anonymous) == (200, {"status": "ready", "warnings": ["worker"]})
    for address in ("/", "/people", "/faults"):
        assert words in page(administrator, address)
    assert words not in page(rep, "/")


def test_a_slip_in_a_file_of_settings_is_told_with_its_line(
    anonymous: FlaskClient, administrator: FlaskClient, home: Path
) -> None:
    (home / "content" / "departments.yml").write_text("departments:\n  - id: [\n")
    _, said = health(anonymous)
    assert said == {"status": "degraded", "concerns": ["departments.yml"]}
    assert "departments.yml:" in page(administrator, "/")
    assert "what the file said before holds" in page(administrator, "/faults")


def test_a_damaged_index_is_told_and_reading_goes_on(
    anonymous: FlaskClient, administrator: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    for file in (parts.settings.search_index / "sets").iterdir():
        raw = bytearray(file.read_bytes())
        raw[len(raw) // 2 :] = bytes(len(raw) - len(raw) // 2)
        file.write_bytes(raw)
    html = page(rep, "/search?q=parcel")
    assert "finds nothing for a moment" in html
    assert rep.get("/search/suggestions?q=par").status_code == 200
    page(rep, "/procedures/SHP-014")
    assert health(anonymous) == (200, {"status": "degraded", "concerns": ["index"]})
    assert readiness(anonymous) == (503, {"status": "not ready", "missing": ["index"]})
    assert "built anew" in page(administrator, "/")
    parts.publishing.publisher.refresh(NOW.date())
    assert "Late Shipment" in page(rep, "/search?q=parcel")
    assert concerns(parts) == ()


def test_a_history_in_trouble_is_told(
    anonymous: FlaskClient, administrator: FlaskClient, parts: Parts
) -> None:
    parts.catalogue.set_state(TROUBLE, "an object is missing")
    assert health(anonymous) == (200, {"status": "degraded", "concerns": ["history"]})
    assert "no version yet: an object is missing" in page(administrator, "/faults")


def test_a_content_folder_that_is_away_stops(
    anonymous: FlaskClient, parts: Parts, home: Path
) -> None:
    (home / "content").rename(home / "elsewhere")
    status, said = health(anonymous)
    assert (status, said["status"], said["concerns"][0]) == (503, "down", "content")
    status, said = readiness(anonymous)
    assert (status, said["status"], said["missing"]) == (503, "not ready", ["content"])


def test_a_heart_that_beats_is_heard(parts: Parts) -> None:
    stop = threading.Event()
    heart = Heartbeat(heartbeat_file(parts.settings.var))
    heart.begin(stop)
    stop.set()
    assert concerns(parts) == ()


def test_an_encoder_that_cannot_be_used_is_told_and_costs_itself_alone(
    administrator: FlaskClient, rep: FlaskClient, home: Path, parts: Parts
) -> None:
    site = build(databases.load({"KB_ENCODER": "nowhere"}, home))
    heart = Heartbeat(heartbeat_file(parts.settings.var))
    (job,) = [one for one in scheduler_of(site, heart).of if one.name == "encoding"]
    job.run(NOW)
    assert within(10, lambda: heart.beat() or concerns(parts))
    told = page(administrator, "/faults")
    assert f"“encoding” cannot be done: there is no folder {home / 'nowhere'}" in told
    assert "Late Shipment" in page(rep, "/search?q=late+shipment")
    assert site.search.searcher.search("late shipment", Reader(), NOW.date()).total
    site.let_go()


def test_a_server_without_an_index_is_not_ready(anonymous: FlaskClient, parts: Parts) -> None:
    parts.search.index.current.unlink()
    assert readiness(anonymous) == (503, {"status": "not ready", "missing": ["index"]})


def test_a_database_of_another_kb_is_not_ready_and_says_so(
    anonymous: FlaskClient, administrator: FlaskClient, parts: Parts
) -> None:
    with writing(parts.engine, "migrations") as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    status, said = readiness(anonymous)
    assert (status, said) == (503, {"status": "not ready", "missing": ["migrations"]})
    assert "The database is at migration 0001, this kb at" in page(administrator, "/faults")


def test_a_disk_that_hangs_is_waited_for_once_and_not_for_long() -> None:
    answers, site = threading.Event(), Thing()
    promptly = Promptly(answers.wait, patience=0.05)
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(Unanswered):
            promptly.answer(site)
    assert time.monotonic() - began < 0.5  # not 20 times as long as the first
    answers.set()
    assert within(5, lambda: heard(promptly, site))


def heard(promptly: Promptly[bool], site: Thing) -> bool:
    with suppress(Unanswered):
        return promptly.answer(site)
    return False


class Thing:
    """What is asked about."""


def test_what_a_disk_says_is_handed_on() -> None:
    def fails(error: Exception) -> None:
        raise error

    with pytest.raises(FileNotFoundError):
        Promptly(fails).answer(Thing(), FileNotFoundError("away"))


def test_a_probe_takes_two_questions_and_no_time(anonymous: FlaskClient, parts: Parts) -> None:
    readiness(anonymous)
    taken = []
    for _ in range(9):
        began = time.perf_counter()
        assert readiness(anonymous)[0] == 200
        taken.append(time.perf_counter() - began)
    assert sorted(taken)[4] < 0.05


def test_a_database_server_that_is_silent_is_told_after_a_second(parts: Parts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://kb@127.0.0.1:{silent.getsockname()[1]}/kb"
        waiting = replace(parts, engine=connect(address))
        for longest in (3.0, 0.5):
            began = time.monotonic()
            (concern,) = service.database(waiting)
            assert concern.stops
            assert "has not answered" in concern.told
            assert time.monotonic() - began < longest
