"""What is on paper: all of it, whatever can be scrolled or folded on the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.cli.test_serving import Site, within

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAPER = 718  # pixels between the margins of A4
WIDE = f"""\
---
id: PRT-1
title: Rates by zone
---

## Steps

1. Read them out.

   | Carrier | {" | ".join(f"Zone {n}" for n in range(8))} |
   |---|{"---|" * 8}
   | Northwestern | {" | ".join(f"{n}50.00 EUR" for n in range(8))} |

| Zone | {" | ".join(f"Service {n}" for n in range(11))} |
|---|{"---|" * 11}
| Islands and mountains | {" | ".join(f"{n}00.00 EUR" for n in range(11))} |

```text
{"say it word for word " * 12}lastly
```

<details>
<summary>Why so much</summary>

Ferries are dear.

</details>
"""


@pytest.fixture
def printed(as_person: OpenAs, site: Site) -> Page:
    (site.log.parent / "content" / "shipping" / "rates.md").write_text(WIDE, encoding="utf-8")
    rep = as_person("ana.costa")
    assert within(60, lambda: rep.goto("/procedures/PRT-1").status == 200)
    rep.set_viewport_size({"width": PAPER, "height": 1000})
    rep.emulate_media(media="print")
    return rep


def test_wide_tables_and_long_lines_end_on_the_paper(printed: Page) -> None:
    ends = printed.evaluate(
        """() => [...document.querySelectorAll(".prose td, .prose th, .prose pre")].map((each) => {
            const inner = document.createRange();
            inner.selectNodeContents(each);
            return inner.getBoundingClientRect().right;
        })"""
    )
    assert len(ends) == 43
    assert max(ends) <= PAPER
    assert printed.evaluate("document.documentElement.scrollWidth") <= PAPER


def test_words_in_the_cells_of_wide_tables_stay_whole(printed: Page) -> None:
    broken = printed.evaluate(
        """() => [...document.querySelectorAll(".prose td, .prose th")].flatMap((cell) => {
            const text = cell.firstChild;
            return [...text.data.matchAll(/\\S+/g)].filter((word) => {
                const one = document.createRange();
                one.setStart(text, word.index);
                one.setEnd(text, word.index + word[0].length);
                return one.getClientRects().length > 1;
            }).map((word) => word[0]);
        })"""
    )
    assert broken == []


def test_what_is_folded_is_open_on_paper(printed: Page) -> None:
    expect(printed.get_by_text("Ferries are dear.")).to_be_visible()
    printed.emulate_media(media="screen")
    expect(printed.get_by_text("Ferries are dear.")).to_be_hidden()


def test_words_in_a_table_of_many_columns_are_whole_on_paper(printed: Page) -> None:
    lines = printed.get_by_text("Northwestern").evaluate(
        """cell => {
            const inner = document.createRange();
            inner.selectNodeContents(cell);
            return inner.getClientRects().length;
        }"""
    )
    assert lines == 1


def test_a_step_that_is_ticked_is_ticked_on_paper(printed: Page) -> None:
    printed.emulate_media(media="screen")
    printed.get_by_role("button", name="Step 1 done").click()
    printed.emulate_media(media="print")
    colour, ground, text = printed.locator(".done > .tick").evaluate(
        """tick => [getComputedStyle(tick).color, getComputedStyle(tick).backgroundColor,
            getComputedStyle(document.body).color]"""
    )
    assert (colour, ground) == (text, "rgba(0, 0, 0, 0)")  # grounds are not printed


def test_on_the_screen_a_shade_says_that_there_is_more_of_it(printed: Page) -> None:
    printed.emulate_media(media="screen")
    wide = printed.locator(".prose .table-responsive, .prose pre")
    assert wide.count() == 3
    for one in wide.all():
        assert one.evaluate("e => e.scrollWidth > e.clientWidth")
        assert "gradient" in one.evaluate("e => getComputedStyle(e).backgroundImage")
