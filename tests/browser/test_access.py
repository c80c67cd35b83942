"""Everybody can use every page: by keyboard, at 400 %, with colours of their own, with a finger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle, product

import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenAs, sign_in
from tests.cli.test_serving import Site
from tests.effort import examples
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
_WIDTHS = (320, 390, 1280)  # the first is a window of 1280 at 400 %
_COMBINATIONS = list(product(("light", "dark"), _WIDTHS))
PASSWORD = "quite another one than theirs"
THOROUGH = examples(1) > 1
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
        # A piece of a page has no title of its own: it is looked at in its page.
        if answer.status == 200 and "<html" in answer.text():
            seen.add(address)
            page.goto(address, wait_until="domcontentloaded")
            yield address


def test_every_page_fits_can_be_pressed_and_passes_axe(as_person: OpenAs) -> None:
    """Axe takes its time: in a short run each page gets one combination, and each the next one."""
    turn = cycle(_COMBINATIONS)
    every = set()
    wrong: list[str] = []
    for who in ("ana.costa", "dana.reyes", "sam.admin"):
        page = as_person(who)
        page.emulate_media(reduced_motion="reduce")
        # As each of them with all of it where there is time, else what the one before has not.
        seen = set() if THOROUGH else every
        for address in pages(page, seen):
            wrong += what_sticks_out(page, address)
            for scheme, width in _COMBINATIONS if THOROUGH else [next(turn)]:
                wrong += what_axe_finds(page, address, scheme, width)
        every |= seen
    assert len(every) > 60, "the table was not walked"
    assert wrong == []


def what_sticks_out(page: Page, address: str) -> Iterator[str]:
    """And what is too small to press, at any width."""
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{address} is {wide} wide at {width}"
        yield from (f"{address}, {width}: {small}" for small in page.evaluate(_SMALL))


def what_axe_finds(page: Page, address: str, scheme: str, width: int) -> Iterator[str]:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    # All in the window, so that nothing is behind a bar that stays at its edge.
    high = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": high})
    found = Axe().run(page, options=_AXE)
    if found.violations_count:
        yield f"{address}, {scheme}, {width}: {found.generate_report()}"


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
    expect(page.locator("#step-1 > .step-link")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Was step 1 helpful?").first).to_be_focused()
    page.keyboard.press("ArrowLeft")
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


def test_single_keys_act_only_while_the_page_has_the_focus(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.goto("/search?q=parcel+never+came")
    results = page.url
    expect(page.locator("main")).to_be_focused()
    for elsewhere in (".brand", ".menu summary", "footer a"):
        page.locator(elsewhere).first.focus()
        ensure_no_key_acts(page, results)
    page.evaluate("document.activeElement.blur()")
    ensure_no_key_acts(page, results)
    page.locator("#query").focus()
    page.keyboard.press("Escape")  # out of the box, back to the page
    page.keyboard.press("1")
    page.wait_for_url("**/procedures/*")


def ensure_no_key_acts(page: Page, address: str) -> None:
    for key in ("1", "n", "/"):
        page.keyboard.press(key)
    expect(page.locator("#query")).not_to_be_focused()
    assert page.url == address


def test_the_inbox_hears_nothing_while_the_menu_has_the_focus(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    page.goto("/inbox")
    page.locator(".brand").focus()
    for key in ("j", "x", "a", "r", "o", "?"):
        page.keyboard.press(key)
    expect(page.locator(".brand")).to_be_focused()


def test_where_a_link_leads_has_the_focus_and_keys_go_on(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    page.goto("/procedures/RET-001")
    page.keyboard.press("s")
    expect(page.locator("#what-to-say")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#query")).to_be_focused()
    page.goto("/procedures/RET-001#steps")
    expect(page.locator("#steps")).to_be_focused()
    page.keyboard.press("Tab")  # goes on there, not at the top
    assert page.evaluate("document.activeElement.closest('section') !== null")


def test_the_key_of_the_search_box_is_not_typed_into_it(as_person: OpenAs) -> None:
    page = as_person("ana.costa")
    box = page.locator("#query")
    expect(box).to_be_focused()
    page.keyboard.type("/his/her boots")
    expect(box).to_have_value("his/her boots")


def test_a_long_name_makes_no_page_wider_than_the_screen(
    as_person: OpenAs, browser: Browser, site: Site
) -> None:
    admin = as_person("sam.admin")
    admin.goto("/people/new")
    admin.get_by_label("E-mail").fill("max@northwind.example")
    admin.get_by_label("Name", exact=True).fill(
        "Maximilian-Bartholomew-Cornelius Featherstonehaugh"
    )
    admin.get_by_label(re.compile("password", re.I)).first.fill(PASSWORD)
    admin.get_by_role("button", name="Add", exact=True).click()
    expect(admin.get_by_role("heading", level=1)).to_contain_text("Maximilian")
    context = browser.new_context(base_url=f"http://127.0.0.1:{site.port}")
    page = sign_in(context, "max", PASSWORD)
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    admin.get_by_role("button", name="Disable").click()


def test_addresses_of_people_are_one_below_the_other(as_person: OpenAs) -> None:
    page = as_person("sam.admin")
    page.goto("/people")
    lefts = page.locator(".row-line .meta > span:first-child").evaluate_all(
        "all => all.map((one) => Math.round(one.getBoundingClientRect().left))"
    )
    assert len(lefts) > 10
    assert len(set(lefts)) == 1


def test_addresses_of_members_are_not_cut_in_two_on_the_phone(as_person: OpenAs) -> None:
    page = as_person("sam.admin")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/departments/shipping/settings")
    lines = page.locator(".member-email").evaluate_all(
        """all => all.map((one) => {
            const words = document.createRange();
            words.selectNodeContents(one);
            return words.getClientRects().length;
        })"""
    )
    assert lines == [1] * len(lines)
    assert lines
