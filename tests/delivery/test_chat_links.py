"""What the locked Apprise would send to each service, nothing sent: links are in it as they are."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from kb.delivery.chat import ON_HOSTS, PUBLIC, Chat, NotDelivered

LINK = "https://kb.example/procedures/CRD-7_b_c/inbox?a=1&b=2_x_#what-to-do"
TEXT = f"Ilse asks about *lost* cards [again]:\n\n1. Say <name>\n\n{LINK}"
WEB_HOOK = "3ccdd113474722377935511fc85d3dd4"
URLS = {
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "gchat": "gchat://workspace/key/token",
    "pover": f"pover://{'u' * 30}@{'a' * 30}",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
    "tgram": "tgram://123456789:ABCdefghijkl_mnopqrstuvwxyz12345678/12315544/",
    "wxteams": f"wxteams://{'a' * 80}",
    "mmost": f"mmost://localhost/{WEB_HOOK}",
    "mmosts": f"mmosts://localhost/{WEB_HOOK}",
    "rocket": "rocket://user:pass@localhost/#channel",
    "rockets": "rockets://web/hook@localhost/#channel",
    "matrix": "matrix://user:token@localhost/#general",
    "matrixs": "matrixs://user:token@localhost/#general",
    "ntfy": "ntfy://localhost/topic",
    "ntfys": "ntfys://localhost/topic",
    "json": "json://localhost/x",
    "jsons": "jsons://localhost/x",
    "workflow": "workflow://localhost:443/WFID/SIGNATURE/",
    "workflows": "workflows://localhost:443/WFID/SIGNATURE/",
}
SAID = {"ok": True, "status": "success", "data": {"authToken": "x", "userId": "y"}}
SAID |= {"access_token": "t", "user_id": "@u:x", "home_server": "x", "room_id": "!r:x"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have gone out, as texts."""
    told: list[str] = []

    def take(*_named: object, **given: Any) -> requests.Response:
        data = given.get("data") or given.get("json") or ""
        text = data.decode() if isinstance(data, bytes) else data
        with suppress(TypeError, ValueError):
            text = json.loads(text)
        told.append(json.dumps(text, ensure_ascii=False))
        answer = requests.Response()
        answer.status_code = 200
        answer._content = json.dumps(SAID).encode()
        return answer

    monkeypatch.setattr(requests.Session, "request", take)
    return told


def test_every_service_is_tried() -> None:
    assert set(URLS) == set(PUBLIC) | set(ON_HOSTS)


@pytest.mark.parametrize("service", URLS)
def test_the_link_arrives_as_it_is(service: str, sent: list[str]) -> None:
    with suppress(NotDelivered):  # slack is not answered as it wishes
        Chat(frozenset({"localhost", "localhost:443"})).send(URLS[service], "Card_lost_", TEXT)
    whole = unquote(" ".join(sent))
    # In their own markup Slack, Telegram and Google Chat write "&" as HTML does, and read it so.
    assert LINK in whole or LINK.replace("&", "&amp;") in whole
    assert "lost" in whole
