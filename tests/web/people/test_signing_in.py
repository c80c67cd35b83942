"""The way in and out, one's own account, and what was written while a session ended."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import select

from kb.app import create_app
from kb.database import notices, reading
from kb.parts import Parts
from kb.people import demo
from kb.web.people.signing_in import safe_next
from tests.conftest import NOW, PASSWORD, signed_in
from tests.pagekit import check_page, page
from tests.web.acts import hidden, version_of

REP = {"email": "rep@kb.example", "password": PASSWORD}


@pytest.fixture
def strict(app: Flask) -> Flask:
    """The site with CSRF tokens asked for, as it is served."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def enter(client: FlaskClient, email: str) -> None:
    token = hidden(client.get("/sign-in").text, "csrf_token")
    sent = client.post("/sign-in", data={**REP, "email": email, "csrf_token": token})
    assert sent.status_code == 302


def test_a_person_signs_in_and_out(anonymous: FlaskClient) -> None:
    page(anonymous, "/sign-in")
    assert anonymous.post("/sign-in", data=REP).location == "/"
    page(anonymous, "/")
    assert anonymous.post("/sign-out").location == "/sign-in"
    assert anonymous.get("/").status_code == 302


def test_the_address_may_be_written_in_any_case(anonymous: FlaskClient) -> None:
    sent = anonymous.post("/sign-in", data={**REP, "email": " REP@kb.example "})
    assert sent.status_code == 302


@pytest.mark.parametrize(
    "given",
    [
        {"email": "rep@kb.example", "password": "wrong"},
        {"email": "nobody@kb.example", "password": PASSWORD},
        {"email": "", "password": ""},
        {},
        {"email": "a\0b@\ud800.example".encode("utf-8", "replace").decode(), "password": "\0"},
    ],
)
def test_whoever_is_not_recognised_reads_the_same(
    anonymous: FlaskClient, given: dict[str, str]
) -> None:
    refused = anonymous.post("/sign-in", data=given)
    assert refused.status_code == 403
    assert "E-mail or password is wrong." in refused.text
    check_page(refused.text)


def test_the_typed_address_stays_and_the_password_does_not(anonymous: FlaskClient) -> None:
    refused = anonymous.post("/sign-in", data={"email": "rep@kb.example", "password": "secret-1"})
    assert "rep@kb.example" in refused.text
    assert "secret-1" not in refused.text


def test_too_many_attempts_are_told_how_long_to_wait(anonymous: FlaskClient) -> None:
    for _ in range(10):
        assert anonymous.post("/sign-in", data={**REP, "password": "no"}).status_code == 403
    refused = anonymous.post("/sign-in", data=REP)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    assert "try again in" in refused.text
    check_page(refused.text)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "evil.example",
        "",
    ],
)
def test_a_sign_in_never_leads_to_another_site(anonymous: FlaskClient, target: str) -> None:
    sent = anonymous.post("/sign-in", data={**REP, "next": target})
    assert sent.location == "/"


def test_a_sign_in_leads_on_to_the_page_asked_for(app: Flask) -> None:
    with app.test_request_context():
        assert safe_next("/search?q=late+parcel&page=2") == "/search?q=late+parcel&page=2"
        assert safe_next("/search?q=größe") == "/search?q=größe"


def test_who_is_in_already_is_led_on(rep: FlaskClient) -> None:
    assert rep.get("/sign-in?next=/questions").location == "/questions"


def test_an_earlier_session_does_not_live_on(app: Flask) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    client.post("/sign-in", data=REP)
    with client.session_transaction() as session:
        assert "planted" not in session


def test_signing_out_ends_every_copy_of_the_cookie(app: Flask) -> None:
    client, copy = app.test_client(), app.test_client()
    client.post("/sign-in", data=REP)
    cookie = client.get_cookie("kb_session")
    assert cookie is not None
    copy.set_cookie("kb_session", cookie.value)
    assert copy.get("/").status_code == 200
    other = app.test_client()
    other.post("/sign-in", data=REP)
    client.post("/sign-out")
    assert copy.get("/").status_code == 302
    assert other.get("/").status_code == 200


def test_signing_in_once_more_ends_the_session_before(app: Flask) -> None:
    client, copy = app.test_client(), app.test_client()
    client.post("/sign-in", data=REP)
    before = client.get_cookie("kb_session")
    assert before is not None
    client.post("/sign-in", data=REP)
    copy.set_cookie("kb_session", before.value)
    assert copy.get("/").status_code == 302
    assert client.get("/").status_code == 200


