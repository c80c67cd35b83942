"""Twenty calls: what the customer says, and the sentence that the rep must have before them.

Driven by keyboard alone. `python -m tests.browser.twenty_calls PORT` prints the table of a site
that runs with the sample company, so that one commit can be held against another.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from playwright.sync_api import BrowserContext, Page, TimeoutError, sync_playwright

from tests.browser import chromium

MOST_SCROLLED = 12  # pages
_OPENS = "document.activeElement.closest('.hit-title') && document.activeElement.pathname"


class Call(NamedTuple):
    """`sentence` is said or done by `procedure`; `keys` lead to it through its questions."""

    says: str
    procedure: str
    sentence: str
    keys: str = ""


CALLS = (
    Call("my parcel never came", "SHP-003", "Your parcel has not been scanned since"),
    Call("i was charged twice", "BIL-001", "You are right, we took this twice"),
    Call("tracking has not moved for days", "SHP-002", "That happens between sorting centres"),
    Call("the tent arrived torn", "RET-002", "I am sorry that it reached you like that."),
    Call("i forgot my password", "ACC-002", "had a new link sent to you"),
    Call("how do i send this back", "RET-001", "That is no problem at all."),
    Call("where is my refund", "RET-006", "I can see your parcel: it arrived with us on"),
    Call("gift card does not work", "BIL-005", "This one belongs in the box"),
    Call("leave it with my neighbour", "SHP-012", "From that moment on it counts as delivered"),
    Call("i want to speak to a manager", "CMP-002", "May I first tell you what I can decide"),
    Call("watch will not sync", "TEC-004", "Below 20 % the watch does not sync."),
    Call("my headlamp does not charge", "TEC-003", "please hold the button for five seconds"),
    Call("cancel my order", "ORD-002", "The money was only reserved on your card"),
    Call("the driver was rude", "CMP-004", "somebody who comes in our name should behave"),
    Call("somebody hacked my account", "ACC-006", "so nobody can get in any more"),
    Call("delete all my data", "ACC-004", "like us to erase your data"),
    Call("sleeping bag too cold at minus five", "PRD-011", "the comfort figure counts"),
    Call("how much is express to germany", "SHP-008", "next working day if ordered by 14:00"),
    Call("my parcel is late", "SHP-014", "read the new expected date", keys="q1121"),
    Call("says delivered but nothing here", "SHP-004", "Is it needed today", keys="q1211"),
)

# Is that text in sight: within the window, on top, and not cut off by what it stands in?
IN_SIGHT = """words => {
  const plain = text => text.replace(/\\s+/g, " ");
  const placed = element => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const start = plain(element.textContent).indexOf(words);
    const range = document.createRange();
    let read = "", begun = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let at = 0; at < node.data.length; at += 1) {
        read = plain(read + node.data[at]);
        if (!begun && read.length > start) { range.setStart(node, at); begun = true; }
        if (begun && read.length >= start + words.length) {
          range.setEnd(node, at + 1);
          return range.getClientRects();
        }
      }
    }
    return [];
  };
  const shown = (element, { left, top, width, height }) => {
    if (!width || top < 0 || top + height > innerHeight) return false;
    const found = document.elementFromPoint(left + width / 2, top + height / 2);
    return Boolean(found) && (element.contains(found) || found === element.parentElement);
  };
  const has = element => plain(element.textContent).includes(words);
  return [...document.querySelectorAll("main *")]
    .filter(one => has(one) && ![...one.children].some(has))
    .some(one => [...placed(one)].some(box => shown(one, box)));
}"""


@dataclass
class Reached:
    """By how many keys, how long after the words were sent, and where it stood."""

    keys: int
    millis: float
    where: str


class Attempt:
    """One call as it is tried: the keys pressed so far, and since when."""

    def __init__(self, page: Page, call: Call) -> None:
        self._page, self._call = page, call
        self._keys = len(call.says) + 1
        page.goto("/")
        page.keyboard.type(call.says)
        self._began = time.perf_counter()
        with page.expect_navigation(url="**/search?**"):
            page.keyboard.press("Enter")

    def press(self, key: str) -> None:
        """One key more."""
        self._keys += 1
        self._page.keyboard.press(key)

    def reached(self, where: str, within: float = 0.25) -> Reached | None:
        """Is the sentence in sight within so many seconds?"""
        if not seen(self._page, self._call.sentence, within):
            return None
        return Reached(self._keys, (time.perf_counter() - self._began) * 1000, where)

    def by_preview(self, rank: int) -> Reached | None:
        """Without opening anything: in the list, or in the preview that the arrows choose."""
        if not self._page.locator("[data-preview-place]").count():
            return self.reached("results", 0.05)
        for nth in range(rank):
            if nth:
                self.press("ArrowDown")
            if found := self.reached("preview", 0.8):
                return found
        return None

    def by_opening(self, rank: int) -> Reached | None:
        """By the digit of the result, the keys of its questions, the key of the script."""
        with self._page.expect_navigation(url="**/procedures/**"):
            self.press(str(rank))
        for key in self._call.keys:
            self.press(key)
        if found := self.reached("question" if self._call.keys else "procedure"):
            return found
        self.press("s")
        if found := self.reached("script"):
            return found
        self.press("Home")
        return self._by_scrolling()

    def _by_scrolling(self) -> Reached | None:
        for _ in range(MOST_SCROLLED):
            self.press("PageDown")
            if found := self.reached("scrolled", 0.4):
                return found
        return None


def answered(page: Page, call: Call) -> Reached | None:
    """From the home page to the sentence; None where the keys do not lead there."""
    attempt = Attempt(page, call)
    ranked = page.locator(".hit-title a").evaluate_all("all => all.map(one => one.pathname)")
    rank = ranked.index(f"/procedures/{call.procedure}") + 1
    found = None if call.keys else attempt.by_preview(rank)
    return found or attempt.by_opening(rank)


def seen(page: Page, words: str, within: float) -> bool:
    """Does it come into sight in so many seconds?"""
    with suppress(TimeoutError):
        page.wait_for_function(IN_SIGHT, arg=words, timeout=within * 1000, polling=20)
        return True
    return False


def reached_without_script(page: Page, call: Call) -> int | None:
    """Keys to the procedure where no script runs: Tab walks to the result, if it can."""
    page.goto("/")
    page.keyboard.type(call.says)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    keys = len(call.says) + 1
    wanted = f"/procedures/{call.procedure}"
    for _ in range(80):
        page.keyboard.press("Tab")
        keys += 1
        # Playwright runs its own script where the page may not.
        if (
            page.evaluate(
                "document.activeElement.closest('.hit-title') && document.activeElement.pathname"
            )
            == wanted
        ):
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{wanted}**")
            return keys + 1
    return None


def signed_in(context: BrowserContext, who: str = "ana.costa") -> Page:
    """A page of that demo person."""
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(f"{who}@northwind.example")
    page.get_by_label("Password").fill("northwind-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")
    return page


def main(port: str) -> None:
    """Print each call with its keys and milliseconds, as rows of a Markdown table."""
    found = chromium.found()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        size = {"width": 1280, "height": 900}
        base = f"http://127.0.0.1:{port}"
        page = signed_in(browser.new_context(base_url=base, viewport=size))
        for call in CALLS:
            answered(page, call)  # warm
            one = answered(page, call)
            told = f"{one.keys} | {one.millis:.0f} | {one.where}" if one else "not reached | |"
            print(f"| {call.says} | {call.procedure} | {told} |", flush=True)
        bare = signed_in(
            browser.new_context(base_url=base, viewport=size, java_script_enabled=False)
        )
        print([reached_without_script(bare, call) for call in CALLS])
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
