"""A real browser on a real `kb serve --demo` with the sample company."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import needs
from tests.browser import chromium
from tests.cli.test_serving import Site, serving

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO_PASSWORD = "northwind-demo"
OpenAs = Callable[[str], Page]
# Where to keep what the pages look like; nowhere unless it is named.
_SHOTS = os.environ.get("KB_SHOTS")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if Path(__file__).parent in item.path.parents and not chromium.found():
        needs.missing("a browser", chromium.HOW)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("northwind")
    shutil.copytree(ROOT / "content", home / "content")
    with serving(home, "--demo") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Two busy cores may serve many tests at once: what comes, comes within this.
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium.found(), args=chromium.QUIET)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}", viewport={"width": 1280, "height": 900}
    )
    yield opened
    opened.close()


@pytest.fixture
def as_person(browser: Browser, site: Site) -> Iterator[OpenAs]:
    """Opens a browser of their own for a demo person, signed in."""
    contexts: list[BrowserContext] = []

    def open_as(who: str) -> Page:
        address = f"http://127.0.0.1:{site.port}"
        contexts.append(
            browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
        )
        return sign_in(contexts[-1], who)

    yield open_as
    for context in contexts:
        context.close()


def sign_in(context: BrowserContext, who: str, password: str = DEMO_PASSWORD) -> Page:
    """A page of that person ("ana.costa" of the demo), signed in."""
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(f"{who}@northwind.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")
    return page


def shoot(page: Page, name: str) -> None:
    """Keep what it looks like, wide and narrow, light and dark, where KB_SHOTS says."""
    if _SHOTS is None:
        return
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(250)
            page.screenshot(path=Path(_SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def ensure_sound(page: Page, *paths: str, settled: float = 0) -> None:
    """Each page answers, fits a desk and a phone and is accessible; the policy holds on all.

    One visit for all of it, because visiting is what takes the time. `settled` in ms.
    """
    complaints: list[str] = []
    hosts: set[str | None] = set()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        page.wait_for_timeout(settled)
        ensure_it_fits(page, 1280, 390)
        ensure_accessible(page)
    assert [text for text in complaints if "Content Security Policy" in text] == []
    assert hosts == {"127.0.0.1"}


def ensure_it_fits(page: Page, *widths: int) -> None:
    """Nothing sticks out of windows of these widths."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url} is {wide} wide"
    page.set_viewport_size({"width": 1280, "height": 900})


def ensure_accessible(page: Page) -> None:
    """No fault of accessibility in the light colours; in the dark ones, none of contrast."""
    for scheme, only in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        # Without motion, so that no colour is on its way from one scheme to the other.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options={**DEFAULT_OPTIONS, **only})
        assert found.violations_count == 0, f"{page.url}, {scheme}: {found.generate_report()}"
    page.emulate_media(color_scheme="light")


def check(page: Page) -> None:
    """No fault that axe finds in the light colours, and nothing sticks out on a phone."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    ensure_it_fits(page, 390)