def test_a_session_ends_after_a_week_however_busy(app: Flask) -> None:
    client = app.test_client()
    app.config["KB_NOW"] = NOW
    client.post("/sign-in", data=REP)
    app.config["KB_NOW"] = NOW + timedelta(days=6, hours=23)
    assert client.get("/").status_code == 200
    app.config["KB_NOW"] = NOW + timedelta(days=7)
    assert client.get("/").status_code == 302


def test_demo_people_are_offered_in_demo_mode_only(parts: Parts, anonymous: FlaskClient) -> None:
    assert demo.PASSWORD not in page(anonymous, "/sign-in")
    demo.ensure(parts.people.directory, NOW)
    site = create_app(replace(parts, settings=replace(parts.settings, demo=True)))
    site.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    offered = page(site.test_client(), "/sign-in")
    assert demo.PASSWORD in offered
    assert all(person.email in offered for person in demo.everybody())


def test_a_stale_sign_in_page_is_shown_again(strict: Flask) -> None:
    sent = strict.test_client().post("/sign-in", data={**REP, "csrf_token": "old"})
    assert sent.status_code == 400
    assert "sign in once more" in sent.text
    check_page(sent.text)


# My account


def test_the_account_says_who_i_am(editor: FlaskClient) -> None:
    shown = page(editor, "/account")
    assert "Eddy Editor" in shown
    assert "editor of Shipping" in shown


def test_a_changed_password_counts_from_now_on_and_this_session_goes_on(app: Flask) -> None:
    here, elsewhere = signed_in(app, "rep@kb.example"), signed_in(app, "rep@kb.example")
    changed = here.post(
        "/account/password",
        data={"current": PASSWORD, "new": "a new long password", "again": "a new long password"},
    )
    assert changed.location == "/account"
    assert "Your password is changed" in page(here, "/account")
    assert elsewhere.get("/account").status_code == 302
    again = app.test_client().post("/sign-in", data={**REP, "password": "a new long password"})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"current": "wrong", "new": "a new long one", "again": "a new long one"},
            "not your current",
        ),
        ({"current": PASSWORD, "new": "short", "again": "short"}, "too short"),
        ({"current": PASSWORD, "new": "a new long one", "again": "another one"}, "differ"),
        ({}, "Type your current password"),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    rep: FlaskClient, app: Flask, given: dict[str, str], told: str
) -> None:
    refused = rep.post("/account/password", data=given)
    assert refused.status_code == 400
    assert told in refused.text
    check_page(refused.text)
    signed_in(app, "rep@kb.example")


def test_other_sessions_can_be_ended(app: Flask) -> None:
    here, elsewhere = signed_in(app, "rep@kb.example"), signed_in(app, "rep@kb.example")
    assert here.post("/account/sessions/ending").location == "/account"
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


@pytest.mark.parametrize("address", ["/sign-out", "/account/password", "/account/sessions/ending"])
def test_looking_changes_nothing(rep: FlaskClient, address: str) -> None:
    assert rep.get(address).status_code == 405
    page(rep, "/account")


# What was written while the session ended


def test_a_question_written_meanwhile_is_sent_after_the_sign_in(
    strict: Flask, parts: Parts
) -> None:
    client = strict.test_client()
    typed = {"q": "norway <customs>", "department": "shipping", "comment": "Two\nlines & more"}
    refused = client.post("/requests", data={**typed, "csrf_token": "of a session that ended"})
    assert refused.status_code == 401
    check_page(refused.text)
    kept, token = hidden(refused.text, "kept"), hidden(refused.text, "csrf_token")
    back = client.post("/sign-in", data={**REP, "kept": kept, "csrf_token": token})
    assert back.status_code == 200
    assert "not sent yet" in back.text
    check_page(back.text)
    assert parts.feedback.inbox.lists.counts(frozenset({"shipping"}), NOW).open == 0
    sent = client.post("/requests", data={**typed, "csrf_token": hidden(back.text, "csrf_token")})
    assert sent.location == "/questions"
    (item,) = parts.feedback.inbox.questions(1, 1, 10).items
    assert (item.query, item.comment) == ("norway <customs>", "Two\nlines & more")


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/procedures/SHP-014/votes", {"helpful": "no", "version": "v", "comment": "L7, not L5"}),
        ("/inbox/1/answer", {"outcome": "corrected", "reply": "L7, not L5"}),
    ],
)
def test_no_written_text_is_lost(strict: Flask, address: str, typed: dict[str, str]) -> None:
    client = strict.test_client()
    refused = client.post(address, data=typed)
    kept, token = hidden(refused.text, "kept"), hidden(refused.text, "csrf_token")
    back = client.post("/sign-in", data={**REP, "kept": kept, "csrf_token": token})
    assert "L7, not L5" in back.text
    assert f'action="{address}"' in back.text
    check_page(back.text)


