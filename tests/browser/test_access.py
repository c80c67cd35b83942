"""Everybody can use every page: by keyboard, at 400 %, with colours of their own, with a finger."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.web.site.test_routes import EXAMPLES, LADDER

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_SAMPLES = {**EXAMPLES, "procedure_id": "RET-001"}
_WITH_WORDS = (
    "/search?q=parcel+never+came",
    "/search?q=quux",
    "/insight/search/pointing?words=tent",
    "/keyword?name=late+shipment",
    "/procedures?letter=r",
)
_PHONE, _DESK = 390, 1280
_AT_400_PERCENT = 320
_AXE = {**DEFAULT_OPTIONS, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

# Links within a sentence may be as high as the text; a field's label is pressed as well as itself.
_SMALL = """() => {
  const box = (one) => one.getBoundingClientRect();
  const within = (one) => getComputedStyle(one).display === 'inline'
    && one.closest('p, li, td, dd, label, .note')
    && one.parentElement.textContent.trim() !== one.textContent.trim();
  const labels = (one) => [...(one.labels ?? [])].map((label) => box(label).height);
  const high = (one) => Math.max(box(one).height, ...labels(one));
  const pressed = 'a[href], button, input:not([type=hidden]), select, summary, textarea';
  return [...document.querySelectorAll(pressed)]
    .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .filter((one) => box(one).width > 1 && box(one).height > 1 && !within(one) && high(one) < 23.5)
    .map((one) => `${one.outerHTML.slice(0, 120)} is ${Math.round(high(one))} high`);
}"""
_RINGLESS = """() => {
  const one = document.activeElement;
  const drawn = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  if (one === document.body) return '';
  const styles = [getComputedStyle(one), getComputedStyle(one, '::after')];
  if (styles.some(drawn)) return '';
  return one.outerHTML.slice(0, 120);
}"""


def addresses() -> Iterator[str]:
    """Every page that the route table has, with what the sample company has for its names."""
    for step in LADDER:
        method, _, rule = step.partition(" ")
        if method == "GET" and "static" not in rule and not rule.endswith(".csv"):
            yield re.sub(r"<[^>]*?([a-z_]+)>", lambda name: str(_SAMPLES[name[1]]), rule)
    yield from _WITH_WORDS


def pages(page: Page, seen: set[str]) -> Iterator[str]:
    """Goes to each of those that this person has and nobody saw yet."""
    for address in addresses():
        if address in seen:
            continue
        answer = page.request.get(address, max_redirects=0)
        if answer.status == 200 and "html" in answer.headers["content-type"]:
            seen.add(address)
            page.goto(address, wait_until="domcontentloaded")
            yield address


def test_every_page_fits_can_be_pressed_and_passes_axe(as_person: OpenAs) -> None:
    seen: set[str] = set()
    wrong = []
    for who in ("ana.costa", "dana.reyes", "sam.admin"):  # each with what the one before has not
        page = as_person(who)
        for address in pages(page, seen):
            wrong += faults(page, address, ("light", "dark")[len(seen) % 2])
    assert len(seen) > 60, "the table was not walked"
    assert wrong == []


def faults(page: Page, address: str, scheme: str) -> Iterator[str]:
    """What sticks out, what is too small to press, and what axe finds."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for width in (_AT_400_PERCENT, _PHONE, _DESK):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{address} is {wide} wide at {width}"
        yield from (f"{address}, {width}: {small}" for small in page.evaluate(_SMALL))
    found = Axe().run(page, options=_AXE)
    if found.violations_count:
        yield f"{address}, {scheme}: {found.generate_report()}"


@pytest.mark.parametrize("address", ["/", "/procedures/RET-001", "/inbox", "/insight/search"])
@pytest.mark.parametrize("colours", ["none", "active"])
def test_the_focus_is_seen_wherever_it_is(as_person: OpenAs, address: str, colours: str) -> None:
    page = as_person("dana.reyes")
    page.emulate_media(forced_colors=colours)
    page.goto(address)
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(_RINGLESS) == ""


def test_with_forced_colours_what_is_chosen_looks_otherwise(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    page.emulate_media(forced_colors="active")
    for address, chosen in (
        ("/insight/search", ".chip[aria-current]"),
        ("/departments/shipping", ".ways .on"),
        ("/inbox", ".menu a[aria-current]"),
        ("/inbox", ".pick a[aria-current]"),
    ):
        page.goto(address)
        lines = page.locator(chosen).first.evaluate("one => getComputedStyle(one).outlineStyle")
        assert lines == "solid", (address, chosen)


def test_the_first_copy_is_a_few_stops_away_and_a_section_is_one(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.goto("/procedures/RET-001")
    stops: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert stops.index("Copy") < 15
    assert "#" not in stops
    sections = page.locator("section > [data-doubt]").count()
    assert stops.count("Helpful?") <= sections


def test_arrows_lead_to_what_is_behind_a_section_s_stop(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.goto("/procedures/RET-001")
    first = page.locator("[data-steps] > [data-doubt]").first
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-steps] h2 > .anchor").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Was step 1 helpful?").first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()


def test_single_keys_can_be_switched_off_and_stay_off(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.goto("/account")
    page.locator("main").get_by_role("button", name="Single keys: on").click()
    expect(page.get_by_role("button", name="Single keys: off")).to_have_count(2)
    page.goto("/search?q=parcel+never+came")
    page.locator("h1").click()
    for key in ("1", "n", "/"):
        page.keyboard.press(key)
    expect(page.locator("#query")).not_to_be_focused()
    assert "/search" in page.url
    assert "#" not in page.url
    page.keyboard.press("Control+k")
    expect(page.locator("#query")).to_be_focused()
    page.keyboard.type("1/n")  # typing is not touched
    expect(page.locator("#query")).to_have_value("1/n")

    page.locator("footer").get_by_role("button", name="Single keys: off").click()
    page.locator("h1").click()
    page.keyboard.press("1")
    page.wait_for_url("**/procedures/*")


def test_the_inbox_hears_no_single_keys_once_they_are_off(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    page.goto("/inbox")
    page.locator("footer").get_by_role("button", name="Single keys: on").click()
    page.locator("h1").click()
    for key in ("j", "x", "a", "r", "o"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('[data-item]')") is None
    assert page.url.endswith("/inbox")
