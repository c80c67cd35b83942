"""Chat: a person's own and a department's, over a real web hook on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from kb.notices.kinds import Choice
from kb.parts import Parts
from tests.conftest import NOW
from tests.delivery.postoffice import EDDY, RENA, RITA, Office, deliver, mailing, states, tell


class Hook(HTTPServer):
    """Takes messages, or answers with `status`."""

    status = 200

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Taker)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/hook"


class _Taker(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.status == 200:
            self.server.taken.append(sent)
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "http://127.0.0.1:9/inside")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def chatting(mailed_home: Path, office: Office, hook: Hook) -> Iterator[Parts]:
    host = hook.url.removeprefix("json://").removesuffix("/hook")
    built = mailing(mailed_home, office.port, KB_CHAT_HOSTS=host)
    yield built
    built.let_go()


def own_channel(parts: Parts, url: str) -> None:
    path = parts.settings.content / "departments.yml"
    text = path.read_text("utf-8").replace(
        "    name: Shipping\n", f"    name: Shipping\n    notify: {url}\n"
    )
    path.write_text(text, "utf-8")


def test_a_person_is_told_in_their_own_chat(chatting: Parts, hook: Hook, office: Office) -> None:
    chatting.delivery.choices.save(RITA, Choice(mail=False, chat_url=hook.url), NOW)
    tell(chatting, RITA)
    assert deliver(chatting) == 1
    (message,) = hook.taken
    assert message["title"] == "Shipping has answered your question"
    assert "Ask for form 7." in message["message"]
    assert "https://kb.example/questions" in message["message"]
    assert office.taken == []


def test_a_service_that_says_no_is_asked_again(chatting: Parts, hook: Hook) -> None:
    chatting.delivery.choices.save(RITA, Choice(mail=False, chat_url=hook.url), NOW)
    tell(chatting, RITA)
    for hook.status in (500, 302):
        chatting.let_go()
        deliver(chatting)
        assert states(chatting) == ["queued"]
        with chatting.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE deliveries SET next_try_at = '2026-01-01'")
    hook.status = 200
    assert deliver(chatting) == 1
    assert len(hook.taken) == 1


def test_a_department_hears_once_of_what_several_people_are_told(
    chatting: Parts, hook: Hook
) -> None:
    own_channel(chatting, hook.url)
    for person in (EDDY, RENA):
        tell(chatting, person, "question", "item:1", title="Rita asks", procedure_id="SHP-014")
        tell(chatting, person, "question", "item:2", title="Rita asks more", department="shipping")
        tell(chatting, person, "review due", "r:1", title="Not for the channel")
    deliver(chatting)
    assert [one["title"] for one in hook.taken] == ["Rita asks", "Rita asks more"]


def test_a_department_is_not_told_what_not_all_of_it_may_read(chatting: Parts, hook: Hook) -> None:
    own_channel(chatting, hook.url)
    tell(
        chatting,
        EDDY,
        "question",
        "x",
        title="Zebra",
        procedure_id="BIL-009",
        department="shipping",
    )
    deliver(chatting)
    (message,) = hook.taken
    assert "Zebra" not in str(message)


def test_a_channel_that_may_not_be_used_is_given_up_with_the_reason(chatting: Parts) -> None:
    own_channel(chatting, "json://169.254.169.254/latest")
    tell(chatting, EDDY, "question", "x", department="shipping")
    deliver(chatting)
    assert "gave up" in states(chatting)


def test_a_department_s_address_is_checked_with_its_file(parts: Parts) -> None:
    own_channel(parts, "not an address")
    faults = [str(fault) for fault in parts.publishing.publisher.check(NOW.date())]
    assert any("notify: is no address of a chat" in fault for fault in faults)
