"""What a device may keep of procedures, whose it is, and how the site is installed."""

from __future__ import annotations

import json
import re
from struct import unpack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from msgspec.structs import replace

from kb.parts import Parts
from tests.conftest import PASSWORD, built_site
from tests.pagekit import page

LATE, DRAFT = "/procedures/SHP-014", "/procedures/SHP-015"
KEPT = 'data-copy="'  # on a page that a device may keep


def told(client: FlaskClient) -> dict:
    """What the site writes above its worker."""
    answer = client.get("/worker.js")
    assert answer.mimetype == "text/javascript"
    found = re.match(r"const KB = (\{.*\});\n", answer.text)
    assert found
    return json.loads(found[1])


def test_a_copy_can_be_read_and_nothing_on_it_is_sent(rep: FlaskClient) -> None:
    assert f'{KEPT}{LATE}/copy"' in page(rep, LATE)
    copy = page(rep, f"{LATE}/copy")
    assert re.search(r"Kept copy of <time[^>]*>\d+ \w+ \d{4}, \d\d:\d\d", copy)
    assert "Open the order and read the last carrier scan." in copy
    assert 'method="post"' not in copy
    assert "csrf" not in copy
    assert "Helpful?" not in copy


@pytest.mark.parametrize("who", ["editor", "reviewer"])
def test_a_draft_is_kept_by_nobody(request: pytest.FixtureRequest, who: str) -> None:
    client = request.getfixturevalue(who)
    assert client.get(DRAFT).status_code == 200
    assert KEPT not in client.get(DRAFT).text
    assert client.get(f"{DRAFT}/copy").status_code == 404
    assert client.get("/kept?id=SHP-015").json["kept"] == []


def test_what_is_kept_are_those_asked_for_and_the_favourites(rep: FlaskClient) -> None:
    rep.post("/procedures/BIL-001/favourite")
    found = rep.get("/kept?id=SHP-014&id=SHP-015&id=NONE-1").json
    assert [one["id"] for one in found["kept"]] == ["SHP-014", "BIL-001"]
    assert found["favourites"] == ["BIL-001"]
    first = found["kept"][0]
    assert (first["address"], first["copy"]) == (LATE, f"{LATE}/copy")
    assert f'data-version="{first["version"]}"' in rep.get(LATE).text


def test_who_is_signed_out_keeps_nothing(
    parts: Parts, compiled: FileSystemBytecodeCache, anonymous: FlaskClient
) -> None:
    assert anonymous.get("/kept").status_code == 302
    reading = replace(parts, settings=replace(parts.settings, open_reading=True))
    open_to_all = built_site(reading, compiled).test_client()
    assert KEPT not in open_to_all.get(LATE).text
    assert open_to_all.get(f"{LATE}/copy").status_code == 302


def test_signing_out_clears_what_the_browser_keeps(rep: FlaskClient) -> None:
    assert rep.post("/sign-out").headers["Clear-Site-Data"] == '"cache"'


def test_all_that_the_worker_asks_for_is_there(rep: FlaskClient, anonymous: FlaskClient) -> None:
    found = told(anonymous)
    assert found == told(rep)
    for address in (*found["assets"], *found["pages"].values()):
        with anonymous.get(address) as answer:
            assert answer.status_code == 200, address
    shown = rep.get(f"{LATE}/copy").text + anonymous.get(found["pages"]["away"]).text
    needed = set(re.findall(r'(?:src|href)="(/(?:static|bootstrap)/[^"]+)"', shown))
    assert needed <= set(found["assets"])


def test_the_page_without_network_is_everybodys(rep: FlaskClient) -> None:
    for why, heading in (
        ("", "The network is away"),
        ("unsent", "This was not sent"),
        ("signed-out", "The copies here are deleted"),
    ):
        shown = page(rep, f"/offline?why={why}")
        assert f"<h1>{heading}</h1>" in shown
        assert "Rita" not in shown


def test_switched_off_it_is_gone_and_the_worker_ends(
    parts: Parts, compiled: FileSystemBytecodeCache
) -> None:
    off = built_site(replace(parts, settings=replace(parts.settings, offline=False)), compiled)
    client = off.test_client()
    client.post("/sign-in", data={"email": "rep@kb.example", "password": PASSWORD})
    assert re.search(r"procedures-keeping\.js[^>]*data-off", client.get("/").text)
    assert KEPT not in client.get(LATE).text
    assert client.get("/kept").status_code == client.get(f"{LATE}/copy").status_code == 404
    assert "unregister" in client.get("/worker.js").text


def test_a_browser_can_install_the_site(anonymous: FlaskClient, app: Flask, parts: Parts) -> None:
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page(anonymous, "/sign-in")
    answer = anonymous.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    manifest = answer.json
    assert manifest["name"] == parts.settings.name
    assert manifest["start_url"] == manifest["scope"] == "/"
    for icon in manifest["icons"]:
        with anonymous.get(icon["src"]) as picture:
            width, height = unpack(">II", picture.data[16:24])  # of a PNG
        assert icon["sizes"] == f"{width}x{height}"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
