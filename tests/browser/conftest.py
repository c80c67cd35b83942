"""A real browser on a real `kb serve --demo` with the sample company."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.test_serving import Site, serving

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO_PASSWORD = "northwind-demo"
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("northwind")
    shutil.copytree(ROOT / "content", home / "content")
    with serving(home, "--demo") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Two busy cores may serve many tests at once: what comes, comes within this.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        if chromium is None:
            pytest.fail("install chromium (Debian's package) for the browser tests")
        launched = playwright.chromium.launch(executable_path=chromium, args=_QUIET)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}", viewport={"width": 1280, "height": 900}
    )
    yield opened
    opened.close()


def sign_in(context: BrowserContext, who: str) -> Page:
    """A page of that demo person ("ana.costa"), signed in."""
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(f"{who}@northwind.example")
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")
    return page


def ensure_accessible(page: Page) -> None:
    """No fault of accessibility in the light colours; in the dark ones, none of contrast."""
    for scheme, options in (("light", None), ("dark", {"runOnly": ["color-contrast"]})):
        # Without motion, so that no colour is on its way from one scheme to the other.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options=options)
        assert found.violations_count == 0, f"{page.url}, {scheme}: {found.generate_report()}"
    page.emulate_media(color_scheme="light")
