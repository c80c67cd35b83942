"""Pages of a site that mails: a way tried out, addresses of chats, no more mail by a link."""

from __future__ import annotations

import pytest
from flask import Flask
from msgspec.structs import replace

from kb.app import create_app
from kb.notices.kinds import Choice, Kind
from kb.parts import Parts
from tests.conftest import NOW, signed_in
from tests.delivery.postoffice import EDDY, RITA, Office, deliver, tell, words
from tests.pagekit import check_page, page

ALL_DAILY = {f"pace-{kind}": "daily" for kind in Kind}
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture
def mailing_app(site: Parts) -> Flask:
    made = create_app(site)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, KB_NOW=NOW)
    return made


def test_an_address_of_a_chat_is_kept_like_a_password(mailing_app: Flask, site: Parts) -> None:
    rep = signed_in(mailing_app, "rep@kb.example")
    rep.post("/account/notices", data={**ALL_DAILY, "mail": "y", "chat_url": SLACK})
    assert site.delivery.choices.of(RITA).chat_url == SLACK
    shown = page(rep, "/account/notices")
    assert "instead of Slack" in shown
    assert "T1JJ3T3L2" not in shown
    rep.post("/account/notices", data={**ALL_DAILY, "mail": "y", "chat_url": ""})
    assert site.delivery.choices.of(RITA).chat_url == SLACK
    rep.post("/account/notices", data={**ALL_DAILY, "no_chat": "y"})
    assert site.delivery.choices.of(RITA).chat_url is None


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "json://127.0.0.1:22/", "json://169.254.169.254/latest",
        "mmost://10.0.0.7/aaaaaaaaaaaaaaaaaaaaaaaa", f"{SLACK}/?template=/etc/passwd",
        "syslog://", "mailto://a:b@example.com", "slack://no", "dbus://", "x" * 2_000,
        "json://hooks.slack.com@127.0.0.1/", "apprise://localhost/x", "<script>",
    ],
)  # fmt: skip
def test_an_address_that_leads_inside_is_refused(url: str, mailing_app: Flask, site: Parts) -> None:
    rep = signed_in(mailing_app, "rep@kb.example")
    answer = rep.post("/account/notices", data={**ALL_DAILY, "chat_url": url})
    assert answer.status_code == 400
    check_page(answer.text)
    assert 'class="wrong"' in answer.text
    assert "<script>" not in answer.text
    assert site.delivery.choices.of(RITA) == Choice()


def test_a_host_that_an_administrator_named_may_be_used(site: Parts, mailing_app: Flask) -> None:
    chat = site.delivery.courier.ways.chat
    assert chat is not None
    named = replace(chat, hosts=frozenset({"10.0.0.7:8065", "chat.example.com"}))
    token = "a" * 24
    for url in (f"mmost://10.0.0.7:8065/{token}", f"mmosts://chat.example.com/{token}"):
        assert named.check(url) == url
    for url in (f"mmost://10.0.0.7/{token}", f"mmosts://chat.example.com:22/{token}"):
        with pytest.raises(ValueError, match="KB_CHAT_HOSTS"):
            named.check(url)


def test_a_test_mail_goes_out_or_says_why_not(mailing_app: Flask, office: Office) -> None:
    rep = signed_in(mailing_app, "rep@kb.example")
    stranger = mailing_app.test_client()
    assert stranger.post("/account/notices/trials").status_code == 401
    answer = rep.post("/account/notices/trials", data={"way": "mail"}, follow_redirects=True)
    assert "A test message went to rep@kb.example" in answer.text
    assert "A test message from Procedures" in words(office.taken[0])
    office.mood = "refuses us"
    answer = rep.post("/account/notices/trials", data={"way": "mail"}, follow_redirects=True)
    check_page(answer.text)
    assert "did not go out: the mail server does not take mail from us: 550" in answer.text
    for wrong in ("chat", "pigeon", ""):
        assert rep.post("/account/notices/trials", data={"way": wrong}).status_code == 400


def test_nobody_sends_test_mails_without_end(mailing_app: Flask, office: Office) -> None:
    rep = signed_in(mailing_app, "rep@kb.example")
    way = {"way": "mail"}
    for _ in range(6):
        rep.post("/account/notices/trials", data=way)
    answer = rep.post("/account/notices/trials", data=way, follow_redirects=True)
    assert "many test messages" in answer.text
    assert len(office.taken) == 6


def test_no_more_mail_by_the_link_in_a_letter(
    mailing_app: Flask, site: Parts, office: Office
) -> None:
    mailing_app.config["WTF_CSRF_ENABLED"] = True  # a mail program sends no token
    tell(site, RITA)
    deliver(site)
    link = office.taken[0]["List-Unsubscribe"].strip().strip("<>")
    path = link.removeprefix("https://kb.example")
    stranger = mailing_app.test_client()
    shown = page(stranger, path)
    assert "no more mail to this address" in shown
    assert "rep@kb.example" not in shown
    assert site.delivery.choices.of(RITA).mail
    answer = stranger.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    check_page(answer.text)
    assert "sends no more mail to you" in answer.text
    assert not site.delivery.choices.of(RITA).mail
    assert site.delivery.choices.of(EDDY).mail
    tell(site, RITA, key="another")
    deliver(site)
    assert len(office.taken) == 1
    for forged in (path[:-1], "/unsubscribe/MQ", "/unsubscribe/x.y"):
        assert stranger.get(forged).status_code == 403
        assert stranger.post(forged).status_code == 403


def test_administrators_see_what_did_not_go_out_but_not_what_it_says(
    mailing_app: Flask, site: Parts, office: Office
) -> None:
    admin = signed_in(mailing_app, "admin@kb.example")
    assert "No delivery has failed" in page(admin, "/deliveries")
    office.mood = "refuses rep@kb.example"
    tell(site, RITA, title="A secret of Rita’s")
    deliver(site)
    shown = page(admin, "/deliveries")
    assert "550 5.1.1 No such mailbox" in shown
    assert "Rita Rep" in shown
    assert "secret" not in shown
    office.mood = "takes"
    assert deliver(site) == 0
    answer = admin.post("/deliveries/retries", follow_redirects=True)
    assert "1 notice will be tried again" in answer.text
    assert deliver(site) == 1
    assert "No delivery has failed" in page(admin, "/deliveries")
