"""The whole loop in a real browser: said where it hurts, triaged, asked back, fixed, thanked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import OpenAs, shoot

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASKED = "The scanner shows status 44, and step 2 does not say what that is."


def number_of(page: Page) -> str:
    found = re.search(r"/(\d+)(#.*)?$", page.url)
    assert found
    return found[1]


def report(page: Page) -> str:
    """Ana says that a step of a shipping procedure is unclear; the number of her question."""
    page.goto("/search?q=customs+duties")
    page.locator(".hit a").first.click()
    page.wait_for_url("**/procedures/SHP-*")
    version = page.locator("input[name=version]").first.get_attribute("value")
    procedure = page.url.split("/procedures/")[1].split("?")[0].split("#")[0]
    seal = page.locator("input[name=seal]").first.get_attribute("value")
    page.goto(f"/procedures/{procedure}/feedback?passage=steps~2&version={version}&seal={seal}")
    page.locator("#doubt-comment").fill(ASKED)
    page.get_by_role("button", name="No: unclear").click()
    page.wait_for_url(f"**/procedures/{procedure}*")
    page.goto("/questions")
    page.locator(".question-title a").filter(has_text="Customs").first.click()
    page.wait_for_url("**/questions/*")
    return number_of(page)


def triage(page: Page, number: str) -> None:
    """Dana takes it from the list by keyboard, and opens it."""
    page.goto("/inbox?show=open&text=scanner")
    page.keyboard.press("j")
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("href", f"/inbox/{number}")
    page.keyboard.press("x")
    expect(page.locator("#inbox-selected")).to_have_text("1 selected")
    page.keyboard.press("x")
    page.keyboard.press("?")
    expect(page.locator("#inbox-keys")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_url("**/inbox?**#item-*")
    expect(page.locator(f"#item-{number}")).to_contain_text("yours")
    # Back where one was: the next key goes on from here.
    expect(page.locator(":focus")).to_have_attribute("href", f"/inbox/{number}")
    page.keyboard.press("o")
    page.wait_for_url(f"**/inbox/{number}")


def test_keys_never_fire_while_somebody_types(as_person: OpenAs) -> None:
    page = as_person("dana.reyes")
    page.goto("/inbox")
    page.locator("#query").focus()
    page.keyboard.type("jkoarx?")
    expect(page.locator("#query")).to_have_value("jkoarx?")
    assert page.url.endswith("/inbox")


def test_the_whole_loop_and_another_department_sees_nothing_of_it(
    as_person: OpenAs, context: BrowserContext
) -> None:
    ana, dana, ilse, ola = map(as_person, ("ana.costa", "dana.reyes", "ilse.maas", "ola.berg"))
    number = report(ana)

    triage(dana, number)
    dana.locator("#ask-back summary").click()
    dana.locator("#asking").fill("Which carrier was it?")
    dana.get_by_role("button", name="Ask back").click()
    expect(dana.locator(".messages")).to_contain_text("Asked. Ana Costa sees it")
    shoot(dana, "loop-asked-back")

    ana.goto("/questions")
    expect(ana.locator("main")).to_contain_text("Asks you back")
    ana.get_by_role("link", name="Reply").click()
    ana.locator("#reply-words").fill("Fjord Parcel, from the night shift.")
    ana.get_by_role("button", name="Send").click()
    expect(ana.locator(".messages")).to_contain_text("Sent.")

    ola.goto("/inbox?show=open")
    assert "scanner" not in ola.content()
    ola.goto("/inbox?show=open&text=scanner")
    expect(ola.locator("main")).to_contain_text("Nothing here is like that")
    for address in (f"/inbox/{number}", f"/questions/{number}", "/inbox?department=shipping"):
        answered = ola.goto(address)
        assert answered is not None
        assert answered.status == 404
    ola.goto("/search?q=scanner+status+44")
    assert "night shift" not in ola.content()

    # Ilse of the same department leaves a note that Ana never sees.
    ilse.goto(f"/inbox/{number}")
    expect(ilse.locator(".talk")).to_contain_text("Fjord Parcel")
    ilse.get_by_label("Note that only the department sees").fill("Status 44 is customs.")
    ilse.get_by_role("button", name="Save the note").click()
    expect(ilse.locator(".talk")).to_contain_text("Status 44 is customs.")

    dana.goto(f"/inbox/{number}")
    dana.keyboard.press("f")
    dana.wait_for_url("**/edit?passage=*")
    expect(dana.locator(f"input[name=item][value='{number}']")).to_be_checked()
    body = dana.locator("textarea[name=body]")
    text = body.input_value()
    body.fill(text.replace("## Steps", "## Steps\n\nStatus 44 means customs: wait.\n", 1))
    dana.locator("#w-note").fill("What status 44 means")
    shoot(dana, "loop-fix-it")
    dana.locator("#w-save").click()
    dana.wait_for_url("**/procedures/SHP-*")
    expect(dana.locator(".messages")).to_contain_text("Ana Costa can read it")

    ana.goto("/")
    expect(ana.locator(".menu")).to_contain_text("new answers")
    ana.goto(f"/questions/{number}")
    expect(ana.locator(".talk")).to_contain_text("What status 44 means")
    expect(ana.locator("main")).not_to_contain_text("Status 44 is customs.")
    ana.get_by_text("Say more about the service").click()
    ana.locator("input[name=timeliness][value='5']").check()
    ana.locator("input[name=attitude][value='5']").check()
    ana.locator("#thanks").fill("Thank you, the whole floor waited for that.")
    ana.locator("#rating button[type=submit]").click()
    expect(ana.locator(".messages")).to_contain_text("Thank you")
    shoot(ana, "loop-rated")

    dana.goto("/departments/shipping/service")
    expect(dana.locator("main")).to_contain_text("the whole floor waited")
    expect(dana.locator("main")).to_contain_text("No figures yet")
    ola.goto("/departments/shipping/service")
    expect(ola.locator("main")).not_to_contain_text("How those who asked found it")
