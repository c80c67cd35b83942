"""Headers, cookies, the secret key, and what a request may not be."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from werkzeug.test import TestResponse

from kb.app import create_app
from kb.parts import Parts
from kb.settings import SettingsError
from kb.web.site.security import secret_key
from tests.conftest import NOW, PASSWORD, signed_in
from tests.web.acts import hidden, version_of


def test_no_page_may_run_what_is_not_ours(rep: FlaskClient) -> None:
    policy = rep.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


HEADERS = {
    "Permissions-Policy": "browsing-topics=()",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; worker-src 'self'; manifest-src 'self'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
PRIVATE = {**HEADERS, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}


def told(answer: TestResponse) -> dict[str, str]:
    """All headers but what the answer itself is: its type, length, place, cookie and id."""
    own = {"Content-Type", "Content-Length", "Location", "Set-Cookie", "WWW-Authenticate"}
    own |= {"X-Request-ID"}
    return {name: value for name, value in answer.headers if name not in own}


@pytest.mark.parametrize("address", ["/sign-in", "/nowhere", "/healthz", "/api/v1/search"])
def test_every_answer_carries_these_headers_and_no_others(
    anonymous: FlaskClient, address: str
) -> None:
    assert told(anonymous.get(address)) == PRIVATE


def test_assets_carry_them_too(anonymous: FlaskClient) -> None:
    with anonymous.get("/static/kb.css") as answer:
        assert HEADERS.items() <= told(answer).items()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_browsers_are_told_to_come_by_https_only_over_https(parts: Parts, scheme: str) -> None:
    site = create_app(replace(parts, settings=replace(parts.settings, https=True)))
    answer = site.test_client().get("/healthz", headers={"X-Forwarded-Proto": scheme})
    lasting = {"Strict-Transport-Security": "max-age=31556926"} if scheme == "https" else {}
    assert told(answer) == {**PRIVATE, **lasting}


def test_without_a_proxy_in_front_nobody_can_claim_https(anonymous: FlaskClient) -> None:
    assert told(anonymous.get("/healthz", headers={"X-Forwarded-Proto": "https"})) == PRIVATE


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    answer = app.test_client().post(
        "/sign-in", data={"email": "rep@kb.example", "password": PASSWORD}
    )
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def framed_site(parts: Parts, *, https: bool) -> FlaskClient:
    hosts = "crm.example, desk.example:8443"
    framed = replace(parts.settings, frame_hosts=hosts, https=https)
    site = create_app(replace(parts, settings=framed))
    site.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return site.test_client()


def test_only_pages_of_hosts_that_are_named_may_frame_it(parts: Parts) -> None:
    for address in ("/sign-in", "/nowhere", "/static/kb.css"):
        with framed_site(parts, https=True).get(address) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert policy.endswith(
                "frame-ancestors 'self' https://crm.example https://desk.example:8443"
            )
            assert "X-Frame-Options" not in answer.headers
            assert HEADERS["Content-Security-Policy"].rpartition(";")[0] in policy


@pytest.mark.parametrize(("https", "kept"), [(True, True), (False, False)])
def test_a_frame_keeps_its_session_by_https_alone(parts: Parts, https: bool, kept: bool) -> None:
    client = framed_site(parts, https=https)
    answer = client.post("/sign-in", data={"email": "rep@kb.example", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    wanted = {"SameSite=None", "Secure", "Partitioned"}
    assert (wanted <= set(cookie.split("; "))) is kept
    assert ("SameSite=Lax" in cookie) is not kept
    assert "HttpOnly" in cookie
    assert cookie.startswith("kb_session_framed=" if kept else "kb_session=")


def test_behind_https_the_cookie_is_secure_and_the_address_the_visitors(parts: Parts) -> None:
    site = create_app(replace(parts, settings=replace(parts.settings, https=True)))
    site.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    seen = []
    site.before_request_funcs[None].append(lambda: seen.append(site_request_address()))
    answer = site.test_client().post(
        "/sign-in",
        data={"email": "rep@kb.example", "password": PASSWORD},
        headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"},
    )
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in answer.headers
    assert seen == ["203.0.113.7"]


def site_request_address() -> None:
    from flask import request

    return request.remote_addr


def test_without_https_a_forged_address_is_not_believed(own_app: Flask) -> None:
    seen = []
    own_app.before_request_funcs[None].append(lambda: seen.append(site_request_address()))
    own_app.test_client().get("/sign-in", headers={"X-Forwarded-For": "203.0.113.7"})
    assert seen == ["127.0.0.1"]


def test_a_form_without_its_token_is_refused(app: Flask, parts: Parts) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    token = hidden(client.get("/sign-in").text, "csrf_token")
    form = {"email": "rep@kb.example", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 400
    assert client.post("/sign-in", data={**form, "csrf_token": token}).status_code == 302
    voted = {"helpful": "yes", "version": version_of(parts, "SHP-014")}
    assert client.post("/procedures/SHP-014/votes", data=voted).status_code == 400
    assert parts.feedback.inbox.votes.tally("SHP-014").yes == 0


def test_a_page_left_open_all_day_can_still_be_sent(app: Flask) -> None:
    assert app.config["WTF_CSRF_TIME_LIMIT"] is None


def test_an_enormous_request_is_refused(rep: FlaskClient) -> None:
    sent = rep.post("/requests", data={"q": "x", "comment": "x" * 2_000_000})
    assert sent.status_code == 413


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = secret_key(tmp_path)
    assert secret_key(tmp_path) == made
    assert len(made) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_workers_that_start_at_once_agree_on_a_key(tmp_path: Path) -> None:
    keys: list[str] = []
    starts = [threading.Thread(target=lambda: keys.append(secret_key(tmp_path))) for _ in range(12)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(keys) == 12
    assert len(set(keys)) == 1


def test_a_damaged_key_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(SettingsError, match="delete it"):
        secret_key(tmp_path)


ASSETS = ["/static/kb.css", "/bootstrap/static/css/bootstrap.min.css"]


@pytest.mark.parametrize("path", ASSETS)
def test_what_any_cache_may_keep_tells_nothing_of_a_session(rep: FlaskClient, path: str) -> None:
    with rep.get(path) as answer:
        headers = answer.headers
    assert "public" in headers["Cache-Control"]
    assert "Set-Cookie" not in headers
    assert "Cookie" not in headers.get("Vary", "")


def test_a_late_answer_does_not_undo_a_newer_session(app: Flask) -> None:
    client = signed_in(app, "editor@kb.example")
    for path in ("/", "/procedures/SHP-014", "/procedures/SHP-014/edit"):
        assert "Set-Cookie" not in client.get(path).headers


def test_pages_opened_side_by_side_share_one_token(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    token = hidden(client.get("/sign-in").text, "csrf_token")
    client.post(
        "/sign-in", data={"email": "rep@kb.example", "password": PASSWORD, "csrf_token": token}
    )
    cookie = client.get_cookie("kb_session")
    first = hidden(client.get("/procedures/SHP-014").text, "csrf_token")
    client.set_cookie("kb_session", cookie.value)  # as if neither page knew of the other
    assert hidden(client.get("/procedures/SHP-014").text, "csrf_token")
    form = {"helpful": "yes", "version": version_of(app.extensions["kb"], "SHP-014")}
    sent = client.post("/procedures/SHP-014/votes", data={**form, "csrf_token": first})
    assert sent.status_code == 302


def test_a_session_in_use_is_renewed_every_ten_minutes(app: Flask) -> None:
    app.config["KB_NOW"] = NOW
    client = signed_in(app, "rep@kb.example")
    app.config["KB_NOW"] = NOW + timedelta(minutes=9)
    assert "Set-Cookie" not in client.get("/").headers
    app.config["KB_NOW"] = NOW + timedelta(minutes=11)
    assert "kb_session=" in client.get("/").headers["Set-Cookie"]
    assert "Set-Cookie" not in client.get("/").headers
