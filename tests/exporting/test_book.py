"""The book: chapters, numbers, places that lead to each other, and the index."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from kb.exporting.making import ExportForm
from kb.exporting.numbering import numbered, readdressed
from kb.exporting.selecting import Scope
from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import NOW
from tests.exporting.bases import PICTURE, refreshed, taken_out, whole, write

LINKED = """\
---
id: SHP-300
title: Pick-up point
keywords: ["Delivery: Pick-up", "late parcel"]
department: shipping
---

![Label](label.png) See [the refund](../billing/lost-in-transit.md#steps), [here](#then), and
[the draft](customs.md), [the rates](rates.csv).

## Steps

3. Ask for the code.
4. Say it back:

   a first line

   1. digit by digit
   2. then whole

## Then

> Which one?
"""


@pytest.fixture
def html(parts: Parts) -> str:
    write(
        parts.settings.home,
        {
            "shipping/pick-up.md": LINKED.encode(),
            "shipping/label.png": PICTURE,
            "shipping/rates.csv": b"a;b\n",
            "shipping/old.md": b"---\nid: SHP-301\ntitle: Old way\nstatus: retired\n---\nText\n",
        },
    )
    return taken_out(refreshed(parts), ExportForm.HTML).decode()


def test_departments_are_chapters_and_procedures_are_numbered(html: str) -> None:
    titles = re.findall(r"<h[23] id=\"[^\"]+\">([^<]+)</h[23]>", html)
    assert titles[:6] == [
        "Contents",
        "1 Shipping",
        "1.1 Complaint: Late Shipment",
        "1.2 Pick-up point",
        "2 Billing",
        "2.1 Refund: Order Lost in Transit",
    ]
    assert "Old way" not in html
    assert "Zebra" not in html


def test_every_link_within_leads_somewhere_and_no_place_is_there_twice(html: str) -> None:
    places = re.findall(r' id="([^"]+)"', html)
    assert len(places) == len(set(places))
    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert targets
    assert targets <= set(places)
    assert 'href="/' not in html
    assert {"p3-steps", "p2-then"} <= targets


def test_pictures_are_in_it_and_nothing_is_fetched(html: str) -> None:
    assert 'src="data:image/png;base64,' in html
    assert not re.search(r'(?:src|<link[^>]+href)="(?!data:)', html)


def test_numbers_of_steps_are_words_of_the_text(html: str) -> None:
    words = " ".join(re.sub(r"<[^>]+>", "", html).split())
    assert "3. Ask for the code. 4. Say it back: a first line 1. digit by digit" in words
    assert "1. Open the order and read the last carrier scan." in words


def test_keywords_have_an_index_by_letter(html: str) -> None:
    index = html[html.index('<section class="index"') :]
    assert re.findall(r"<h3>(.)</h3>", index) == ["C", "D", "L", "M", "R", "W"]
    line = re.search(r"<p>\s*late parcel,(.*?)</p>", index, re.DOTALL)
    assert line
    assert re.findall(r'<a class="page" href="#(p\d)">([\d.]+)</a>', line[1]) == [("p2", "1.2")]


def test_a_department_is_a_book_of_its_own(parts: Parts) -> None:
    book = parts.exporting.making.binding.book(whole(parts, "billing"), NOW.date(), _silent)
    assert [chapter.department.name for chapter in book.chapters] == ["Billing"]
    assert book.about == "Billing"


def test_a_long_book_comes_in_volumes(parts: Parts) -> None:
    book = parts.exporting.making.binding.book(Scope(Reader()), NOW.date(), _silent)
    assert book.volumes(10_000_000) == [book]
    assert [volume.about for volume in book.volumes(100)] == ["Shipping", "Billing"]


def _silent(done: int, total: int) -> None:
    pass


@pytest.mark.parametrize(
    ("html", "numbers"),
    [
        ("<ol><li>a</li><li>b</li></ol>", "1. 2."),
        ('<ol start="7"><li>a</li><li value="9">b</li><li>c</li></ol>', "7. 9. 10."),
        ('<ol type="a"><li>a</li><li>b</li></ol>', "a. b."),
        ('<ol type="I" start="4"><li>a</li><li>b</li></ol>', "IV. V."),
        ("<ol reversed><li>a</li><li>b<ol><li>x</li></ol></li></ol>", "2. 1. 1."),
        ('<ol><li title="1 > 0">a</li></ol><ul><li>b</li></ul>', "1."),
        ("<ol><li><p>a</p><p>b</p></li></ol>", "1."),
        ('<ol type="a" start="27"><li>a</li></ol>', "aa."),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "1."),
    ],
)
def test_lists_are_numbered_as_a_browser_counts(html: str, numbers: str) -> None:
    made = numbered(Markup(html))
    assert " ".join(re.findall(r'<span class="number">([^<]+)</span>', made)) == numbers


def test_only_places_and_links_are_changed() -> None:
    html = Markup('<a title="see id=" href="#x&amp;y">a</a> id="z" <b id="q">href="#r"</b>')
    made = readdressed(html, lambda name, value: f"{name}:{value}")
    assert made == (
        '<a title="see id=" href="href:#x&amp;y">a</a> id="z" <b id="id:q">href="#r"</b>'
    )
    assert readdressed(Markup('<img src="x" alt="y">'), lambda *_: None) == '<img  alt="y">'
