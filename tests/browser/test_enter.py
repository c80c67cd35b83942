"""Enter in a field of the editor saves, with and without JavaScript, whatever other buttons do."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in
from tests.cli.test_serving import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(browser: Browser, site: Site, request: pytest.FixtureRequest):
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}", java_script_enabled=request.param
    )
    yield sign_in(context, "dana.reyes")
    context.close()


def test_enter_in_a_field_of_the_editor_saves(page: Page) -> None:
    for number, label in enumerate(("Title", "What changed, and why?")):
        page.goto("/procedures/SHP-011/edit")
        area = page.get_by_label("Text", exact=True)
        added = f"Added {number} {secrets.token_hex(4)}."
        area.fill(f"{area.input_value()}\n\n{added}\n")
        page.get_by_label(label).press("Enter")
        page.wait_for_url(re.compile(r"/procedures/SHP-011(#.*)?$"))
        expect(page.get_by_text(added)).to_be_visible()
