"""`python -m bench.days ADDRESS`: what a rep meets at that address of a `kb serve --demo`.

Whether what to say is in sight, how many keys lead there, what the site says of what it does not
have, and how much is sent. Each figure as on the days walked in November 2026.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from urllib.parse import quote_plus

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.conftest import sign_in

REP = "ana.costa"
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
QUESTION, ANSWER = "parcel never came", "SHP-003"
TYPING = 60  # ms a key
OUTSIDE = (
    "is there a job opening",
    "do you sponsor football clubs",
    "can I bring my dog to the store",
    "how do I become a supplier",
    "your share price",
    "franchise opportunities",
    "can you repair my bicycle",
    "holiday home insurance",
    "ski pass for the season",
    "do you sell gas cartridges for stoves on a plane",
    "student discount",
    "mountain guide course",
    "where is your head office",
    "hearing loop in the shop",
    "birthday party booking",
    "recycle old boots for a voucher",
    "does the toilet work",
    "donate to our charity",
)
_IN_SIGHT = """wanted => {
  const bar = document.querySelector(".call-bar");
  const end = innerHeight - (bar?.offsetHeight ?? 0);
  return [...document.querySelectorAll(wanted)].some((one) => {
    const { top, bottom, height } = one.getBoundingClientRect();
    return height > 0 && top >= 0 && bottom <= end;
  });
}"""


def main(address: str) -> None:
    """Print every figure, a line each."""
    path = chromium.found()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.QUIET)
        with signed_in(browser, address) as page:
            procedures = list(addresses(page))
        for name in SIZES:
            with signed_in(browser, address, name) as page:
                in_sight(page, name, procedures)
        with signed_in(browser, address) as page:
            from_the_question(page)
            stops_to_copy(page)
            outside(page)
            weight(browser, page)
        browser.close()


@contextmanager
def signed_in(browser: Browser, address: str, size: str = "desk") -> Iterator[Page]:
    """A page of a rep, at home."""
    width, height = SIZES[size]
    context = browser.new_context(base_url=address, viewport={"width": width, "height": height})
    yield sign_in(context, REP)
    context.close()


def addresses(page: Page) -> Iterator[str]:
    """Of every procedure that the departments list."""
    page.goto("/departments")
    ways = page.locator("main a[href^='/departments/']").evaluate_all(
        "all => all.map(a => a.pathname)"
    )
    for way in dict.fromkeys(ways):
        page.goto(way)
        links = page.locator(
            "main .row-title[href^='/procedures/'], main .rows a[href^='/procedures/']"
        )
        yield from dict.fromkeys(links.evaluate_all("all => all.map(a => a.pathname)"))


def in_sight(page: Page, name: str, procedures: list[str]) -> None:
    """In how many procedures the first words to say, and when to escalate, need no scrolling."""
    said = escalated = led = 0
    heights = []
    for one in procedures:
        page.goto(one)
        said += page.evaluate(_IN_SIGHT, "[data-first-line], .say-line")
        escalated += page.evaluate(_IN_SIGHT, ".escalate h2")
        led += page.locator(".call-bar").get_by_text("Escalate", exact=True).is_visible()
        heights.append(page.evaluate("document.documentElement.scrollHeight"))
    print(f"{name}: what to say in sight in {said} of {len(procedures)}")
    print(f"{name}: escalation in sight in {escalated}, one tap away in {led}")
    print(f"{name}: median page {median(heights):.0f} high")


def from_the_question(page: Page) -> None:
    """Keys and time from the question to the sentence, and from which letter on it is first."""
    page.goto("/")
    first_at = None
    for letters in range(1, len(QUESTION) + 1):
        page.locator("#query").fill(QUESTION[:letters])
        page.wait_for_timeout(400)
        options = page.locator(".suggest-option")
        if options.count() and ANSWER in (options.first.get_attribute("href") or ""):
            first_at = first_at or letters
        else:
            first_at = None
    page.goto("/")
    began = time.perf_counter()
    page.keyboard.type(QUESTION, delay=TYPING)
    page.locator(".suggest-option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{ANSWER}*")
    page.locator("[data-first-line]").wait_for()
    took = time.perf_counter() - began
    seen = page.evaluate(_IN_SIGHT, "[data-first-line]")
    print(f"“{QUESTION}”: first from letter {first_at}, opened by {len(QUESTION) + 2} keys")
    print(f"… in {took:.1f} s, the sentence {'' if seen else 'not '}in sight then")


def stops_to_copy(page: Page) -> None:
    """How many times Tab is pressed from the opened page to the first "Copy"."""
    page.goto(f"/procedures/{ANSWER}")
    for stops in range(1, 100):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Copy":
            print(f"stops to the first Copy: {stops}")
            return
    print("stops to the first Copy: none")


def outside(page: Page) -> None:
    """Which questions that no procedure answers get procedures without a word of warning."""
    bluffed = []
    for question in OUTSIDE:
        page.goto(f"/search?q={quote_plus(question)}")
        if page.locator(".hit-title").count() and not page.locator(".note-warn").count():
            bluffed.append(question)
    admitted = len(OUTSIDE) - len(bluffed)
    print(f"admitted: {admitted} of {len(OUTSIDE)} outside questions; not: {bluffed}")


def weight(browser: Browser, page: Page) -> None:
    """Bytes as they are sent, for the first page of a new browser and for the second."""
    fresh = browser.new_context(storage_state=page.context.storage_state())
    opened = fresh.new_page()
    watch = fresh.new_cdp_session(opened)
    watch.send("Network.enable")
    sent: list[float] = []
    watch.on("Network.loadingFinished", lambda told: sent.append(told["encodedDataLength"]))
    base = page.url.split("/procedures")[0].split("/search")[0]
    for name, address in (("first page", "/"), ("second page", f"/procedures/{ANSWER}")):
        sent.clear()
        opened.goto(base + address)
        opened.wait_for_timeout(500)
        print(f"{name}: {sum(sent) / 1000:.0f} kB in {len(sent)} answers")
    fresh.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
