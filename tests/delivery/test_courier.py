"""Delivery: by everybody's choice, once, whatever the mail server does."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from kb.jobs import scheduler_of
from kb.notices.kinds import Choice
from kb.parts import Parts
from tests.conftest import NOW
from tests.delivery.postoffice import (
    ADA,
    EDDY,
    OTTO,
    RENA,
    RITA,
    Office,
    deliver,
    free_port,
    mailing,
    states,
    tell,
    words,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_an_answer_is_mailed_at_once_with_its_text(site: Parts, office: Office) -> None:
    tell(site, RITA)
    assert deliver(site) == 1
    (letter,) = office.taken
    assert letter["To"] == "Rita Rep <rep@kb.example>"
    assert letter["From"] == "Procedures <kb@kb.example>"
    assert letter["Subject"] == "Shipping has answered your question"
    text = words(letter)
    assert text.startswith("Hello Rita Rep,\n\nShipping has answered your question\n\nAsk for form")
    assert "https://kb.example/questions" in text
    assert "https://kb.example/account/notices" in text
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].strip().startswith("<https://kb.example/unsubscribe/")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Auto-Response-Suppress"] == "All"


def test_long_addresses_stay_whole(mailed_home: Path, office: Office) -> None:
    url = f"https://{'very-' * 20}long.example"
    site = mailing(mailed_home, office.port, KB_URL=url)
    tell(site, RITA, title="Ü" * 200)
    deliver(site)
    (letter,) = office.taken
    assert letter["List-Unsubscribe"].strip().startswith(f"<{url}/unsubscribe/")
    assert letter["Message-ID"].strip().endswith(f"@{url.removeprefix('https://')}>")
    assert letter["Subject"] == "Ü" * 149 + "…"
    site.let_go()


def test_nothing_goes_out_twice(site: Parts, office: Office) -> None:
    tell(site, RITA)
    for _ in range(3):
        tell(site, RITA)
        deliver(site)
    assert len(office.taken) == 1
    assert states(site) == ["sent"]


def test_the_rest_comes_as_one_summary_a_day(site: Parts, office: Office) -> None:
    for number in range(5):
        tell(site, EDDY, "review due", f"review:{number}", title=f"Procedure {number} is due")
    tell(site, EDDY, "question", "q", title="A question about SHP-014")
    assert deliver(site, NOW - 3 * HOUR) == 0  # six o'clock: too early
    assert deliver(site) == 1
    (letter,) = office.taken
    assert letter["Subject"] == "6 things that are new for you"
    text = words(letter)
    assert text.index("Questions for you to answer") < text.index("To be reviewed")
    assert text.count("* Procedure") == 5
    tell(site, EDDY, "review due", "later", title="One more")
    assert deliver(site, NOW + 14 * HOUR) == 0
    assert deliver(site, NOW + DAY) == 1
    assert office.taken[1]["Subject"] == "One more"


def test_everybody_is_told_as_they_chose(site: Parts, office: Office) -> None:
    site.delivery.choices.save(RITA, Choice(paces={"answer": "page", "must read": "at once"}), NOW)
    tell(site, RITA, "answer", "a")
    tell(site, RITA, "must read", "m", title="Read this")
    site.delivery.choices.save(EDDY, Choice(mail=False, paces={"question": "at once"}), NOW)
    tell(site, EDDY, "question", "q")
    deliver(site)
    assert [one["Subject"] for one in office.taken] == ["Read this"]


def test_what_was_read_on_the_page_or_is_not_wanted_any_more_is_left_out(
    site: Parts, office: Office
) -> None:
    tell(site, EDDY, "question", "read", title="Read already")
    tell(site, EDDY, "question", "new", title="Still new")
    deliver(site, NOW - 3 * HOUR)
    first = site.notices.received.of(EDDY, 1, 10).notices[-1]
    site.notices.received.mark_read(EDDY, NOW, first.id)
    deliver(site)
    assert [one["Subject"] for one in office.taken] == ["Still new"]
    office.mood = "is busy"
    tell(site, RITA)
    deliver(site)
    site.delivery.choices.stop_mail(RITA, NOW)
    office.mood = "takes"
    deliver(site, NOW + HOUR)
    assert len(office.taken) == 1
    assert states(site) == ["dropped", "sent", "dropped"]


def test_a_disabled_person_gets_nothing(site: Parts, office: Office) -> None:
    tell(site, RITA)
    site.people.directory.disable(RITA, NOW)
    deliver(site)
    assert office.taken == []
    assert states(site) == ["dropped"]


def test_a_procedure_one_may_not_read_any_more_is_not_named(site: Parts, office: Office) -> None:
    more = {"title": "“Customs Zebra Papers” is published", "procedure_id": "SHP-015"}
    for person in (RITA, EDDY):
        site.delivery.choices.save(person, Choice(paces={"published": "at once"}), NOW)
        tell(site, person, "published", "p", text="Zebra form", link="/procedures/SHP-015", **more)
    tell(site, OTTO, "question", "q", procedure_id="SHP-015", text="Zebra form")
    deliver(site)
    by_name = {one["To"].addresses[0].addr_spec: one for one in office.taken}
    assert "Zebra" in by_name["editor@kb.example"]["Subject"]
    for other in ("rep@kb.example", "outsider@kb.example"):
        assert "Zebra" not in str(by_name[other])
        assert "SHP-015" not in str(by_name[other])
        assert "no longer open to you" in words(by_name[other])


def test_without_a_mail_server_nothing_is_mailed_and_nothing_waits(parts: Parts) -> None:
    tell(parts, RITA)
    assert deliver(parts) == 0
    assert states(parts) == []
    assert parts.notices.received.unread(RITA) == 1


FAULTS = ("hangs", "refuses us", "drops at RCPT", "is busy", "refuses the text")


@pytest.mark.parametrize("mood", FAULTS)
def test_a_server_in_a_bad_mood_loses_nothing_and_gets_nothing_twice(
    site: Parts, office: Office, mood: str
) -> None:
    office.mood = mood
    for person in (RITA, EDDY, RENA):
        tell(site, person)
    assert deliver(site) == 0
    # Only a letter that is itself refused is tried while another could be.
    assert office.tried == (3 if mood == "refuses the text" else 1)
    assert states(site) == ["queued"] * 3
    assert deliver(site) == 0  # not at once again
    office.mood = "takes"
    assert deliver(site, NOW + HOUR) == 3
    assert len(set(office.ids)) == 3 == len(office.taken)


def test_a_server_that_is_dead_for_a_week_loses_nothing(mailed_home: Path) -> None:
    site = mailing(mailed_home, free_port())
    tell(site, RITA)
    tell(site, EDDY)
    for hour in range(0, 7 * 24, 3):
        assert deliver(site, NOW + hour * HOUR) == 0
    assert states(site) == ["queued", "queued"]
    site.let_go()


def test_a_letter_that_is_refused_for_days_is_given_up_and_stays_on_the_page(
    site: Parts, office: Office
) -> None:
    office.mood = "refuses rep@kb.example"
    tell(site, RITA)
    tell(site, EDDY)
    for hour in range(0, 8 * 24):
        deliver(site, NOW + hour * HOUR)
    assert [one["To"].addresses[0].username for one in office.taken] == ["editor"]
    assert states(site) == ["gave up", "sent"]
    assert 10 <= office.tried <= 14
    assert site.notices.received.unread(RITA) == 1


@pytest.mark.parametrize(
    "mood", ["drops before it took it", "drops after it took it", "hangs at the end"]
)
def test_what_may_have_been_taken_is_not_sent_again_but_mentioned_next_day(
    site: Parts, office: Office, mood: str
) -> None:
    office.mood = mood
    tell(site, RITA)
    deliver(site)
    assert states(site) == ["unclear", "queued"]
    office.mood = "takes"
    office.taken.clear()
    # The day's summary is still free at nine o'clock; it says that it may be known.
    deliver(site, NOW + DAY)
    (letter,) = office.taken
    assert "could not make sure that this reached you before" in words(letter)
    deliver(site, NOW + 2 * DAY)
    assert len(office.taken) == 1


def test_a_summary_that_could_not_be_sent_becomes_part_of_the_next(
    site: Parts, office: Office
) -> None:
    office.mood = "is busy"
    tell(site, EDDY, "question", "1", title="The first")
    deliver(site)
    tell(site, EDDY, "question", "2", title="The second")
    deliver(site, NOW + 12 * HOUR)
    assert deliver(site, NOW + DAY) == 0
    office.mood = "takes"
    assert deliver(site, NOW + DAY + HOUR) == 1
    assert deliver(site, NOW + DAY + 2 * HOUR) == 0
    (letter,) = office.taken
    assert "The first" in words(letter)
    assert "The second" in words(letter)


def test_two_couriers_at_once_are_one(site: Parts, office: Office, mailed_home: Path) -> None:
    other = mailing(mailed_home, office.port)
    tell(site, RITA)
    with site.delivery.courier._alone() as alone:
        assert alone
        assert deliver(other) == 0
    assert deliver(other) == 1
    assert deliver(site) == 0
    other.engine.dispose()


def test_a_letter_holds_whatever_people_write(site: Parts, office: Office) -> None:
    title = "Line\r\nBcc: all@kb.example\0 “Zürich” — 日本\u2028x" + "long " * 60
    tell(site, ADA, title=title, text=".\n..\nFrom here\n.\r\nQUIT\r\n" + "x" * 3_000 + "\nÜ")
    deliver(site)
    (letter,) = office.taken
    assert letter["Bcc"] is None
    assert "\n.\n..\nFrom here\n.\nQUIT\n" in words(letter)
    assert "x" * 3_000 in words(letter)
    assert len(letter["Subject"]) <= 150


def test_an_address_that_no_letter_can_have_is_given_up_alone(site: Parts, office: Office) -> None:
    strange = site.people.directory.add('ü"<x@kb.example', "Ü", "correct horse battery", now=NOW)
    tell(site, strange.id)
    tell(site, RITA)
    for hour in range(3):
        deliver(site, NOW + hour * HOUR)
    assert len(office.taken) == 1
    assert states(site)[1] == "sent"


def test_the_worker_wakes_a_thread_that_ends_when_all_is_out(site: Parts, office: Office) -> None:
    tell(site, RITA)
    job = next(one for one in scheduler_of(site).of if one.name == "delivering")
    for _ in range(3):
        job.run(NOW)
    (courier,) = [one for one in threading.enumerate() if one.name == "courier"] or [None]
    if courier is not None:
        courier.join(30)
    assert len(office.taken) == 1
    assert states(site) == ["sent"]


def test_a_clock_that_is_set_back_keeps_no_letter(site: Parts, office: Office) -> None:
    ahead = NOW + 900 * DAY
    office.mood = "is busy"
    tell(site, RITA)
    assert deliver(site, ahead) == 0
    office.mood = ""
    assert deliver(site, NOW) == 1
    assert states(site) == ["sent"]
