"""The numbers of steps are those that the text gives, with and without JavaScript."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import sign_in
from tests.cli.test_serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parent.parent.parent
LATER_STEPS = """---
id: SHP-900
title: The second half of a long call
department: shipping
---

## Steps

4. Look at the label.
5. Is it torn?
   - Yes: go to step 6.
   - No: you are done.
6. Print it anew.
"""
_BEFORE = "e => getComputedStyle(e, '::before').content"


def test_a_list_that_begins_later_shows_its_numbers(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    (tmp_path / "content/shipping/second-half.md").write_text(LATER_STEPS)
    with serving(tmp_path, "--demo") as site:
        context = browser.new_context(base_url=f"http://127.0.0.1:{site.port}")
        page = sign_in(context, "ana.costa")
        page.goto("/procedures/SHP-900")
        steps = page.locator("[data-steps] > ol > li")
        assert steps.locator(":scope > .tick").all_inner_texts() == ["4", "5", "6"]
        named = [f"Was step {number} helpful?" for number in (4, 5, 6)]
        links = steps.locator(":scope > [data-doubt]")
        assert links.evaluate_all("all => all.map(e => e.ariaLabel)") == named
        page.goto(links.nth(2).get_attribute("href") or "")
        assert "step 6" in page.locator("main").inner_text()
        page.goto("/procedures/SHP-900")
        plain = browser.new_context(
            base_url=f"http://127.0.0.1:{site.port}",
            storage_state=context.storage_state(),
            java_script_enabled=False,
        ).new_page()
        plain.goto("/procedures/SHP-900")
        before = plain.locator("[data-steps] > ol > li")
        assert before.first.evaluate(_BEFORE) == "counter(list-item)"
