"""A procedure as a page, and the files beside it."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import DRAFT, LATE, NOW
from tests.pagekit import page
from tests.web.acts import hidden, statements, version_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def write(parts: Parts, path: str, text: str | bytes, *, refresh: bool = True) -> None:
    """A file of the content folder, and the catalogue brought up to it."""
    file = parts.storage.library.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    if refresh:
        parts.publishing.publisher.refresh(NOW.date())


def front(text: str, title: str = "Any", **fields: str) -> str:
    """A procedure of shipping with that text."""
    more = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\nid: ANY-1\ntitle: {title}\ndepartment: shipping\n{more}---\n\n{text}\n"


@pytest.fixture(autouse=True)
def _on_the_day(app: Flask) -> None:
    app.config["KB_NOW"] = NOW


def test_it_says_what_to_do_what_to_say_and_who_answers(rep: FlaskClient) -> None:
    html = page(rep, "/procedures/SHP-014")
    assert '<section class="steps"' in html
    assert '<section class="say" data-script>' in html
    assert "I am sorry your parcel has not arrived" in html
    assert "Eddy Editor" in html
    assert "deputy Rena Reviewer" in html
    assert "#shipping-now, ext. 4410" in html
    assert re.search(r"Reviewed 2 Oct 2026, next by \d+ Apr 2027", html)
    assert "Orders above 500 euro go to the Shipping lead." in html


def test_other_methods_are_options_that_work_without_javascript(rep: FlaskClient) -> None:
    html = page(rep, "/procedures/SHP-014")
    assert re.search(r'href="#store-credit"[^>]*><span class="quiet">Option:</span> Store cr', html)
    assert 'id="store-credit"' in html
    assert 'id="upgrade-to-express"' in html


def test_headings_can_be_linked_to(rep: FlaskClient) -> None:
    html = page(rep, "/procedures/SHP-014")
    assert '<h2 id="when-to-use-this">' in html
    assert 'href="#when-to-use-this"' in html
    assert 'aria-label="On this page"' in html


def test_related_procedures_and_keywords_lead_on(rep: FlaskClient) -> None:
    html = page(rep, "/procedures/SHP-014")
    assert 'href="/procedures/BIL-001"' in html
    assert 'href="/keyword?name=where+is+my+parcel"' in html
    assert 'href="/keywords/Complaint"' in html


def test_the_vote_is_about_the_version_that_is_read(rep: FlaskClient, parts: Parts) -> None:
    html = page(rep, "/procedures/SHP-014")
    assert 'action="/procedures/SHP-014/votes"' in html
    assert hidden(html, "version") == version_of(parts, "SHP-014")


def test_an_overdue_review_says_what_that_means(rep: FlaskClient) -> None:
    html = page(rep, "/procedures/BIL-001")
    assert "Review overdue 16 months." in html
    assert "ask Billing (#billing-help) if in doubt" in html


def test_a_draft_is_read_by_its_department_only(
    rep: FlaskClient,
    editor: FlaskClient,
    reviewer: FlaskClient,
    outsider: FlaskClient,
    administrator: FlaskClient,
) -> None:
    for person in (editor, reviewer):
        assert "do not use it with a customer yet" in page(person, "/procedures/SHP-015")
    for person in (rep, outsider, administrator):
        html = page(person, "/procedures/SHP-015", status=404)
        assert "ebra" not in html
        assert html == page(person, "/procedures/SHP-999", status=404)


def test_a_draft_is_not_found_through_its_path(rep: FlaskClient, editor: FlaskClient) -> None:
    page(rep, "/procedures/shipping/customs.md", status=404)
    assert editor.get("/procedures/shipping/customs.md").location == "/procedures/SHP-015"


def test_reading_asks_for_a_sign_in(anonymous: FlaskClient) -> None:
    for address in ("/procedures/SHP-014", "/procedures/nothing", "/files/any.png"):
        assert anonymous.get(address).location.startswith("/sign-in?next=")


def test_a_page_is_not_posted_to(rep: FlaskClient) -> None:
    assert rep.post("/procedures/SHP-014").status_code == 405


def test_a_retired_procedure_opens_by_its_link_and_says_so(rep: FlaskClient, parts: Parts) -> None:
    write(parts, "shipping/old.md", front("Do it so.", "Old Way", status="retired"))
    html = page(rep, "/procedures/ANY-1")
    assert "This is no longer how it is done" in html
    assert "Old Way" not in page(rep, "/procedures")


@pytest.mark.parametrize(
    "address",
    ["shipping/late-shipment.md", "shipping/late-shipment"],
)
def test_a_path_leads_to_the_procedure(rep: FlaskClient, address: str) -> None:
    answer = rep.get(f"/procedures/{address}")
    assert answer.status_code == 302
    assert answer.location == "/procedures/SHP-014"


def test_the_path_from_before_a_move_leads_to_the_procedure(rep: FlaskClient, parts: Parts) -> None:
    old = parts.storage.library.root / "shipping/late-shipment.md"
    old.rename(parts.storage.library.root / "shipping/late.md")
    parts.publishing.publisher.refresh(NOW.date())
    assert rep.get("/procedures/shipping/late-shipment.md").location == "/procedures/SHP-014"
    page(rep, "/procedures/SHP-014")


def test_links_between_files_lead_to_procedures(rep: FlaskClient, parts: Parts) -> None:
    text = (
        "[lost](../billing/lost-in-transit.md#steps) [gone](nothing.md) [out](https://kb.example/)"
    )
    write(parts, "shipping/any.md", front(text))
    html = page(rep, "/procedures/ANY-1")
    assert 'href="/procedures/BIL-001#steps"' in html
    assert "nothing.md" not in re.sub(r'title="[^"]*"', "", html)
    assert 'rel="noopener noreferrer"' in html


def test_a_link_to_a_draft_leads_only_those_who_may_read_it(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    write(parts, "shipping/any.md", front("See [that](customs.md)."))
    for _twice in range(2):  # the second time from the shelf
        assert "SHP-015" in page(editor, "/procedures/ANY-1")
        assert "SHP-015" not in page(rep, "/procedures/ANY-1")


def test_the_links_of_others_follow_a_file_that_moved(rep: FlaskClient, parts: Parts) -> None:
    write(parts, "shipping/any.md", front("[new](new.md)"))
    assert "NEW-1" not in page(rep, "/procedures/ANY-1")
    write(parts, "shipping/new.md", "---\nid: NEW-1\ntitle: New\n---\nText\n")
    assert 'href="/procedures/NEW-1"' in page(rep, "/procedures/ANY-1")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "![x](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href='data:text/html,x'>x</a>",
        "<form action=/sign-out method=post><button>x</button></form>",
        "<style>*{display:none}</style>",
        "<div style='position:fixed'>x</div>",
        "<iframe src=https://kb.example></iframe>",
        "</main></body><h1>second</h1>",
        "<h1 id=main>x</h1>",
        "<!--",
        "<p id=query name=csrf_token>",
    ],
)
def test_nothing_in_a_file_runs_or_breaks_the_page(
    rep: FlaskClient, parts: Parts, text: str
) -> None:
    write(parts, "shipping/any.md", front(f"Before\n\n{text}\n\n## Steps\n\n1. {text}"))
    html = page(rep, "/procedures/ANY-1")
    assert "<script>alert" not in html
    assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", html)
    assert "<iframe" not in html
    assert "<style" not in html


def test_a_script_in_title_keyword_and_people_is_shown(rep: FlaskClient, parts: Parts) -> None:
    bad = "'<script>alert(1)</script>'"
    write(parts, "a.md", front("x", bad, keywords=f"[{bad}]", owner=bad, deputy=bad))
    html = page(rep, "/procedures/ANY-1")
    assert "<h1>&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_headings_never_clash_with_the_page(rep: FlaskClient, parts: Parts) -> None:
    names = (
        "Main Query Search Content Helpful Ask Version Reason Comment Seal Related Owner Standard"
    )
    words = [*names.split(), "Main", "Vote reason 1", "csrf_token", "Steps", "Steps", "?", "日本"]
    text = "\n\n".join(f"## {name}\n\n### {name}\n\ntext" for name in words)
    write(parts, "shipping/any.md", front(text))
    rep.post(
        "/procedures/ANY-1/votes", data={"helpful": "no", "version": version_of(parts, "ANY-1")}
    )
    page(rep, "/procedures/ANY-1")


def test_a_long_page_folds_its_contents(rep: FlaskClient, parts: Parts) -> None:
    write(parts, "shipping/any.md", front("\n\n".join(f"## Part {n}\n\ntext" for n in range(30))))
    assert "<summary>On this page" in page(rep, "/procedures/ANY-1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"---\n---\n",
        b"no front matter at all\n",
        b"---\ntitle: Late: Shipment\n---\n\ntext\n",
        b"---\ntitle: never closed\n",
        b"---\ntitle: null\nkeywords: 7\nowner: [a]\nreviewed: nonsense\n---\ntext",
        b"\xff\xfe\x00 not utf-8",
        b"\x00\x00",
        b"---\r\ntitle: CRLF\r\n---\r\n\r\n# CRLF\r\n",
        b"# [[[[[[",
    ],
)
def test_a_broken_file_is_read_as_far_as_it_can_be(
    rep: FlaskClient, administrator: FlaskClient, parts: Parts, raw: bytes
) -> None:
    write(parts, "shipping/broken.md", raw)
    found = parts.catalogue.at_path("shipping/broken.md")
    page(rep, f"/procedures/{found}")
    page(administrator, f"/procedures/{found}")


def test_a_fault_is_shown_with_its_line_to_those_who_can_mend_it(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    write(parts, "shipping/bad.md", "---\nid: ANY-1\ntitle: Late: Shipment\n---\n\ntext\n")
    html = page(editor, "/procedures/ANY-1")
    assert "This file has a fault" in html
    assert "Line 3:" in html
    assert "shipping/bad.md" in html
    for person in (rep, outsider):
        html = page(person, "/procedures/ANY-1")
        assert "Line 3" not in html
        assert "something here may be missing" in html


def test_a_mere_warning_does_not_trouble_a_reader(rep: FlaskClient, outsider: FlaskClient) -> None:
    assert "something here may be missing" not in page(rep, "/procedures/BIL-001")


def test_a_file_newer_than_the_catalogue_is_shown_and_voted_on_as_it_is(
    rep: FlaskClient, parts: Parts
) -> None:
    before = version_of(parts, "SHP-014")
    write(parts, "shipping/late-shipment.md", LATE.replace("L5", "L7"), refresh=False)
    html = page(rep, "/procedures/SHP-014")
    assert "code L7" in html
    assert hidden(html, "version") != before


def test_a_text_that_becomes_a_draft_is_not_shown_even_before_the_catalogue_knows(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    drafted = LATE.replace("related:", "status: draft\nrelated:").replace("L5", "ZEBRA")
    write(parts, "shipping/late-shipment.md", drafted, refresh=False)
    assert "ZEBRA" not in page(rep, "/procedures/SHP-014", status=404)
    assert "ZEBRA" in page(editor, "/procedures/SHP-014")


def test_a_draft_that_is_published_is_readable_once_the_catalogue_knows(
    rep: FlaskClient, parts: Parts
) -> None:
    write(parts, "shipping/customs.md", DRAFT.replace("draft", "published"))
    page(rep, "/procedures/SHP-015")


def test_a_file_that_just_went_away_is_not_found(rep: FlaskClient, parts: Parts) -> None:
    (parts.storage.library.root / "shipping/late-shipment.md").unlink()
    page(rep, "/procedures/SHP-014", status=404)


def test_a_text_is_rendered_once(rep: FlaskClient, parts: Parts) -> None:
    page(rep, "/procedures/SHP-014")
    file = parts.storage.library.root / "shipping/late-shipment.md"
    file.rename(file.with_suffix(".away"))  # whoever reads it now would fail
    page(rep, "/procedures/SHP-014")


def test_many_links_cost_no_more_sql_than_one(rep: FlaskClient, parts: Parts) -> None:
    link = "[x](../billing/lost-in-transit.md)"
    write(parts, "shipping/any.md", front(link, related="[SHP-014]"))
    page(rep, "/help")
    with statements(parts.engine) as few:
        page(rep, "/procedures/ANY-1")
    many_links = "\n".join(f"[{n}](late-shipment.md?{n}) [{n}]({n}.md)" for n in range(200))
    related = "[SHP-014, BIL-001, x, y]"
    write(parts, "shipping/any.md", front(f"{link}\n{many_links}", related=related))
    with statements(parts.engine) as many:
        page(rep, "/procedures/ANY-1")
    assert len(many) <= len(few)
    with statements(parts.engine) as kept:
        page(rep, "/procedures/ANY-1")
    assert len(kept) < len(many)


def test_an_id_with_odd_characters_has_a_page(rep: FlaskClient, parts: Parts) -> None:
    write(parts, "odd.md", "---\nid: 'A/B 7?#&é'\ntitle: Odd\n---\ntext\n")
    assert "Odd" in page(rep, "/procedures/a-b-7-é")


# The files beside the procedures.


def test_a_picture_beside_the_procedures_is_shown(rep: FlaskClient, parts: Parts) -> None:
    write(parts, "shipping/screen.png", PNG)
    write(parts, "shipping/any.md", front("![The order screen](screen.png)"))
    assert 'src="/files/shipping/screen.png"' in page(rep, "/procedures/ANY-1")
    with rep.get("/files/shipping/screen.png") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer.headers["Cache-Control"]
        assert "public" not in answer.headers["Cache-Control"]


def test_a_drawing_can_run_nothing(rep: FlaskClient, parts: Parts) -> None:
    write(parts, "shipping/plan.svg", SVG, refresh=False)
    write(parts, "shipping/any.md", front("![The plan](plan.svg)"))
    with rep.get("/files/shipping/plan.svg") as answer:
        assert answer.mimetype == "image/svg+xml"
        policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "sandbox" not in rep.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "shipping/late-shipment.md",
        "departments.yml",
        "nothing.png",
        ".hidden/secret.png",
        ".secret.png",
        "../outside.png",
        "%2e%2e/outside.png",
        "..%2foutside.png",
        "shipping",
        "shipping/",
        "a%00.png",
        "a" * 3_000 + ".png",
    ],
)
def test_nothing_else_is_served(rep: FlaskClient, parts: Parts, path: str) -> None:
    for name in (".hidden/secret.png", ".secret.png"):
        write(parts, name, "x", refresh=False)
    (parts.storage.library.root.parent / "outside.png").write_bytes(PNG)
    links = " ".join(f"[x](<../{path}>)" for path in (path, unquote(path)) if "\0" not in path)
    write(parts, "shipping/any.md", front(links))
    assert rep.get(f"/files/{path}").status_code == 404


def test_a_file_that_leads_out_of_the_folder_is_not_served(rep: FlaskClient, parts: Parts) -> None:
    secret = parts.settings.var / "secret_key"
    (parts.storage.library.root / "key.txt").symlink_to(secret)
    write(parts, "shipping/any.md", front("[key](../key.txt)"))
    assert rep.get("/files/key.txt").status_code == 404


# Whose files they are.


def status(who: FlaskClient, path: str) -> int:
    with who.get(path) as answer:
        return answer.status_code


@pytest.mark.parametrize("name", ["form.docx", "rates.xlsx", "clip.mp4", "page.html", "run.js"])
def test_a_file_that_no_browser_shows_is_offered_for_saving(
    rep: FlaskClient, parts: Parts, name: str
) -> None:
    write(parts, f"shipping/{name}", b"<script>x</script>", refresh=False)
    write(parts, "shipping/any.md", front(f"[The form]({name})"))
    assert f'href="/files/shipping/{name}"' in page(rep, "/procedures/ANY-1")
    with rep.get(f"/files/shipping/{name}") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_film_shown_as_a_picture_is_a_link(rep: FlaskClient, parts: Parts) -> None:
    write(parts, "shipping/clip.mp4", b"x", refresh=False)
    write(parts, "shipping/any.md", front("![How to fold the box](clip.mp4)"))
    shown = page(rep, "/procedures/ANY-1")
    assert re.search(r'<a href="/files/shipping/clip.mp4"[^>]*>How to fold the box</a>', shown)


def test_the_files_of_a_draft_are_as_hidden_as_the_draft(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    write(parts, "shipping/plan.txt", "the plan", refresh=False)
    write(parts, "shipping/any.md", front("[Plan](plan.txt)", status="draft"))
    asked = [status(who, "/files/shipping/plan.txt") for who in (editor, rep, outsider)]
    assert asked == [200, 404, 404]
    # As soon as something that a rep may read shows it, it is theirs, too.
    other = "---\nid: ANY-2\ntitle: Other\n---\n\n[Plan](../shipping/plan.txt)\n"
    write(parts, "billing/other.md", other)
    assert status(rep, "/files/shipping/plan.txt") == 200
    (parts.storage.library.root / "billing" / "other.md").unlink()
    parts.publishing.publisher.refresh(NOW.date())
    assert status(rep, "/files/shipping/plan.txt") == 404


def test_a_file_that_nothing_shows_is_there_for_the_writers_of_its_folder(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    write(parts, "shipping/new.png", PNG, refresh=False)
    asked = [status(who, "/files/shipping/new.png") for who in (editor, rep, outsider)]
    assert asked == [200, 404, 404]
