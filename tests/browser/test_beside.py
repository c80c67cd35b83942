"""Beside another program: in the frame of another site's page, and in a narrow window."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from tests.browser.conftest import DEMO_PASSWORD, ROOT, OpenAs, ensure_it_fits, shoot
from tests.cli.test_serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXAMPLE = ROOT / "docs" / "examples" / "beside-the-ticket.html"
NARROW = {"width": 320, "height": 800}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """To nobody."""


@dataclass
class Outside:
    """The example's page at an origin of its own, and at one that may frame nothing."""

    address: str
    stranger: str
    site: str


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    home, pages = tmp_path_factory.mktemp("framed"), tmp_path_factory.mktemp("crm")
    shutil.copytree(ROOT / "content", home / "content")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=pages))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    hosts = f"crm.example.com, http://localhost:{port}"
    try:
        with serving(home, "--demo", KB_FRAME_HOSTS=hosts, KB_HTTPS="1") as running:
            site = f"http://127.0.0.1:{running.port}"
            _put(pages, site)
            yield Outside(f"http://localhost:{port}", f"http://other.localhost:{port}", site)
    finally:
        server.shutdown()
        server.server_close()


def _put(pages: Path, site: str) -> None:
    (pages / "ticket.html").write_text(EXAMPLE.read_text().replace("https://kb.example.com", site))


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


def sign_in_beside(page: Page) -> FrameLocator:
    beside = page.frame_locator("#beside")
    beside.get_by_label("E-mail").fill("ana.costa@northwind.example")
    beside.get_by_role("textbox", name="Password", exact=True).fill(DEMO_PASSWORD)
    beside.get_by_role("button", name="Sign in", exact=True).click()
    expect(beside.locator("#query")).to_be_visible()
    return beside


def test_a_call_in_the_frame_of_another_site(window: BrowserContext, outside: Outside) -> None:
    page = window.new_page()
    page.goto(f"{outside.address}/ticket.html")
    beside = sign_in_beside(page)
    expect(beside.locator(".menu-more")).to_be_hidden()
    page.locator("#words").fill("parcel never came")
    page.get_by_role("button", name="Find the procedure").click()
    title = beside.locator("[data-procedure='SHP-003'] h1")
    expect(title).to_be_visible()
    expect(page.locator("#page")).to_have_text(title.inner_text())
    beside.get_by_role("button", name="Step 1 done").click()
    beside.get_by_role("button", name="Into the ticket").click()
    expect(page.locator("#note")).to_have_value(re.compile(r"SHP-003 .*Done:\n1\. ", re.DOTALL))
    wide = beside.locator("html").evaluate("e => e.scrollWidth")
    assert wide <= 320
    shoot(page, "beside")
    page.get_by_role("button", name="New call").first.click()
    expect(beside.locator("li.done")).to_have_count(0)


def test_who_signs_out_in_the_frame_is_out(window: BrowserContext, outside: Outside) -> None:
    page = window.new_page()
    page.goto(f"{outside.address}/ticket.html")
    beside = sign_in_beside(page)
    (cookie,) = window.cookies(outside.site)
    assert cookie["secure"]
    assert cookie["sameSite"] == "None"
    assert cookie["partitionKey"]
    page.reload()
    expect(beside.locator("#query")).to_be_visible()
    beside.locator(".menu-me").click()
    beside.get_by_role("button", name="Sign out", exact=True).click()
    expect(beside.get_by_role("textbox", name="Password", exact=True)).to_be_visible()
    page.reload()
    expect(beside.get_by_role("textbox", name="Password", exact=True)).to_be_visible()


def test_no_other_site_may_frame_it(window: BrowserContext, outside: Outside) -> None:
    page = window.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{outside.stranger}/ticket.html")
    page.wait_for_timeout(500)
    assert any("frame-ancestors" in text for text in refused)
    frame = page.frame_locator("#beside")
    expect(frame.get_by_role("textbox", name="Password", exact=True)).to_have_count(0)


def test_who_is_not_named_is_not_heard(window: BrowserContext, outside: Outside) -> None:
    """A message of a frame beside, or of the page itself, is none of the page around."""
    page = window.new_page()
    page.goto(f"{outside.address}/ticket.html")
    beside = sign_in_beside(page)
    page.wait_for_load_state()
    page.evaluate(
        """() => {
          const other = document.createElement("iframe");
          const said = 'parent.frames[0].postMessage({ kb: "search", words: "late" }, "*")';
          other.srcdoc = `<script>${said}</` + "script>";
          document.body.append(other);
        }"""
    )
    page.wait_for_timeout(700)
    assert beside.locator("body").evaluate("() => location.pathname") == "/"


def test_a_narrow_window_keeps_to_it(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    expect(page.get_by_role("link", name="Whole page")).to_be_hidden()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Narrow window").click()
    narrow = opened.value
    expect(narrow.get_by_role("link", name="Whole page")).to_be_visible()
    expect(narrow.get_by_role("link", name="Narrow window")).to_be_hidden()
    narrow.set_viewport_size(NARROW)
    expect(narrow.locator(".menu-more")).to_be_hidden()
    narrow.goto("/open?q=parcel+never+came")
    expect(narrow.locator("[data-procedure='SHP-003']")).to_be_visible()
    expect(narrow.locator(".menu-more")).to_be_hidden()
    expect(narrow.get_by_role("link", name="Results for “parcel never came”")).to_be_visible()
    narrow.set_viewport_size(NARROW)
    ensure_it_fits(narrow, 320)
    narrow.set_viewport_size(NARROW)
    for path in ("/", "/search?q=late+parcel", "/procedures/SHP-014"):
        narrow.goto(path)
        ensure_it_fits(narrow, 320)
    expect(page.locator(".menu-more")).to_be_visible()