def test_a_wrong_password_in_between_does_not_lose_it(strict: Flask) -> None:
    client = strict.test_client()
    refused = client.post("/requests", data={"q": "norway", "comment": "keep me"})
    kept, token = hidden(refused.text, "kept"), hidden(refused.text, "csrf_token")
    again = client.post(
        "/sign-in", data={**REP, "password": "no", "kept": kept, "csrf_token": token}
    )
    assert hidden(again.text, "kept") == kept


def test_a_page_of_another_session_shows_what_was_written(strict: Flask, parts: Parts) -> None:
    client = strict.test_client()
    enter(client, "rep@kb.example")
    stale = client.post("/requests", data={"q": "norway", "csrf_token": "of another session"})
    assert stale.status_code == 400
    assert "norway" in stale.text
    check_page(stale.text)
    assert parts.feedback.inbox.questions(1, 1, 10).total == 0


def test_another_site_cannot_put_words_into_anybodys_mouth(strict: Flask) -> None:
    refused = strict.test_client().post(
        "/requests",
        data={"q": "words", "comment": "of another site"},
        headers={"Origin": "https://evil.example"},
    )
    assert refused.status_code == 401
    assert hidden(refused.text, "kept") == ""


@pytest.mark.parametrize("forged", ["x", "WyIvcGVvcGxlIixbXV0.aaaa.bbbb", "\0"])
def test_what_was_not_sealed_here_is_not_shown(anonymous: FlaskClient, forged: str) -> None:
    assert anonymous.post("/sign-in", data={**REP, "kept": forged}).location == "/"


def test_more_than_a_form_holds_is_refused_and_not_a_fault(anonymous: FlaskClient) -> None:
    too_much = anonymous.post("/requests", data={"comment": "word " * 400_000})
    assert too_much.status_code in (401, 413)
    check_page(too_much.text)


def test_what_is_no_text_is_not_kept(anonymous: FlaskClient) -> None:
    refused = anonymous.post("/people/1/password", data={"password": "to be kept nowhere"})
    assert refused.status_code == 401
    assert hidden(refused.text, "kept") == ""


def test_the_full_way_of_a_vote_written_meanwhile(strict: Flask, parts: Parts) -> None:
    client = strict.test_client()
    typed = {"helpful": "no", "version": version_of(parts, "SHP-014"), "comment": "L7"}
    refused = client.post("/procedures/SHP-014/votes", data=typed)
    kept, token = hidden(refused.text, "kept"), hidden(refused.text, "csrf_token")
    back = client.post("/sign-in", data={**REP, "kept": kept, "csrf_token": token})
    sent = {**typed, "csrf_token": hidden(back.text, "csrf_token")}
    assert client.post("/procedures/SHP-014/votes", data=sent).status_code == 302
    assert parts.feedback.inbox.votes.tally("SHP-014").no == 1


def test_head_is_answered_like_get_and_is_no_attempt(anonymous: FlaskClient) -> None:
    assert anonymous.head("/sign-in").status_code == 200


def test_whose_password_changed_is_told_whoever_changed_it(
    parts: Parts, rep: FlaskClient, administrator: FlaskClient
) -> None:
    new = "plum tractor seven hinge"
    sent = {"current": PASSWORD, "new": new, "again": new}
    assert rep.post("/account/password", data=sent).status_code == 302
    assert "Your password was changed by you" in page(rep, "/notices")
    rita = parts.people.directory.by_email("rep@kb.example")
    administrator.post(f"/people/{rita.id}/password", data={"password": "lamp goat river nine"})
    parts.people.directory.set_password(rita.id, new, NOW)
    with reading(parts.engine) as connection:
        told = connection.scalars(select(notices.c.title).where(notices.c.kind == "account")).all()
    assert [one.rpartition(" by ")[2] for one in told] == [
        "you",
        "Ada Admin",
        "somebody at the server",
    ]


