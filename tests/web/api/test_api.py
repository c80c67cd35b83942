"""The API: tokens, rights, JSON in every case."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.people.sql.tokens import Tokens
from tests.conftest import NOW

SEARCH = "/api/v1/search"
KEYS = {
    "id",
    "title",
    "department",
    "owner",
    "url",
    "score",
    "section",
    "attachment",
    "snippet",
    "reviewed",
    "overdue",
}


def bearer(parts: Parts, email: str) -> dict[str, str]:
    person = parts.people.directory.by_email(email)
    return {"Authorization": f"Bearer {Tokens(parts.engine).create(person.id, 'test', NOW)}"}


@pytest.fixture
def as_rep(parts: Parts) -> dict[str, str]:
    return bearer(parts, "rep@kb.example")


def test_a_search_answers_what_is_documented(
    anonymous: FlaskClient, as_rep: dict[str, str]
) -> None:
    answer = anonymous.get(f"{SEARCH}?q=late+shipment", headers=as_rep)
    assert answer.status_code == 200
    assert set(answer.json) == {"query", "total", "took_ms", "did_you_mean", "hits"}
    first = answer.json["hits"][0]
    assert set(first) == KEYS
    assert (first["id"], first["department"]) == ("SHP-014", "shipping")
    assert first["reviewed"] == "2026-10-02"
    assert anonymous.get(first["url"]).status_code == 302


def test_every_key_is_documented(anonymous: FlaskClient, as_rep: dict[str, str]) -> None:
    document = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    found = anonymous.get("/api/v1/procedures/SHP-014", headers=as_rep).json
    for key in {*KEYS, *found, "query", "total", "took_ms", "did_you_mean", "hits"}:
        assert f"`{key}`" in document or f'"{key}"' in document, key


def test_department_and_limit_narrow_it(anonymous: FlaskClient, as_rep: dict[str, str]) -> None:
    asked = f"{SEARCH}?q=order+parcel"
    everything = anonymous.get(asked, headers=as_rep).json
    assert everything["total"] == 2
    one = anonymous.get(f"{asked}&limit=1", headers=as_rep).json
    assert (len(one["hits"]), one["total"]) == (1, 2)
    billing = anonymous.get(f"{asked}&department=billing", headers=as_rep).json
    assert [hit["id"] for hit in billing["hits"]] == ["BIL-001"]
    assert anonymous.get(f"{asked}&department=nowhere", headers=as_rep).json["total"] == 0


@pytest.mark.parametrize("limit", ["0", "51", "-1", "ten", "1.5", "", "９", "9" * 40])
def test_an_impossible_limit_is_told(
    anonymous: FlaskClient, as_rep: dict[str, str], limit: str
) -> None:
    answer = anonymous.get(SEARCH, query_string={"q": "x", "limit": limit}, headers=as_rep)
    assert answer.status_code == 400
    assert "from 1 to 50" in answer.json["error"]


@pytest.mark.parametrize("limit", ["1", "50"])
def test_the_widest_limits_are_taken(
    anonymous: FlaskClient, as_rep: dict[str, str], limit: str
) -> None:
    assert anonymous.get(f"{SEARCH}?q=x&limit={limit}", headers=as_rep).status_code == 200


def test_a_search_for_nothing_at_all(anonymous: FlaskClient, as_rep: dict[str, str]) -> None:
    missing = anonymous.get(SEARCH, headers=as_rep)
    assert missing.status_code == 400
    assert "q is missing" in missing.json["error"]
    assert anonymous.get(f"{SEARCH}?q=", headers=as_rep).json["hits"] == []


@pytest.mark.parametrize("text", ["\0", "((((", '"', "a AND OR NOT", "<script>", "é" * 3000, "%"])
def test_any_text_is_a_query(anonymous: FlaskClient, as_rep: dict[str, str], text: str) -> None:
    answer = anonymous.get(SEARCH, query_string={"q": text}, headers=as_rep)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"


def test_a_procedure_comes_with_its_text(anonymous: FlaskClient, as_rep: dict[str, str]) -> None:
    found = anonymous.get("/api/v1/procedures/SHP-014", headers=as_rep).json
    assert found["title"] == "Complaint: Late Shipment"
    assert found["status"] == "published"
    assert "1. Open the order" in found["body"]
    assert "owner:" not in found["body"]


@pytest.mark.parametrize(
    ("email", "sees"),
    [
        ("rep@kb.example", False),
        ("outsider@kb.example", False),
        ("admin@kb.example", False),
        ("editor@kb.example", True),
        ("reviewer@kb.example", True),
    ],
)
def test_a_token_sees_the_drafts_that_its_person_sees(
    anonymous: FlaskClient, parts: Parts, email: str, sees: bool
) -> None:
    headers = bearer(parts, email)
    found = anonymous.get(f"{SEARCH}?q=zebra", headers=headers).json
    assert [hit["id"] for hit in found["hits"]] == (["SHP-015"] if sees else [])
    assert found["total"] == int(sees)
    draft = anonymous.get("/api/v1/procedures/SHP-015", headers=headers)
    assert draft.status_code == (200 if sees else 404)


def test_a_draft_and_nothing_look_alike(anonymous: FlaskClient, as_rep: dict[str, str]) -> None:
    draft = anonymous.get("/api/v1/procedures/SHP-015", headers=as_rep)
    nothing = anonymous.get("/api/v1/procedures/XXX-999", headers=as_rep)
    assert (draft.status_code, draft.json) == (nothing.status_code, nothing.json)
    assert draft.json["error"]


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer kb_wrong", "Basic cmVwOnB3", "bearer \xff", "kb_x"],
)
def test_without_a_valid_token_nothing_is_told(anonymous: FlaskClient, header: str | None) -> None:
    headers = {"Authorization": header} if header is not None else {}
    for address in (f"{SEARCH}?q=late", "/api/v1/procedures/SHP-014", "/api/v1/procedures/XXX"):
        answer = anonymous.get(address, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "token" in answer.json["error"]


def test_a_browsers_session_does_not_open_the_api(editor: FlaskClient) -> None:
    assert editor.get(f"{SEARCH}?q=late").status_code == 401


def test_a_token_does_not_open_pages(anonymous: FlaskClient, as_rep: dict[str, str]) -> None:
    assert anonymous.get("/", headers=as_rep).status_code == 302
    answer = anonymous.get(f"{SEARCH}?q=late", headers=as_rep)
    assert "Set-Cookie" not in answer.headers


def test_a_disabled_persons_and_a_revoked_token_stop_at_once(
    anonymous: FlaskClient, parts: Parts
) -> None:
    disabled, revoked = bearer(parts, "rep@kb.example"), bearer(parts, "editor@kb.example")
    parts.people.directory.disable(parts.people.directory.by_email("rep@kb.example").id, NOW)
    tokens = Tokens(parts.engine)
    tokens.revoke(tokens.listed()[0].id, NOW)
    for headers in (disabled, revoked):
        assert anonymous.get(f"{SEARCH}?q=late", headers=headers).status_code == 401


def test_anything_but_get_is_refused_in_json(
    anonymous: FlaskClient, as_rep: dict[str, str]
) -> None:
    answer = anonymous.post(SEARCH, headers=as_rep)
    assert answer.status_code == 405
    assert answer.json["error"]


def test_a_wrong_address_answers_json(anonymous: FlaskClient, as_rep: dict[str, str]) -> None:
    answer = anonymous.get("/api/v1/nothing", headers=as_rep)
    assert answer.status_code == 404
    assert answer.json["error"]


def test_a_load_balancer_asks_without_a_token(anonymous: FlaskClient) -> None:
    answer = anonymous.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert "Set-Cookie" not in answer.headers


def test_health_tells_that_the_content_is_gone(anonymous: FlaskClient, home: Path) -> None:
    (home / "content").rename(home / "elsewhere")
    assert anonymous.get("/healthz").status_code == 503
