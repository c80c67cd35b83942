"""Ways to a procedure without a search."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.web.catalogue import browsing
from tests.conftest import NOW
from tests.pagekit import page
from tests.web.acts import statements

LISTS = (
    "/departments",
    "/departments/shipping",
    "/procedures",
    "/procedures?letter=W",
    "/keywords",
    "/keywords/animal",
    "/keyword?name=animal:+wombat",
)


def add(parts: Parts, number: int, **fields: str) -> None:
    """So many more procedures."""
    folder = parts.storage.library.root / "many"
    folder.mkdir(exist_ok=True)
    said = {"department": "shipping", "keywords": "['Animal: Wombat']"} | fields
    more = "".join(f"{name}: {value}\n" for name, value in said.items())
    for nth in range(number):
        text = f"---\nid: W-{nth}\ntitle: Wombat {nth:03}\n{more}---\ntext\n"
        (folder / f"{nth}.md").write_text(text, encoding="utf-8")
    parts.publishing.publisher.refresh(NOW.date())


def test_departments_say_whom_to_call(rep: FlaskClient) -> None:
    html = page(rep, "/departments")
    assert "#shipping-now, ext. 4410" in html
    assert "Rena Reviewer" in html
    assert "8 hours" in html
    assert "2 procedures in 2 departments" in html


def test_a_department_lists_its_own_procedures(rep: FlaskClient) -> None:
    html = page(rep, "/departments/shipping")
    assert "Late Shipment" in html
    assert "Lost in Transit" not in html
    assert "1 procedure, by title" in html
    assert "Ask Shipping" in html


def test_what_belongs_to_nobody_is_listed_too(rep: FlaskClient, parts: Parts) -> None:
    add(parts, 2, department="nobody-knows-it")
    assert "/departments/unassigned" in page(rep, "/departments")
    assert "Wombat 001" in page(rep, "/departments/unassigned")


def test_drafts_stand_in_the_lists_of_their_department_only(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, administrator: FlaskClient
) -> None:
    addresses = ("/departments/shipping", "/procedures", "/keywords/Shipping")
    for address in ("/departments/shipping/procedures", *addresses[1:]):
        assert "Customs Zebra" in page(editor, address)
    for person in (rep, outsider, administrator):
        for address in ("/departments/shipping", "/procedures", "/keywords", "/"):
            assert "Zebra" not in page(person, address)
        page(person, "/keywords/Shipping", status=404)
        page(person, "/keyword?name=shipping:+customs+zebra", status=404)


def test_letters_lead_to_titles(rep: FlaskClient) -> None:
    html = page(rep, "/procedures")
    assert 'href="/procedures?letter=C"' in html
    chosen = page(rep, "/procedures?letter=R")
    assert "Order Lost in Transit" in chosen
    assert "Late Shipment" not in chosen


def test_fifty_a_page(rep: FlaskClient, parts: Parts) -> None:
    add(parts, 120)
    first = page(rep, "/procedures?letter=W")
    assert "120 procedures." in first
    assert "Wombat 049" in first
    assert "Wombat 050" not in first
    assert "Wombat 050" in page(rep, "/procedures?letter=W&page=2")
    beyond = rep.get("/procedures?letter=W&page=44")
    assert beyond.location == "/procedures?letter=W&page=3"


def test_keywords_are_a_tree(rep: FlaskClient) -> None:
    html = page(rep, "/keywords")
    assert 'href="/keywords/Complaint"' in html
    assert "where is my parcel" in html
    category = page(rep, "/keywords/complaint")
    assert "<h1>Complaint</h1>" in category
    address = "/keyword?name=complaint:+late+shipment"
    assert f'href="{address}"' in category
    assert "SHP-014" in page(rep, address)


@pytest.mark.parametrize("name", ["Where IS my parcel", "  where is  my parcel "])
def test_a_keyword_is_found_in_any_case(rep: FlaskClient, name: str) -> None:
    html = page(rep, f"/keyword?name={quote(name)}")
    assert "<h1>where is my parcel</h1>" in html


def test_many_plain_words_come_letter_by_letter(
    rep: FlaskClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "_MOST_WORDS", 2)
    add(parts, 1, keywords="[apple, avocado, zebra crossing]")
    assert "zebra crossing" not in page(rep, "/keywords")
    assert "zebra crossing" in page(rep, "/keywords?letter=Z")
    page(rep, "/keywords?letter=nothing", status=404)


def test_odd_keywords_have_addresses(rep: FlaskClient, parts: Parts) -> None:
    odd = ["A/B: C/D", "..", "what?", "50 %", "a&b", "é: ü", "日本: 語", "<b>", "#1", "a: b: c"]
    add(parts, 1, keywords=repr(odd))
    html = page(rep, "/procedures/W-0")
    for address in set(re.findall(r'href="(/keywords?[/?][^"]*)"', html)):
        page(rep, address.replace("&amp;", "&"))
    for address in set(re.findall(r'href="(/keyword[s/?][^"]*)"', page(rep, "/keywords"))):
        page(rep, address.replace("&amp;", "&"))


@pytest.mark.parametrize(
    "address",
    [
        "/departments/nothing",
        "/departments/shipping/",
        "/keywords/nothing",
        "/keyword",
        "/keyword?name=nothing",
        "/keyword?name=%00",
        "/procedures?letter=%F0%9F%A6%93",
        "/procedures?letter=nothing",
    ],
)
def test_what_is_not_there_is_not_found(rep: FlaskClient, address: str) -> None:
    page(rep, address, status=404)


@pytest.mark.parametrize("address", LISTS)
def test_browsing_asks_for_a_sign_in(anonymous: FlaskClient, address: str) -> None:
    assert anonymous.get(address).location.startswith("/sign-in?next=")


@pytest.mark.parametrize("address", LISTS)
def test_a_list_costs_the_same_sql_for_few_and_many(
    rep: FlaskClient, parts: Parts, address: str
) -> None:
    add(parts, 2, owner="editor@kb.example")
    page(rep, address)
    with statements(parts.engine) as few:
        page(rep, address)
    add(parts, 150, owner="editor@kb.example")
    with statements(parts.engine) as many:
        page(rep, address)
    assert len(many) == len(few)


@pytest.mark.parametrize("address", ["/departments", "/procedures", "/keywords"])
def test_an_empty_folder_says_what_to_do(rep: FlaskClient, parts: Parts, address: str) -> None:
    for path in list(parts.storage.library.root.rglob("*.md")):
        path.unlink()
    (parts.storage.library.root / "departments.yml").write_text("# none\n")
    parts.publishing.publisher.refresh(NOW.date())
    html = page(rep, address)
    assert "Put Markdown files" in html or "No procedure has keywords" in html
