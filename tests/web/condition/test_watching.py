"""The id of a request: in its answer, on pages that say what went wrong, in the log."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from msgspec.structs import replace

from kb import logs
from kb.parts import Parts
from tests.conftest import built_site, signed_in

MADE = re.compile(r"[0-9a-f]{12}")
GIVEN = "Root=1-67891233-abcdef012345678912345678".partition("=")[2]


@pytest.fixture
def behind(parts: Parts, compiled: FileSystemBytecodeCache) -> FlaskClient:
    """Signed out, behind a proxy that is trusted."""
    settings = replace(parts.settings, https=True)
    return built_site(replace(parts, settings=settings), compiled).test_client()


def id_of(client: FlaskClient, address: str, **headers: str) -> str:
    answer = client.get(
        address, headers={name.replace("_", "-"): it for name, it in headers.items()}
    )
    return answer.headers["X-Request-ID"]


def test_each_request_has_one_and_no_two_the_same(rep: FlaskClient) -> None:
    found = {
        id_of(rep, address) for address in ("/", "/", "/nowhere", "/healthz", "/api/v1/search")
    }
    assert len(found) == 5
    assert all(MADE.fullmatch(one) for one in found)


def test_one_of_a_stranger_is_not_taken_over(rep: FlaskClient) -> None:
    assert MADE.fullmatch(id_of(rep, "/", X_Request_ID=GIVEN))


@pytest.mark.parametrize(
    ("given", "taken"),
    [(GIVEN, True), ("a" * 128, True), ("short", False), ("a" * 129, False), ("<b>12345678", False),
     ("1234 5678 90", False), ("", False)],
)  # fmt: skip
def test_one_of_a_trusted_proxy_is_taken_over_where_it_is_proper(
    behind: FlaskClient, given: str, taken: bool
) -> None:
    found = id_of(behind, "/sign-in", X_Request_ID=given)
    assert (found == given) is taken
    assert taken or MADE.fullmatch(found)


def test_what_browsers_keep_has_none(rep: FlaskClient) -> None:
    answer = rep.get("/static/kb.css")
    assert "X-Request-ID" not in answer.headers
    answer.close()


def breaks() -> str:
    password = "sesame " * 2
    return password[999]


def test_a_page_that_says_what_went_wrong_shows_it_and_the_log_has_it(
    own_app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    app = own_app
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/breaks", view_func=breaks, endpoint="breaks")
    app.add_url_rule("/api/v1/breaks", view_func=breaks, endpoint="api_breaks")
    client = signed_in(app, "rep@kb.example")
    logs.as_json(True)
    try:
        answer = client.get("/breaks?q=secret+words")
    finally:
        logs.as_json(False)
    id = answer.headers["X-Request-ID"]
    assert f"Tell your administrator: <code>{id}</code>" in answer.text
    told = capsys.readouterr().out
    (line,) = [json.loads(one) for one in told.splitlines() if one.startswith("{")]
    assert (line["event"], line["request"], line["path"]) == ("broken", id, "/breaks")
    assert (line["level"], line["person"]) == ("error", 1)
    assert "IndexError" in line["exception"]
    assert "secret" not in told
    answer = client.get("/api/v1/breaks")
    assert answer.json["request"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("as_json", [False, True])
def test_no_value_of_a_variable_gets_into_the_log(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    logs.as_json(as_json)
    try:
        breaks()
    except IndexError:
        logger = logs.log()
        logger.exception("broken")
    finally:
        logs.as_json(False)
    told = capsys.readouterr().out
    assert "IndexError" in told
    assert "sesame sesame" not in told


def test_a_page_that_is_not_there_is_the_same_for_all(rep: FlaskClient) -> None:
    """It has its id in the header alone: two such pages tell nothing apart."""
    first, second = rep.get("/nowhere"), rep.get("/nowhere")
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert first.headers["X-Request-ID"] not in first.text


def test_after_a_request_the_log_is_about_none(rep: FlaskClient) -> None:
    rep.get("/")
    assert logs.about.get()() == {}
