"""The history in a real browser: by keyboard, without JavaScript, wide and narrow."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import ROOT, check, shoot, sign_in
from tests.cli.test_serving import Site, serving
from tests.gitmade import Clone

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ILSE = ("Ilse Maas", "ilse.maas@northwind.example")
FILE = "shipping/late-shipment.md"
ID = "SHP-014"
NOTE = (
    "No more waiting: the carrier answers within an hour now, and what we told customers about "
    "the depot was wrong\n\nKb-Kind: notable"
)


@pytest.fixture(scope="module")
def historic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample company as a clone, with one procedure changed since."""
    home = tmp_path_factory.mktemp("historic")
    shutil.copytree(ROOT / "content", home / "content")
    clone = Clone.at(home / "content")
    text = (clone.root / FILE).read_text("utf-8")
    old = text.replace("\n1. ", "\n1. Take your time and look around first.\n1. ", 1)
    clone.write(FILE, old.replace("the carrier", "the forwarder", 2))
    clone.commit("All that we have", at="2026-01-05 08:00")
    remark = f"{old}\nThis paragraph went away again.\n"
    clone.save(FILE, remark, "A remark about the depot", "2026-02-01 08:00", ILSE)
    clone.save(FILE, text, NOTE, "2026-03-01 08:00", ILSE)
    with serving(home, "--demo") as running:
        yield running


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def reader(
    browser: Browser, historic: Site, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{historic.port}",
        viewport={"width": 1280, "height": 900},
        java_script_enabled=request.param,
    )
    yield context
    context.close()


def test_two_versions_are_chosen_and_compared_by_keyboard(reader: BrowserContext) -> None:
    page = sign_in(reader, "ana.costa")
    page.goto(f"/procedures/{ID}")
    page.get_by_role("link", name="History").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("History of")
    page.get_by_label("Compare from the version of 1 Feb 2026, 09:00 CET").press("ArrowDown")
    expect(page.get_by_label("Compare from the version of 5 Jan 2026, 09:00 CET")).to_be_checked()
    page.get_by_role("button", name="Compare the two chosen").press("Enter")
    expect(page.locator("del").first).to_be_visible()
    page.get_by_role("link", name="Side by side").press("Enter")
    expect(page.get_by_role("table")).to_be_visible()
    page.get_by_role("link", name="Source").press("Enter")
    expect(page.get_by_role("table")).to_contain_text("forwarder")


def test_what_was_read_on_a_day_is_asked_for(reader: BrowserContext) -> None:
    page = sign_in(reader, "ana.costa")
    page.goto("/as-of")
    page.get_by_label("On (Europe/Amsterdam)").fill("2026-02-03T10:00")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("main").get_by_role("link", name="Complaint: Late Shipment").click()
    expect(page.get_by_text("What was read on 3 Feb 2026, 10:00 CET")).to_be_visible()
    expect(page.get_by_text("This paragraph went away again.")).to_be_visible()


def test_an_owner_looks_up_an_old_version_and_restores_it(browser: Browser, historic: Site) -> None:
    address = f"http://127.0.0.1:{historic.port}"
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = sign_in(context, "dana.reyes")
    addresses = {
        "history": f"/procedures/{ID}/history",
        "history-page": f"/procedures/{ID}/differences",
        "history-page-side": f"/procedures/{ID}/differences?view=side",
        "history-source": f"/procedures/{ID}/differences?of=source",
        "history-source-side": f"/procedures/{ID}/differences?of=source&view=side",
        "history-authors": f"/procedures/{ID}/authors",
        "history-as-of": "/as-of?at=2026-02-03T10:00",
        "history-as-of-empty": "/as-of?at=2020-02-03T10:00",
        "history-begin": "/as-of",
    }
    for name, place in addresses.items():
        page.goto(place)
        shoot(page, name)
        check(page)
    page.goto(f"/procedures/{ID}/history")
    page.get_by_role("link", name="A remark about the depot").click()
    shoot(page, "history-version")
    check(page)
    page.get_by_role("link", name="Show the source").click()
    check(page)
    page.get_by_role("link", name="Show the page").click()
    page.get_by_role("button", name="Restore this version").click()
    expect(page.get_by_role("status")).to_contain_text("Restored")
    expect(page.get_by_text("This paragraph went away again.")).to_be_visible()
    shoot(page, "history-restored")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("listitem").filter(has_text="Restored the version of")).to_contain_text(
        "Dana Reyes"
    )
    context.close()
