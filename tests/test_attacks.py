"""Hostile files, queries and forms against the whole site: shown, never run; never a 500."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.parts import Parts
from tests.conftest import NOW, signed_in
from tests.effort import examples

SCRIPT = "<script>alert(1)</script>"
LINK = '<img src=x onerror="alert(1)">'


def publish(parts: Parts, home: Path, name: str, raw: bytes) -> None:
    (home / "content" / "shipping" / name).write_bytes(raw)
    parts.publishing.publisher.refresh(NOW.date())


def nothing_runs(html: str) -> None:
    lower = html.lower()
    assert "<script>alert" not in lower
    assert "onerror=" not in lower.replace("onerror=&#34;", "").replace("onerror=&quot;", "")
    assert 'href="javascript:' not in lower


def test_a_script_in_title_keyword_owner_heading_link_and_body_is_shown_and_never_run(
    parts: Parts, home: Path, rep: FlaskClient
) -> None:
    text = (
        f"---\nid: EVIL-1\ntitle: '{SCRIPT} pelican'\nkeywords: ['{SCRIPT}', 'Evil: {LINK}']\n"
        f"owner: '{SCRIPT}'\ndepartment: shipping\naudience: ['{LINK}']\n---\n\n"
        f"## Heading {SCRIPT}\n\n{SCRIPT} {LINK} [click](javascript:alert(1)) pelican\n\n"
        f"[x](data:text/html,{SCRIPT}) <a href='javascript:alert(1)'>y</a>\n\n"
        f"## Other accepted methods\n\n### {LINK}\n\n{SCRIPT}\n\n## What to say\n\n> {LINK}\n"
    )
    publish(parts, home, "evil.md", text.encode())
    for path in (
        "/procedures/EVIL-1",
        "/search?q=pelican",
        "/departments/shipping",
        "/procedures",
        "/keywords",
        "/keywords/evil",
    ):
        answer = rep.get(path)
        assert answer.status_code == 200, path
        nothing_runs(answer.text)
    assert "alert(1)" in rep.get("/procedures/EVIL-1").text


def test_a_script_in_a_comment_and_a_question_is_shown_and_never_run(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    asked = {"q": f"{SCRIPT} zebra", "department": "shipping", "comment": LINK}
    assert rep.post("/requests", data=asked).status_code == 302
    for client, path in ((editor, "/inbox"), (editor, "/inbox/1"), (rep, "/questions")):
        page = client.get(path)
        assert page.status_code == 200
        nothing_runs(page.text)
        assert "zebra" in page.text


@pytest.mark.parametrize("letter", [*list("[(<`*_!>#-~|\\&"), "[](", "![", "<a ", "\u202e", "é"])
def test_many_of_a_letter_are_read_shown_and_found_in_time(
    parts: Parts, home: Path, rep: FlaskClient, letter: str
) -> None:
    publish(parts, home, "many.md", b"# Many pelican\n\n" + letter.encode() * 60)
    began = time.process_time()
    assert rep.get("/procedures/shipping-many").status_code == 200
    assert rep.get("/search", query_string={"q": "pelican"}).status_code == 200
    assert rep.get("/search", query_string={"q": letter * 60}).status_code == 200
    assert time.process_time() - began < 10


def test_a_file_of_two_megabytes_is_read_and_found(
    parts: Parts, home: Path, rep: FlaskClient
) -> None:
    body = "\n\n".join(f"Paragraph {n} about parcels and pelicans." for n in range(45_000))
    publish(parts, home, "large.md", f"# Large\n\n{body}".encode())
    assert "shipping-large" in rep.get("/search?q=pelicans").text
    assert rep.get("/procedures/shipping-large").status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x00\x00",
        b"\xff\xfe\x00\x00",
        b"---",
        b"---\n---\n",
        b"---\ntitle: a: b: c\n---\ntext",
        b"---\nid: SHP-014\n---\nsame id",
        b"---\nid: ../../etc/passwd\ntitle: x\n---\n",
        b"---\nid: ''\ntitle: ''\ndepartment: ''\nowner: ''\n---\n",
        b"---\n&a [*a]\n---\n",
        b"---\nreviewed: 9999-12-31\nreview_every: 99999 years\n---\ntext",
        b"---\nkeywords: {a: {b: {c: d}}}\nrelated: 5\naudience: null\n---\ntext",
    ],
)
def test_any_file_is_shown_or_reported_and_hides_no_other(
    parts: Parts, home: Path, editor: FlaskClient, raw: bytes
) -> None:
    publish(parts, home, "odd.md", raw)
    (odd,) = [s.id for path, s in parts.catalogue.stamps().items() if path.endswith("odd.md")]
    assert editor.get(f"/procedures/{odd}").status_code == 200
    assert editor.get("/faults").status_code == 200
    assert "Complaint" in editor.get("/procedures/SHP-014").text
    assert "SHP-014" in editor.get("/search?q=late+shipment").text


@settings(
    max_examples=examples(100),
    deadline=None,
)
@given(st.text(max_size=300), st.text(max_size=30), st.text(max_size=10))
def test_any_text_is_a_valid_query(app: Flask, text: str, department: str, page: str) -> None:
    client = _kept(app)
    asked = {"q": text, "department": department, "category": department, "page": page}
    assert client.get("/search", query_string=asked).status_code in (200, 302)


_clients: dict[int, FlaskClient] = {}


def _kept(app: Flask) -> FlaskClient:
    """One sign-in for all examples."""
    if id(app) not in _clients:
        _clients[id(app)] = signed_in(app, "rep@kb.example")
    return _clients[id(app)]


@pytest.mark.parametrize(
    "query",
    ["x" * 100_000, "(" * 60, '"' * 60, "a:" * 60, "department:" * 50, "\x00\x01", "-" * 60,
     "*", "?", "~", "^9", "AND OR NOT", "[a TO z]", "' or 1=1 --", "../../", "%00", "\ud800"],
)  # fmt: skip
def test_a_hostile_query_is_answered(rep: FlaskClient, query: str) -> None:
    asked = query.encode("utf-8", "surrogatepass")
    answer = rep.get("/search", query_string={"q": asked})
    assert answer.status_code in (200, 302, 414)


@pytest.mark.parametrize(
    "path",
    [
        "/files/../../etc/passwd",
        "/files/%2e%2e/%2e%2e/etc/passwd",
        "/files/departments.yml",
        "/files/shipping/late-shipment.md",
        "/procedures/../../etc/passwd",
        "/procedures/%00",
        "/departments/%00",
        "/inbox/99999999999999999999",
        "/people/0",
        "/keywords/%ff",
    ],
)
def test_an_odd_address_is_not_found(rep: FlaskClient, path: str) -> None:
    assert rep.get(path).status_code == 404
