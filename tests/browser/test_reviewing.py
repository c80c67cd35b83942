"""A reviewer's hour in a real browser: the list, still right, many at once, undo, hand over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import ROOT, check, shoot, sign_in
from tests.cli.test_serving import Site, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MANY = 40


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company, and forty procedures of shipping that nobody looked at for long."""
    folder = tmp_path_factory.mktemp("reviewing")
    shutil.copytree(ROOT / "content", folder / "content")
    for nth in range(MANY):
        day = date(2024, 1, 1) + timedelta(days=nth)
        owner = "dana.reyes" if nth % 3 == 0 else "ilse.maas"
        title = f"Carrier: A parcel that was sent to the wrong country, in case {nth}"
        (folder / "content" / "shipping" / f"case-{nth}.md").write_text(
            f'---\nid: OLD-{nth:03}\ntitle: "{title}"\nowner: {owner}@northwind.example\n'
            f"reviewed: {day}\nreview_every: 6 months\n---\n\n## Steps\n\n1. Look.\n"
        )
    return folder


@pytest.fixture(scope="module")
def reviewed(home: Path) -> Iterator[Site]:
    with serving(home, "--demo") as running:
        yield running


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def context(
    browser: Browser, reviewed: Site, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        base_url=f"http://127.0.0.1:{reviewed.port}",
        viewport={"width": 1280, "height": 900},
        java_script_enabled=request.param,
    )
    yield opened
    opened.close()


def text(home: Path, nth: int) -> str:
    return (home / "content" / "shipping" / f"case-{nth}.md").read_text()


def test_a_reviewer_confirms_one_and_takes_it_back(context: BrowserContext, home: Path) -> None:
    before = text(home, 39)
    page = sign_in(context, "dana.reyes")
    page.get_by_role("link", name="My department").click()
    page.get_by_role("link", name="See what is overdue").click()
    page.wait_for_url("**/reviews?*")
    page.goto("/procedures/OLD-039")
    expect(page.get_by_text("it is still the valid text")).to_be_visible()
    page.get_by_role("button", name="Still right").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Confirmed as still right")
    expect(page.get_by_text("Confirmed as still right by Dana Reyes")).to_be_visible()
    assert text(home, 39) != before
    page.get_by_role("status").get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Undone: 1 procedure as before.")
    assert text(home, 39) == before


def test_many_are_confirmed_and_undone_together(context: BrowserContext, home: Path) -> None:
    before = [text(home, nth) for nth in range(3)]
    page = sign_in(context, "dana.reyes")
    page.goto("/reviews?which=overdue")
    rows = page.get_by_role("listitem").filter(has_text="in case")
    for nth in range(3):
        rows.nth(nth).get_by_role("checkbox").press("Space")
    page.get_by_role("button", name="Still right").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("3 procedures")
    assert [text(home, nth) for nth in range(3)] != before
    page.goto("/changes")
    page.get_by_role("button", name="Undo").first.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Undone: 3 procedures as before.")
    assert [text(home, nth) for nth in range(3)] == before


def test_the_list_is_walked_and_chosen_from_by_keyboard(browser: Browser, reviewed: Site) -> None:
    address = f"http://127.0.0.1:{reviewed.port}"
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = sign_in(context, "dana.reyes")
    page.goto("/reviews")
    for key in ("j", "x", "j", "j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_text("2 chosen")).to_be_visible()
    page.get_by_label("2 chosen").check()
    expect(page.get_by_text("25 chosen")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    context.close()


def test_all_that_somebody_had_is_handed_over_in_one_step(
    browser: Browser, reviewed: Site, home: Path
) -> None:
    address = f"http://127.0.0.1:{reviewed.port}"
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = sign_in(context, "sam.admin")
    page.goto("/people?q=ilse")
    page.get_by_role("link", name="Ilse Maas").click()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("status")).to_contain_text("to be handed over")
    shoot(page, "person-left")
    check(page)
    context.close()
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = sign_in(context, "dana.reyes")
    page.goto("/reviews?which=any&owner=ilse.maas@northwind.example")
    page.get_by_label("Owner", exact=True).select_option(label="Dana Reyes")
    page.get_by_label("of this list, on every page").check()
    shoot(page, "reviews-hand-over")
    check(page)
    page.get_by_label("Owner", exact=True).select_option(label="Dana Reyes")
    page.get_by_role("button", name="Hand over", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Handed over:")
    assert "owner: dana.reyes@northwind.example" in text(home, 1)
    expect(page.get_by_text("Nothing here is waiting")).to_be_visible()
    shoot(page, "reviews-handed-over")
    check(page)
    context.close()


def test_the_pages_are_sound_wide_and_narrow(browser: Browser, reviewed: Site) -> None:
    address = f"http://127.0.0.1:{reviewed.port}"
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = sign_in(context, "dana.reyes")
    for name, place in {
        "reviews": "/reviews",
        "reviews-empty": "/reviews?which=never",
        "reviews-changes": "/changes",
        "procedure-overdue": "/procedures/OLD-003",
    }.items():
        page.goto(place)
        shoot(page, name)
        check(page)
    context.close()
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = sign_in(context, "sam.admin")
    for name, place in {
        "orphans": "/reviews/orphans",
        "department-settings": "/departments/shipping/settings",
        "department-new": "/departments/new",
        "departments": "/departments",
    }.items():
        page.goto(place)
        shoot(page, name)
        check(page)
    page.goto("/departments/shipping/settings")
    page.get_by_label("How to reach it").fill("#ship, ext. 1")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("status")).to_contain_text("Saved: channel.")
    page.get_by_role("link", name="Who changed departments.yml").click()
    expect(page.get_by_text("Department shipping: channel")).to_be_visible()
    shoot(page, "departments-history")
    check(page)
    context.close()
