"""The search page and the home page."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.database import openings, reading
from kb.parts import Parts
from tests.attachments import made
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.acts import statements


def add(parts: Parts, number: int, text: str, **fields: str) -> None:
    """So many more procedures of shipping, with that text."""
    folder: Path = parts.storage.library.root / "many"
    folder.mkdir(exist_ok=True)
    more = "".join(f"{name}: {value}\n" for name, value in fields.items())
    for nth in range(number):
        front = f"---\nid: M-{nth}\ntitle: Many {nth}\ndepartment: shipping\n{more}---\n"
        (folder / f"{nth}.md").write_text(f"{front}\n{text}\n", encoding="utf-8")
    parts.publishing.publisher.refresh(NOW.date())


def test_a_hit_answers_before_the_click(rep: FlaskClient) -> None:
    html = page(rep, "/search?q=carrier+scan")
    assert "<mark>carrier</mark>" in html
    assert '<span class="quiet">Complaint:</span> Late Shipment' in html
    assert re.search(
        r'href="/procedures/SHP-014\?from=\w+&amp;rank=1#step-1">Steps, step 1</a>', html
    )
    assert "Shipping · Eddy Editor" in html
    assert "Reviewed 2 Oct" in html
    assert "Found by text" in html
    assert "Found by title, keyword “where is my parcel”" in page(rep, "/search?q=late+parcel")


def test_a_review_that_is_overdue_is_marked(rep: FlaskClient, app) -> None:
    app.config["KB_NOW"] = NOW
    html = page(rep, "/search?q=refund")
    assert "Review overdue 16 months" in html


def test_the_facets_count_and_filter(rep: FlaskClient) -> None:
    html = page(rep, "/search?q=parcel")
    assert re.search(r"All <span class=.number.>2<", html)
    assert "/search?q=parcel&amp;department=billing" in html
    assert "/search?q=parcel&amp;category=Complaint" in html
    filtered = page(rep, "/search?q=parcel&department=billing")
    assert "Order Lost in Transit" in filtered
    assert "Late Shipment</a>" not in filtered
    assert 'href="/search?q=parcel"' in filtered
    by_category = page(rep, "/search?q=parcel&category=complaint")
    assert "Order Lost in Transit" not in by_category


def test_ten_a_page_with_a_true_total(rep: FlaskClient, parts: Parts) -> None:
    add(parts, 23, "Wombat handling.")
    first = page(rep, "/search?q=wombat")
    assert "1–10 of 23 procedures" in first
    assert first.count('class="hit"') == 10
    last = page(rep, "/search?q=wombat&page=3")
    assert "21–23 of 23 procedures" in last
    assert 'start="21"' in last
    beyond = rep.get("/search?q=wombat&page=9")
    assert beyond.status_code == 302
    assert beyond.location == "/search?q=wombat&page=3"


def test_nothing_found_offers_what_to_do(rep: FlaskClient) -> None:
    html = page(rep, "/search?q=xylophone")
    assert "No procedure has any of these words." in html
    assert 'id="ask"' in html
    assert "None of these?" not in html
    assert 'data-key="n"' in html
    filtered = page(rep, "/search?q=xylophone&department=billing")
    assert "Nothing found with these filters" in filtered


def test_a_near_spelling_is_offered(rep: FlaskClient) -> None:
    html = page(rep, "/search?q=shippment")
    assert "Late Shipment" in html


def test_the_likely_department_is_preselected(rep: FlaskClient) -> None:
    html = page(rep, "/search?q=refund+original+payment&department=billing")
    assert "Ask Billing — the answer comes back to you" in html
    assert re.search(r'<option value="billing"\s+selected', html)


def test_an_id_typed_in_opens_the_procedure(rep: FlaskClient) -> None:
    answer = rep.get("/search?q=shp-014")
    assert answer.status_code == 302
    assert answer.location == "/procedures/SHP-014"


def test_the_id_of_a_draft_opens_for_its_department_only(
    rep: FlaskClient, editor: FlaskClient
) -> None:
    assert editor.get("/search?q=SHP-015").status_code == 302
    assert "SHP-015</span>" not in page(rep, "/search?q=SHP-015")


def test_a_draft_is_found_by_its_department_only(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, administrator: FlaskClient
) -> None:
    found = page(editor, "/search?q=zebra")
    assert "Customs Zebra Papers" in found
    assert '<span class="tag tag-warn">Draft</span>' in found
    for person in (rep, outsider, administrator):
        html = page(person, "/search?q=zebra")
        assert "Customs Zebra" not in html
        assert "Zebra</a>" not in html


def test_without_words_it_says_what_to_type(rep: FlaskClient) -> None:
    for address in ("/search", "/search?q=", "/search?q=+++"):
        assert "Type what the customer says" in page(rep, address)


def test_the_search_asks_for_a_sign_in(anonymous: FlaskClient) -> None:
    answer = anonymous.get("/search?q=parcel")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize(
    "query",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' OR 1=1 --",
        '"never closed',
        "department:",
        "-",
        "* ? ~ ^ [ ] { } ( )",
        "a" * 5_000,
        "\0",
        "\u202e reversed",
        "🦓",
        "%",
        "-refund",
    ],
)
def test_any_text_is_a_query_and_is_shown_not_run(rep: FlaskClient, query: str) -> None:
    html = page(rep, f"/search?q={quote_plus(query)}")
    assert "<script>alert" not in html
    assert "<img src=x" not in html


@settings(max_examples=40, deadline=None)
@given(
    query=st.text(max_size=80),
    department=st.text(max_size=12),
    number=st.one_of(st.integers(), st.text(max_size=8)),
)
def test_no_query_breaks_the_page(
    rep: FlaskClient, query: str, department: str, number: int | str
) -> None:
    answer = rep.get(
        "/search",
        query_string={
            "q": query.encode("utf-8", "replace"),
            "department": department.encode("utf-8", "replace"),
            "page": str(number).encode("utf-8", "replace"),
        },
    )
    assert answer.status_code in {200, 302}
    if answer.status_code == 200:
        check_page(answer.text)


def test_bytes_that_are_no_text_are_a_query_too(rep: FlaskClient) -> None:
    page(rep, "/search?q=%ff%fe+parcel&department=%ff")


def test_a_script_in_a_title_and_keyword_is_shown(rep: FlaskClient, parts: Parts) -> None:
    add(parts, 1, "Wombat <script>alert(2)</script>", keywords="['<script>alert(1)</script>']")
    html = page(rep, "/search?q=wombat+alert")
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_a_page_of_ten_costs_as_much_sql_as_a_page_of_one(rep: FlaskClient, parts: Parts) -> None:
    page(rep, "/search?q=parcel")  # names and departments of the first request
    with statements(parts.engine) as few:
        page(rep, "/search?q=late")
    add(parts, 40, "Wombat handling.", owner="editor@kb.example")
    with statements(parts.engine) as many:
        page(rep, "/search?q=wombat")
    assert len(many) == len(few)


def test_home_leads_to_departments_categories_and_letters(rep: FlaskClient) -> None:
    html = page(rep, "/")
    assert 'href="/departments/shipping"' in html
    assert 'href="/keywords/Complaint"' in html
    assert 'href="/procedures?letter=C"' in html
    assert "2 procedures" in html
    assert "Zebra" not in html


def test_home_counts_drafts_for_their_department(editor: FlaskClient) -> None:
    assert "3 procedures" in page(editor, "/")


def test_home_stands_on_an_empty_folder(rep: FlaskClient, parts: Parts) -> None:
    for path in list(parts.storage.library.root.rglob("*.md")):
        path.unlink()
    (parts.storage.library.root / "departments.yml").unlink()
    parts.publishing.publisher.refresh(NOW.date())
    assert "0 procedures" in page(rep, "/")


def test_home_costs_the_same_sql_for_many(rep: FlaskClient, parts: Parts) -> None:
    page(rep, "/")
    with statements(parts.engine) as few:
        page(rep, "/")
    add(parts, 40, "Wombat handling.", keywords="['Animal: Wombat']", reviewed="2026-11-01")
    with statements(parts.engine) as many:
        page(rep, "/")
    assert len(many) <= len(few)


def test_what_nobody_wrote_of_is_said_first(rep: FlaskClient) -> None:
    html = page(rep, "/search?q=where+can+I+have+the+parcel+of+my+donkey+shod")
    assert "no procedure has “donkey” or “shod”" in html
    assert html.index("Nothing here fits well") < html.index('class="card-box hits"')
    assert "Nothing here fits well" not in page(rep, "/search?q=late+shipment")


def test_what_fits_less_well_is_behind_show_all(rep: FlaskClient, parts: Parts) -> None:
    filler = "Write the number of the order down and tell the customer. " * 5
    add(parts, 14, f"{filler} Scan.")
    address = "/search?q=complaint+late+shipment+carrier+scan"
    html, every = page(rep, address), page(rep, f"{address}&all=1")
    assert "of 15 procedures" in html
    assert "of 15 procedures" in every
    assert len(re.findall(r">Many \d+</a>", html)) == 2
    assert len(re.findall(r">Many \d+</a>", every)) == 9
    assert f"{address.replace('&', '&amp;')}&amp;all=1" in html
    assert "Show all" not in every + page(rep, f"{address}&all=1&page=2")


def with_guide(parts: Parts, status: str = "published") -> None:
    """A procedure that links to a PDF of two pages, which were read."""
    folder: Path = parts.storage.library.root / "shipping"
    guide = made.pdf("Harbour guide", "A stowaway is handed to the <purser>")
    (folder / "harbour guide.pdf").write_bytes(guide)
    front = f"---\nid: HAR-1\ntitle: Harbour\ndepartment: shipping\nstatus: {status}\n---\n"
    (folder / "harbour.md").write_text(f"{front}\nSee [it](<harbour guide.pdf>).\n")
    parts.publishing.publisher.refresh(NOW.date())
    parts.attachments.taking_in.keep_up(NOW.date)


def test_a_hit_in_an_attachment_opens_it_at_its_page(rep: FlaskClient, parts: Parts) -> None:
    with_guide(parts)
    html = page(rep, "/search?q=stowaway")
    assert "In the attachment harbour guide.pdf, page 2</a> <span" in html
    assert "</span> A <mark>stowaway" in html
    assert "<mark>stowaway</mark> is handed to the &lt;purser&gt;" in html
    (address,) = re.findall(r'href="(/files/[^"]+)"', html)
    assert address.endswith("&amp;of=HAR-1#page=2")
    with rep.get(address.replace("&amp;", "&").partition("#")[0]) as opened:
        assert opened.status_code == 200
        assert opened.mimetype == "application/pdf"


def test_an_attachment_opened_from_a_hit_counts_as_its_procedure(
    rep: FlaskClient, parts: Parts
) -> None:
    with_guide(parts)
    (address,) = re.findall(r'href="(/files/[^"#]+)', page(rep, "/search?q=stowaway"))
    rep.get(address.replace("&amp;", "&")).close()
    parts.insight.log.flush()
    with reading(parts.engine) as connection:
        opened = connection.execute(openings.select()).all()
    assert [(row.procedure_id, row.rank) for row in opened] == [("HAR-1", 1)]


def test_an_attachment_does_not_count_for_what_one_may_not_read(
    rep: FlaskClient, parts: Parts
) -> None:
    with_guide(parts)
    assert rep.get("/files/shipping/harbour%20guide.pdf?of=SHP-015").status_code == 404
    assert rep.get("/files/shipping/harbour%20guide.pdf?of=nothing").status_code == 404


def test_an_attachment_of_a_draft_is_found_by_its_department_only(
    rep: FlaskClient, outsider: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    with_guide(parts, "draft")
    assert "page 2" in page(editor, "/search?q=stowaway")
    for other in (rep, outsider):
        html = page(other, "/search?q=stowaway")
        assert "Harbour" not in html
        assert "No procedure has any of these words" in html


def test_a_page_of_an_attachment_that_says_all_is_stood_behind(
    rep: FlaskClient, parts: Parts
) -> None:
    with_guide(parts)
    assert "Nothing here fits well" not in page(rep, "/search?q=stowaway+handed+purser")
    assert "Nothing here fits well" in page(rep, "/search?q=stowaway+handed+unheardof")
