"""The site below a path: nothing on any page leads out of it, and nothing outside is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from msgspec.structs import replace

from kb.parts import Parts
from kb.web.site import mount
from tests.conftest import NOW, PASSWORD, built_site
from tests.web.site.test_routes import address, steps

ROOT = "/help/desk"
STATIC = Path(mount.__file__).parents[2] / "static"
# Addresses of scripts that are not made from one on the page.
FIXED = re.compile(r"""["'`]/[a-z]""")


@pytest.fixture
def below(parts: Parts, compiled: FileSystemBytecodeCache) -> Flask:
    """The site as it is at https://intra.example/help/desk."""
    named = replace(
        parts.settings,
        url=f"https://intra.example{ROOT}/",
        backup_folder="backups",
        frame_hosts="crm.example",
        ticket_link="https://crm.example/{ticket}",
    )
    return built_site(replace(parts, settings=named), compiled)


def entered(site: Flask, email: str) -> FlaskClient:
    client = site.test_client()
    client.post(f"{ROOT}/sign-in", data={"email": email, "password": PASSWORD})
    return client


class Paths(HTMLParser):
    """Every attribute of a page that is a path, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: set[str] = set()
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and value.startswith("/"):
                self.all.add(value)
            if tag == "a" and name == "href" and value and value.startswith("/"):
                self.links.add(value.partition("#")[0])


def path_of(link: str) -> str:
    return link.partition("?")[0]


def told(parts: Parts) -> None:
    """A page of notices that lead somewhere, read and unread."""
    for text in ("one", "two"):
        parts.people.directory.set_password(1, f"another {text} {PASSWORD}", NOW)
    parts.people.directory.set_password(1, PASSWORD, NOW)
    (newest, *_) = parts.notices.received.of(1, 1, 30).notices
    parts.notices.received.mark_read(1, NOW, newest.id)


def pages(site: Flask) -> Iterator[str]:
    """The routes that are got, with an example each."""
    for step, endpoint in steps(site):
        if step.startswith("GET "):
            yield f"{ROOT}{address(site, step, endpoint)}"


@pytest.mark.parametrize("who", ["rep", "reviewer", "admin"])
def test_no_page_leads_out_of_it(below: Flask, parts: Parts, who: str) -> None:
    told(parts)
    client = entered(below, f"{who}@kb.example")
    waiting = [*pages(below), f"{ROOT}/search?q=shipment", f"{ROOT}/search?q=unicycle+insurance"]
    met, opened = {path_of(one) for one in waiting}, set()
    while waiting:
        asked = waiting.pop()
        with client.get(asked) as answer:
            assert answer.headers.get("Location", ROOT).startswith(ROOT), asked
            if answer.mimetype != "text/html" or answer.status_code >= 300:
                continue
            html = answer.text
        found = Paths(html)
        astray = {one for one in found.all if not one.startswith(f"{ROOT}/")}
        assert not astray, (asked, astray)
        opened.add(path_of(asked))
        # Of lists that are sorted, narrowed and paged one is enough.
        more = {path_of(one): one for one in found.links if path_of(one) not in met}
        met |= more.keys()
        waiting.extend(more.values())
    assert f"{ROOT}/procedures/SHP-014" in opened
    assert len(opened) > 25


def test_the_way_in_leads_on_to_what_was_asked_for(below: Flask) -> None:
    client = below.test_client()
    asked = client.get(f"{ROOT}/search?q=parcel")
    assert asked.location == f"{ROOT}/sign-in?next=/help/desk/search?q%3Dparcel"
    given = {"email": "rep@kb.example", "password": PASSWORD, "next": f"{ROOT}/search?q=parcel"}
    done = client.post(f"{ROOT}/sign-in", data=given)
    assert done.location == f"{ROOT}/search?q=parcel"
    assert f"Path={ROOT};" in f"{done.headers['Set-Cookie']};"
    assert client.get(done.location).status_code == 200


def test_what_is_outside_is_not_found(below: Flask) -> None:
    client = below.test_client()
    for path in ("/", "/sign-in", "/help", "/help/desktop/sign-in", "/Help/desk/", "/healthz"):
        assert client.get(path).status_code == 404, path
    for path in (ROOT, f"{ROOT}/"):
        assert client.get(path).location.startswith(f"{ROOT}/sign-in")


def test_a_proxy_may_strip_the_path_if_it_says_so(below: Flask) -> None:
    client = below.test_client()
    for said in (ROOT, f"{ROOT}/"):
        headers = {"X-Forwarded-Prefix": said}
        assert f'action="{ROOT}/sign-in"' in client.get("/sign-in", headers=headers).text
    made_up = {"X-Forwarded-Prefix": "/elsewhere"}
    assert client.get("/sign-in", headers=made_up).status_code == 404
    assert client.get(f"{ROOT}/sign-in", headers=made_up).status_code == 200
    # A server that splits the path itself has already done so.
    split = client.get("/sign-in", base_url=f"http://localhost{ROOT}/")
    assert f'action="{ROOT}/sign-in"' in split.text


def test_programs_and_browsers_are_told_whole_paths(below: Flask, parts: Parts) -> None:
    client = entered(below, "rep@kb.example")
    token = parts.people.tokens.create(1, "a script", NOW)
    headers = {"Authorization": f"Bearer {token}"}
    hits = client.get(f"{ROOT}/api/v1/search?q=shipment", headers=headers).get_json()["hits"]
    one = client.get(f"{ROOT}/api/v1/procedures/SHP-014", headers=headers).get_json()
    assert hits[0]["url"] == one["url"] == f"{ROOT}/procedures/SHP-014"
    described = client.get(f"{ROOT}/opensearch.xml").text
    assert f'"https://intra.example{ROOT}/search?q={{searchTerms}}"' in described


def test_what_a_device_keeps_is_below_it_too(below: Flask) -> None:
    client = entered(below, "rep@kb.example")
    manifest = client.get(f"{ROOT}/manifest.webmanifest").json
    assert manifest["scope"] == manifest["start_url"] == f"{ROOT}/"
    told = json.loads(
        client.get(f"{ROOT}/worker.js").text.partition("\n")[0][len("const KB = ") : -1]
    )
    addresses = [
        told["root"],
        told["kept"],
        told["signOut"],
        *told["assets"],
        *told["pages"].values(),
    ]
    kept = client.get(f"{ROOT}/kept?id=SHP-014").json["kept"][0]
    addresses += [kept["address"], kept["copy"], *(icon["src"] for icon in manifest["icons"])]
    assert [one for one in addresses if not one.startswith(f"{ROOT}/")] == []


def test_what_was_typed_goes_back_to_where_it_was_going(below: Flask) -> None:
    form = {"text": "The form lacks a field.", "kind": "other"}
    answer = below.test_client().post(f"{ROOT}/requests", data=form)
    assert answer.status_code == 401
    (kept,) = re.findall(r'name="kept"\s+value="([^"]+)"', answer.text) or [""]
    given = {"email": "rep@kb.example", "password": PASSWORD, "kept": kept}
    shown = below.test_client().post(f"{ROOT}/sign-in", data=given)
    assert f'action="{ROOT}/requests"' in shown.text


def test_a_notice_leads_to_its_page(below: Flask, parts: Parts) -> None:
    told(parts)
    client = entered(below, "rep@kb.example")
    unread = [one for one in parts.notices.received.of(1, 1, 30).notices if one.read_at is None]
    answer = client.post(f"{ROOT}/notices/{unread[0].id}/reading")
    assert answer.location == f"{ROOT}{unread[0].link}"


def test_no_script_knows_an_address_by_heart() -> None:
    known = {
        (script.name, line.strip())
        for script in STATIC.glob("*.js")
        for line in script.read_text(encoding="utf-8").splitlines()
        if FIXED.search(line)
    }
    assert not known, json.dumps(sorted(known), indent=1)
