"""An owner's hour in a real browser: writing, interrupted, coming back, in conflict, moving."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DEMO_PASSWORD, OpenAs, ensure_sound, shoot, sign_in
from tests.cli.test_serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC"
)


def open_editor(page: Page, procedure_id: str, **query: str) -> None:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    page.goto(f"/procedures/{procedure_id}/edit?{asked}")
    expect(page.locator(".w-page")).to_be_visible()


def at_the_end(page: Page, text: str) -> None:
    page.locator("#w-body").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def kept(page: Page) -> None:
    expect(page.locator("#w-status")).to_contain_text("Draft kept")


def without_drafts(page: Page) -> None:
    """What other tests have left is not counted here."""
    page.goto("/drafts")
    mine = page.get_by_role("button", name=re.compile("Discard"))
    for left in range(mine.count(), 0, -1):
        mine.first.click()
        expect(mine).to_have_count(left - 1)


def test_an_owner_writes_with_a_picture_is_interrupted_and_comes_back(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    without_drafts(page)
    page.goto("/procedures/SHP-009")
    page.keyboard.press("e")
    page.wait_for_url("**/procedures/SHP-009/edit")
    expect(page.locator(".w-page")).to_be_visible()
    shoot(page, "edit")
    at_the_end(page, "\n\nA thought that nobody has seen yet.\n\n")
    picture = {"name": "Scan Screen.png", "mimeType": "image/png", "buffer": PNG}
    page.locator("#w-file").set_input_files(files=[picture])
    expect(page.locator("#w-body")).to_have_value(
        re.compile(r"!\[Scan screen\]\(scan-screen.png\)")
    )
    expect(page.locator("#w-preview img")).to_be_visible(timeout=10_000)
    kept(page)
    page.close()

    again = as_person("dana.reyes")
    again.goto("/")
    expect(again.get_by_text("not saved yet")).to_be_visible()
    again.goto("/procedures/SHP-009/edit")
    expect(again.get_by_role("heading", level=1)).to_have_text("You were writing this")
    expect(again.get_by_text("A thought that nobody has seen yet.")).to_be_visible()
    shoot(again, "continue")
    again.get_by_role("link", name=re.compile("Continue the draft")).click()
    expect(again.locator("#w-body")).to_have_value(re.compile("nobody has seen yet"))
    again.wait_for_load_state()  # its keys work from then on
    again.get_by_label("What changed, and why?").fill("The scan screen as a picture")
    again.keyboard.press("Control+s")
    again.wait_for_url("**/procedures/SHP-009")
    expect(again.get_by_text("Saved.")).to_be_visible()
    expect(again.locator("img[alt='Scan screen']")).to_be_visible()
    again.goto("/drafts")
    expect(again.get_by_text("No drafts")).to_be_visible()


def test_a_lost_session_loses_nothing(as_person: OpenAs, site: Site) -> None:
    page = as_person("dana.reyes")
    without_drafts(page)
    open_editor(page, "SHP-010")
    page.context.clear_cookies()
    at_the_end(page, "\nWritten without a session.")
    expect(page.get_by_role("alert")).to_contain_text("signed out")
    shoot(page, "signed-out")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again in a new tab").click()
    tab = opened.value
    tab.get_by_label("E-mail").fill("dana.reyes@northwind.example")
    tab.get_by_label("Password").fill(DEMO_PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url("**/")
    tab.close()
    page.bring_to_front()
    at_the_end(page, " And with one again.")
    kept(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.goto("/drafts")
    page.get_by_role("link", name=re.compile("What it changes")).first.click()
    expect(page.get_by_text("Written without a session. And with one again.")).to_be_visible()
    page.goto("/drafts")
    shoot(page, "drafts")
    discard = page.get_by_role("button", name=re.compile("Discard.*Several Parcels"))
    discard.click()
    page.get_by_role("button", name=re.compile("Restore it.*Several Parcels")).click()
    expect(discard).to_be_visible()
    discard.click()


def test_what_did_not_reach_the_server_is_kept_in_the_browser(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    open_editor(page, "SHP-011")
    page.route("**/draft", lambda route: route.abort())
    at_the_end(page, "\nOffline words.")
    expect(page.locator("#w-status")).to_contain_text("kept in this browser")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("did not reach the server")
    page.unroute("**/draft")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#w-body")).to_have_value(re.compile("Offline words"))
    kept(page)
    page.reload()
    page.get_by_role("button", name=re.compile("Discard")).click()


def test_two_people_and_one_line(as_person: OpenAs) -> None:
    one, two = as_person("dana.reyes"), as_person("ilse.maas")
    for page in (one, two):
        open_editor(page, "SHP-012")
    for page, words in ((two, "Theirs: ask for the box."), (one, "Mine: ask for the label.")):
        at_the_end(page, f"\n{words}")
        page.keyboard.press("Control+s")
        page.wait_for_load_state()
    expect(one.get_by_role("heading", level=1)).to_contain_text("Somebody else changed")
    shoot(one, "conflict")
    one.get_by_label("As I write it here").check()
    one.locator("#w-hand-1").fill("Ask for the box and the label.")
    one.get_by_role("button", name="Save what I decided").click()
    one.wait_for_url("**/procedures/SHP-012")
    expect(one.get_by_text("Ask for the box and the label.")).to_be_visible()


def test_tools_keys_and_completion(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    open_editor(page, "SHP-013")
    body = page.locator("#w-body")
    body.fill("first\nsecond")
    body.press("Control+a")
    page.get_by_role("button", name="Numbered steps").click()
    expect(body).to_have_value("1. first\n2. second")
    body.press("Control+End")
    body.press("Enter")
    page.keyboard.type("third")
    expect(body).to_have_value("1. first\n2. second\n3. third")
    body.press("Enter")
    body.press("Enter")
    body.press("Control+b")
    page.keyboard.type("now")
    expect(body).to_have_value("1. first\n2. second\n3. third\n**now**")
    body.press("Control+End")
    page.locator("#w-insert").select_option("say")
    expect(body).to_have_value(re.compile(r"\*\*now\*\*\n\n## What to say\n\n> "))
    body.press("Control+End")
    page.keyboard.type("[[lost in transit")
    expect(page.locator(".w-list:not([hidden]) li").first).to_be_visible()
    shoot(page, "linking")
    page.keyboard.press("Enter")
    expect(body).to_have_value(re.compile(r"\[[^\]]*Lost in Transit\]\(lost-in-transit.md\)"))
    page.keyboard.press("Control+z")
    words = page.locator("#w-keywords")
    words.press("Control+End")
    page.keyboard.type("\ncomplaint: l")
    offered = page.locator(".w-list:not([hidden]) li").first
    expect(offered).to_contain_text("Complaint")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(words).to_have_value(re.compile("Complaint: "))
    page.get_by_text("Choose from all keywords").click()
    page.locator("#w-tree summary", has_text="Refund").click()
    page.locator("#w-tree .chip").first.click()
    expect(words).to_have_value(re.compile("Refund: "))
    shoot(page, "tools")
    kept(page)
    page.reload()
    page.get_by_role("button", name=re.compile("Discard")).click()


def test_faults_show_as_one_writes_and_lead_to_their_line(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    open_editor(page, "SHP-002")
    at_the_end(page, "\n\n[broken](nowhere-at-all.md)")
    fault = page.locator(".w-faults li")
    expect(fault).to_contain_text("leads to no file")
    shoot(page, "faults")
    fault.get_by_role("button").click()
    chosen = "(area) => area.value.slice(area.selectionStart, area.selectionEnd)"
    assert page.locator("#w-body").evaluate(chosen) == "[broken](nowhere-at-all.md)"
    kept(page)
    page.reload()
    page.get_by_role("button", name=re.compile("Discard")).click()


def test_on_a_phone_writing_and_preview_are_two_tabs(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/procedures/SHP-001/edit?passage=steps")
    body = page.locator("#w-body")
    expect(body).to_be_visible()
    expect(page.locator("#w-preview")).to_be_hidden()
    at = "document.activeElement.value.slice(document.activeElement.selectionStart).split('\\n')[0]"
    assert page.evaluate(at) == "## Steps"
    assert page.evaluate("scrollY") > 0
    page.locator("[data-tab=preview]").click()
    expect(page.locator(".w-page")).to_be_visible()
    expect(body).to_be_hidden()
    page.locator("[data-tab=write]").click()
    expect(body).to_be_visible()


def test_a_new_one_from_a_search_and_a_move(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    page.goto("/search?q=drone+delivery+qqzz")
    page.get_by_role("link", name=re.compile("Write a new procedure")).first.click()
    page.get_by_label("Title").fill("Shipping: Drone Delivery")
    page.get_by_label("Department").select_option("shipping")
    shoot(page, "new")
    page.get_by_label(re.compile("Handling a situation")).check()
    page.get_by_role("button", name="Write it").click()
    expect(page.locator("#w-id")).to_have_value(re.compile("SHP-"))
    shoot(page, "new-form")
    create = page.get_by_role("button", name="Create", exact=True)
    create.click()  # reps would read what the template left to be written
    expect(page.get_by_role("alert").first).to_contain_text("the template's words")
    shoot(page, "unwritten")
    page.get_by_label("Text", exact=True).fill("## Steps\n\n1. Say that there are no drones yet.\n")
    create.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Drone Delivery")
    page.get_by_role("link", name="Rename or move").click()
    shoot(page, "place")
    page.get_by_label("File").fill("shipping/air/drones.md")
    page.get_by_role("button", name="Rename or move it").click()
    expect(page.get_by_text("old addresses lead here")).to_be_visible()
    page.goto("/procedures/shipping/drone-delivery")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Drone Delivery")
    page.get_by_role("link", name="Retire").click()
    shoot(page, "retirement")
    page.get_by_label("What is used instead").fill("SHP-001")
    page.get_by_role("button", name="Retire it").click()
    expect(page.get_by_text("Retired.", exact=True)).to_be_visible()
    admin = as_person("sam.admin")
    admin.goto(page.url)
    admin.get_by_role("link", name="Erase").click()
    shoot(admin, "erasure")
    admin.get_by_label("Type its id").fill(page.url.rpartition("/")[2])
    admin.get_by_role("button", name=re.compile("Erase")).click()
    expect(admin.get_by_text("is erased for good")).to_be_visible()


PAGES = (
    "/procedures/SHP-014/edit",
    "/procedures/SHP-014/place",
    "/procedures/SHP-014/retirement",
    "/procedures/new",
    "/procedures/new?title=A&department=shipping&template=empty",
    "/drafts",
    "/submissions",
    "/procedures/SHP-014/life",
    "/help/rules",
)


def test_every_page_for_writing_is_sound(as_person: OpenAs) -> None:
    ensure_sound(as_person("dana.reyes"), *PAGES, settled=250)


def test_without_javascript_it_is_a_form(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}", java_script_enabled=False
    )
    page = sign_in(context, "dana.reyes")
    page.goto("/procedures/SHP-008/edit")
    body = page.get_by_label("Text", exact=True)
    body.fill(f"{body.input_value()}\nWithout a script.\n")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".w-page")).to_contain_text("Without a script.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Without a script.")).to_be_visible()
    context.close()