def test_a_password_that_others_guess_is_refused_everywhere(
    parts: Parts, rep: FlaskClient, administrator: FlaskClient
) -> None:
    rita = parts.people.directory.by_email("rep@kb.example")
    for weak in ("rep@kb.example", "0987654321", "Winter2025!"):
        own = rep.post("/account/password", data={"current": PASSWORD, "new": weak, "again": weak})
        assert (own.status_code, "easy to guess" in own.text) == (400, True)
        reset = administrator.post(f"/people/{rita.id}/password", data={"password": weak})
        assert "easy to guess" in reset.text
        added = {"email": "new@kb.example", "name": "Nia New", "password": weak}
        assert "easy to guess" in administrator.post("/people", data=added).text


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/procedures/SHP-014/submissions", {"note": "For Monday", "version": "v"}),
        ("/procedures/SHP-014/must-reads", {"must_note": "L7 it is", "must_audience": "everyone"}),
        ("/procedures/SHP-014/retirement", {"note": "Replaced", "successor": "SHP-015"}),
        ("/questions/1/replies", {"text": "It was number 7\r\nand 8"}),
        ("/inbox/1/questions", {"text": "Which parcel?"}),
        ("/submissions/1/comments", {"text": "Say it shorter", "anchor": "steps"}),
        ("/submissions/1/return", {"word": "Not yet"}),
        ("/departments/shipping/settings", {"name": "Shipping & Post", "channel": "#post"}),
        ("/synonyms", {"words": "parcel, packet", "kind": "same"}),
        ("/inbox/views", {"name": "Mine of today", "query": "show=open"}),
        ("/people", {"name": "Ada Long", "email": "ada@kb.example"}),
    ],
)
def test_every_form_with_words_survives_the_sign_in(
    strict: Flask, address: str, typed: dict[str, str]
) -> None:
    client = strict.test_client()
    refused = client.post(address, data=typed)
    assert refused.status_code == 401
    kept, token = hidden(refused.text, "kept"), hidden(refused.text, "csrf_token")
    back = client.post("/sign-in", data={**REP, "kept": kept, "csrf_token": token})
    check_page(back.text)
    assert f'action="{address}"' in back.text
    shown = unescape(back.text)
    for name, value in typed.items():
        assert f'name="{name}"' in back.text
        assert value.replace("\r\n", "\n") in shown.replace("\r\n", "\n")


def test_the_text_of_a_long_procedure_survives_the_sign_in(strict: Flask) -> None:
    client = strict.test_client()
    body = "\r\n".join(f"{n}. Step of a long procedure {n * n}." for n in range(40_000))
    assert len(body) > 1_300_000
    typed = {"body": body, "note": "All of it", "base": "sealed"}
    refused = client.post("/procedures/SHP-014/edits", data=typed)
    assert refused.status_code == 401
    kept, token = hidden(refused.text, "kept"), hidden(refused.text, "csrf_token")
    wrong = client.post(
        "/sign-in", data={**REP, "password": "no", "kept": kept, "csrf_token": token}
    )
    assert hidden(wrong.text, "kept") == kept
    back = client.post("/sign-in", data={**REP, "kept": kept, "csrf_token": token})
    area = back.text[back.text.index("<textarea") :].partition("\n")[2].partition("</textarea>")[0]
    assert unescape(area).splitlines() == body.splitlines()


def test_more_than_a_page_takes_is_given_back_to_who_is_signed_in(rep: FlaskClient) -> None:
    comment = "word " * 300_000
    answer = rep.post("/requests", data={"q": "norway", "comment": comment})
    assert answer.status_code == 413
    check_page(answer.text)
    assert comment in answer.text


def test_a_form_with_a_password_is_kept_nowhere(strict: Flask) -> None:
    typed = {"name": "Ada", "email": "ada@kb.example", "password": "never to be shown"}
    refused = strict.test_client().post("/people", data=typed)
    assert hidden(refused.text, "kept") == ""


def test_a_form_without_words_is_not_kept(strict: Flask) -> None:
    refused = strict.test_client().post("/people/1/roles", data={"administrator": "y"})
    assert hidden(refused.text, "kept") == ""
