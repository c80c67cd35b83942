"""Nothing of a draft is told to anybody else, on any page that can be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from kb.app import create_app
from kb.parts import Parts
from tests.conftest import NOW
from tests.gitmade import Clone
from tests.pagekit import page
from tests.web.acts import version_of
from tests.web.api.test_api import bearer
from tests.web.publishing.test_editing import fields
from tests.web.site.test_routes import EXAMPLES

PICTURE = b"\x89PNG\r\n\x1a\nbandicoot"
# Each word stands in one place of the draft, and nowhere else.
SECRETS = {
    "title": "Quokka",
    "text": "wombatfee",
    "keyword": "Numbat",
    "heading": "Potoroo",
    "picture's name": "bilby",
    "picture": "bandicoot",
    "file": "dugong",
    "earlier text": "thylacine",
    "note of a change": "cassowary",
    "note of a submission": "echidna",
    "unsaved words": "platypus",
    "feedback": "kookaburra",
}
HEAD = """\
---
id: SHP-077
title: "Quokka tariff for islands"
keywords: ["Numbat: island tariff"]
department: shipping
owner: editor@kb.example
status: draft
---

"""
EARLIER = HEAD + "The thylacine rate is 4 euro.\n"
SECRET = HEAD + (
    "## Potoroo\n\nThe wombatfee is 5 euro. ![bilby](bilby.png) [sheet](bilby.txt)\n\n"
    "It is like [another](late-shipment.md).\n"
)
ASKED = (
    "", "q=quo", "q=quokke", "q=wombatfe", "q=wombatfei", "q=num", "q=islands+tariff",
    "q=potoro", "q=%22island+tariff%22", "q=shp-07", "q=tariff&department=shipping",
    "department=shipping", "status=draft", "at=2027-01-01", "day=2027-01-01", "date=2027-01-01",
    "show=source", "show=all", "name=Numbat%3A+island+tariff", "name=island+tariff",
    "after=2020-01-01", "days=365", "for=SHP-077", "text=The+wombatfe", "owner=editor%40kb.example",
    "one=SHP-077&other=SHP-014", "id=SHP-077", "procedure=SHP-077", "path=shipping/islands.md",
    "words=island+tariff",
)  # fmt: skip


@pytest.fixture
def commits(app: Flask, parts: Parts, editor: FlaskClient, reviewer: FlaskClient) -> list[str]:
    """A draft with a past, a picture, unsaved words and a submission; the commits it has."""
    app.config["KB_NOW"] = NOW
    clone = Clone.at(parts.storage.library.root)
    clone.commit("All that we have")
    clone.write("shipping/bilby.png", PICTURE)
    clone.write("shipping/bilby.txt", "dugong")
    clone.save("shipping/islands.md", EARLIER, "Begun", at="2026-11-20 09:00")
    clone.save("shipping/islands.md", SECRET, "By the cassowary", at="2026-11-21 09:00")
    parts.publishing.publisher.refresh(NOW.date())
    form = fields(page(editor, "/procedures/SHP-077/edit"))
    kept = {**form, "body": form["body"] + "\n\nA platypus too.\n"}
    assert editor.post("/procedures/SHP-077/draft", data=kept).status_code == 200
    sent = {"version": version_of(parts, "SHP-077"), "note": "For the echidna"}
    assert editor.post("/procedures/SHP-077/submissions", data=sent).status_code == 302
    found = re.search(r'href="(/procedures/SHP-077[^"]*)"', page(editor, "/search?q=islands+fare"))
    assert editor.get(unescape(found[1])).status_code == 200
    sent = {"helpful": "no", "version": version_of(parts, "SHP-077"), "comment": "kookaburra"}
    assert editor.post("/procedures/SHP-077/votes", data=sent).status_code == 302
    return clone.git("log", "--format=%H").split()


def addresses(site: Flask, commits: list[str]) -> Iterator[str]:
    """Every page that can be asked for, about the draft where it is about something."""
    rules = [rule for rule in site.url_map.iter_rules() if "GET" in rule.methods]
    with site.test_request_context():
        for rule in rules:
            if "static" not in rule.endpoint:
                for values in about(rule.arguments, commits):
                    yield site.url_for(rule.endpoint, **values)
    for old, new in product(commits, commits):
        yield f"/procedures/SHP-077/differences?from={old}&to={new}"
        yield f"/procedures/SHP-014/differences?from={old}&to={new}"


def about(names: set[str], commits: list[str]) -> Iterator[dict[str, object]]:
    """All that may stand in an address with these blanks."""
    known: dict[str, list] = {
        "procedure_id": ["SHP-077", "SHP-014"],
        "path": [f"shipping/{name}" for name in ("bilby.png", "bilby.txt", "islands.md")],
        "commit": commits,
        "category": ["Numbat"],
    }
    order = sorted(names)
    for values in product(*(known.get(name, [EXAMPLES[name]]) for name in order)):
        yield dict(zip(order, values, strict=True))


def told(client: FlaskClient, address: str, **headers: str) -> list[str]:
    """Which of the secrets stand in the answer."""
    with client.get(address, headers=headers) as answer:
        said = answer.data.lower() + str(answer.headers).lower().encode()
    asked = address.lower().encode()
    for one in (address.lower(), address.lower().replace("/", "%2f")):
        said = said.replace(one.encode(), b"")
    words = (word.lower().encode() for word in SECRETS.values())
    return [word.decode() for word in words if word in said and word not in asked]


def every(
    client: FlaskClient, site: Flask, commits: list[str], **headers: str
) -> Iterator[tuple[str, list[str]]]:
    """What is asked for, and the secrets that it tells, where it tells any."""
    for address in addresses(site, commits):
        for asked in ASKED if _opens(client, address, headers) else ASKED[:2]:
            whole = f"{address}{'&' if '?' in address else '?'}{asked}" if asked else address
            if words := told(client, whole, **headers):
                yield whole, words


def _opens(client: FlaskClient, address: str, headers: dict[str, str]) -> bool:
    """Whether what is asked besides may matter: not to a page about a procedure that is hidden."""
    about_one = "SHP-077" in address or "/shipping/" in address
    with client.get(address, headers=headers) as answer:
        return "differences?" not in address and not (about_one and answer.status_code == 404)


@pytest.mark.parametrize("who", ["rep", "outsider", "administrator"])
def test_others_are_told_nothing(
    who: str, app: Flask, commits: list[str], request: pytest.FixtureRequest
) -> None:
    client: FlaskClient = request.getfixturevalue(who)
    assert list(every(client, app, commits)) == []


def test_strangers_who_may_read_are_told_nothing(parts: Parts, commits: list[str]) -> None:
    opened = replace(parts, settings=replace(parts.settings, open_reading=True))
    site = create_app(opened)
    site.config.update(TESTING=True, WTF_CSRF_ENABLED=False, KB_NOW=NOW)
    assert list(every(site.test_client(), site, commits)) == []


def test_its_own_people_are_told_all(app: Flask, commits: list[str], editor: FlaskClient) -> None:
    """Or the words are not where the other tests look for them."""
    missing = {word.lower() for word in SECRETS.values()}
    for _, words in every(editor, app, commits):
        missing -= set(words)
        if not missing:
            return
    assert not missing


@pytest.mark.parametrize("who", ["rep", "outsider", "admin"])
@pytest.mark.usefixtures("commits")
def test_programs_are_told_nothing(who: str, app: Flask, parts: Parts) -> None:
    client, headers = app.test_client(), bearer(parts, f"{who}@kb.example")
    for asked in ("q=quo", "q=quokke", "q=islands+tariff", "q=wombatfe", "q=shp-07"):
        assert told(client, f"/api/v1/search?{asked}", **headers) == []
    assert client.get("/api/v1/search?q=tariff", headers=headers).json["total"] == 0
    assert client.get("/api/v1/procedures/SHP-077", headers=headers).status_code == 404


@pytest.mark.parametrize("who", ["rep", "outsider", "administrator"])
@pytest.mark.usefixtures("commits")
def test_asking_for_a_part_of_a_file_or_its_age_tells_nothing(
    who: str, editor: FlaskClient, request: pytest.FixtureRequest
) -> None:
    client: FlaskClient = request.getfixturevalue(who)
    with editor.get("/files/shipping/bilby.txt", headers={"Range": "bytes=0-2"}) as part:
        assert (part.status_code, part.data) == (206, b"dug")
        seal = part.headers["ETag"]
    for name, value in (("Range", "bytes=0-2"), ("If-None-Match", seal), ("If-Range", seal)):
        assert client.get("/files/shipping/bilby.txt", headers={name: value}).status_code == 404
    assert client.head("/files/shipping/bilby.txt").status_code == 404
