"""Standing must-reads: asked now and of whoever joins, once for each, with a question on wish."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from kb.must_reads.standing import Scope
from kb.parts import Parts
from kb.people.rights import Role
from tests.conftest import NOW, PASSWORD, signed_in
from tests.pagekit import check_page, page
from tests.publishing.conftest import LATE_PATH, edit

FORM = {
    "scope": "keyword",
    "value": "complaint: LATE shipment",
    "department": "shipping",
    "must_audience": ["*everyone"],
    "days": "10",
    "must_note": "Whoever takes calls knows this.",
}
QUESTION = {
    "must_check_question": "After how many days is a parcel lost?",
    "must_answer_1": "3",
    "must_answer_2": "5",
    "must_right": "2",
    "must_why": "As agreed with the carrier.",
}


@pytest.fixture
def eddy(app: Flask) -> FlaskClient:
    app.config["KB_NOW"] = NOW
    return signed_in(app, "editor@kb.example")


def made(client: FlaskClient, **changes: object) -> int:
    answer = client.post("/standing-must-reads", data={**FORM, **changes})
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].rpartition("/")[2])


def number(parts: Parts, email: str) -> int:
    found = parts.people.directory.by_email(email)
    assert found is not None
    return found.id


def open_for(parts: Parts, email: str) -> list[str]:
    """What that person has to read."""
    found = parts.must_reads.must_reads.open_for(number(parts, email))
    return [one.procedure_id for one in found]


def add(parts: Parts, name: str) -> None:
    parts.people.directory.add(f"{name}@kb.example", name.title(), PASSWORD, now=NOW)


def keep_up(parts: Parts, later: timedelta = timedelta()) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    parts.must_reads.keeping.keep_up(NOW + later)


def titles(parts: Parts, email: str) -> list[str]:
    return [one.title for one in parts.notices.received.of(number(parts, email), 1, 50).notices]


def late_text(parts: Parts) -> bytes:
    return (parts.settings.content / LATE_PATH).read_bytes()


def test_everybody_is_asked_and_whoever_joins_later_is(eddy: FlaskClient, parts: Parts) -> None:
    made(eddy)
    for email in ("rep", "reviewer", "outsider", "admin"):
        assert open_for(parts, f"{email}@kb.example") == ["SHP-014"], email
    assert open_for(parts, "editor@kb.example") == [], "who asks is not asked"
    add(parts, "nora")
    keep_up(parts, timedelta(days=3))
    (asked,) = parts.must_reads.must_reads.open_for(number(parts, "nora@kb.example"))
    assert asked.read_by == (NOW + timedelta(days=13)).date(), "counted from when she joined"
    assert titles(parts, "nora@kb.example") == ["Please read “Complaint: Late Shipment”"]
    keep_up(parts, timedelta(days=4))
    assert open_for(parts, "nora@kb.example") == ["SHP-014"], "once"
    assert len(titles(parts, "rep@kb.example")) == 1


def test_who_comes_to_the_audience_is_asked_and_who_leaves_it_is_not(
    eddy: FlaskClient, parts: Parts
) -> None:
    made(eddy, must_audience=["billing"])
    assert open_for(parts, "outsider@kb.example") == ["SHP-014"]
    assert open_for(parts, "rep@kb.example") == []
    directory = parts.people.directory
    for email, of in (("rep", "billing"), ("outsider", "shipping")):
        directory.set_member(number(parts, f"{email}@kb.example"), of, {Role.EDITOR})
    directory.set_member(number(parts, "outsider@kb.example"), "billing", ())
    keep_up(parts)
    assert open_for(parts, "rep@kb.example") == ["SHP-014"]
    assert open_for(parts, "outsider@kb.example") == []


def test_what_comes_into_it_is_asked_for_and_what_leaves_it_is_not(
    eddy: FlaskClient, parts: Parts
) -> None:
    made(eddy, scope="folder", value="shipping/abroad")
    assert open_for(parts, "rep@kb.example") == []
    folder = parts.settings.content / "shipping" / "abroad"
    folder.mkdir()
    (folder / "norway.md").write_text("---\nid: N-1\ntitle: Norway\n---\n\nAsk for the form.\n")
    keep_up(parts)
    assert open_for(parts, "rep@kb.example") == ["N-1"]
    (folder / "norway.md").rename(folder.parent / "norway.md")
    keep_up(parts, timedelta(minutes=1))
    assert open_for(parts, "rep@kb.example") == []
    (folder.parent / "norway.md").rename(folder / "norway.md")
    keep_up(parts, timedelta(minutes=2))
    assert open_for(parts, "rep@kb.example") == ["N-1"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"scope": "department", "value": ""}, ["SHP-014"]),
        ({"scope": "procedure", "value": "SHP-014"}, ["SHP-014"]),
        ({"scope": "keyword", "value": "money back"}, []),
    ],
)
def test_it_is_about_what_its_department_has(
    eddy: FlaskClient, parts: Parts, changes: dict[str, str], found: list[str]
) -> None:
    number = made(eddy, **changes)
    one = parts.must_reads.keeping.standing.get(number)
    assert one is not None
    assert [it.id for it in parts.must_reads.keeping.standing.scope_of(one.wanted)] == found


def test_a_minor_edit_asks_nobody_again_and_one_worth_telling_everybody(
    eddy: FlaskClient, parts: Parts
) -> None:
    made(eddy)
    rep = number(parts, "rep@kb.example")
    (asked,) = parts.must_reads.must_reads.open_for(rep)
    parts.must_reads.must_reads.confirm(asked.id, rep, NOW)
    before = late_text(parts)
    minor = edit(LATE_PATH, before, before.replace(b"last carrier scan", b"latest carrier scan"))
    parts.publishing.saver.save(minor, NOW + timedelta(minutes=1))
    keep_up(parts, timedelta(minutes=2))
    assert open_for(parts, "rep@kb.example") == []
    assert len(open_for(parts, "reviewer@kb.example")) == 1, "it still waits for who has not read"
    text = late_text(parts)
    notable = replace(edit(LATE_PATH, text, text.replace(b"5 days", b"4 days")), worth_telling=True)
    parts.publishing.saver.save(notable, NOW + timedelta(minutes=3))
    keep_up(parts, timedelta(minutes=4))
    for email in ("rep@kb.example", "reviewer@kb.example"):
        assert open_for(parts, email) == ["SHP-014"], "once, not twice"
    keep_up(parts, timedelta(minutes=5))
    assert open_for(parts, "rep@kb.example") == ["SHP-014"]


def test_what_was_read_stays_read_through_a_rename(eddy: FlaskClient, parts: Parts) -> None:
    made(eddy)
    rep = number(parts, "rep@kb.example")
    (asked,) = parts.must_reads.must_reads.open_for(rep)
    parts.must_reads.must_reads.confirm(asked.id, rep, NOW)
    file = parts.settings.content / LATE_PATH
    file.rename(file.with_name("late.md"))
    keep_up(parts, timedelta(minutes=1))
    assert open_for(parts, "rep@kb.example") == []


def test_the_question_is_asked_before_it_counts(
    app: Flask, eddy: FlaskClient, parts: Parts
) -> None:
    number_ = made(eddy, **QUESTION)
    rita = signed_in(app, "rep@kb.example")
    home = page(rita, "/")
    check_page(home)
    assert "After how many days is a parcel lost?" in home
    assert "carrier." not in home.partition("Late Shipment")[0], "nothing tells the answer"
    (asked,) = parts.must_reads.must_reads.open_for(number(parts, "rep@kb.example"))
    address = f"/must-reads/{asked.id}/confirmation"
    for given in ({}, {"answer": "0"}, {"answer": "7"}, {"answer": "x"}):
        rita.post(address, data={"version": asked.version, **given})
        assert open_for(parts, "rep@kb.example") == ["SHP-014"], given
    assert "once more, and try again" in page(rita, "/must-reads")
    told = rita.post(address, data={"version": asked.version, "answer": "1"}, follow_redirects=True)
    assert "As agreed with the carrier." in told.text
    assert open_for(parts, "rep@kb.example") == []
    progress = parts.must_reads.keeping.standing.progress(number_, NOW.date())
    rita_s = next(one for one in progress if one.email == "rep@kb.example")
    assert (rita_s.asked, rita_s.confirmed, rita_s.tries) == (1, 1, 3)


def test_an_ordinary_must_read_may_ask_a_question_too(
    app: Flask, eddy: FlaskClient, parts: Parts
) -> None:
    form = {"must_audience": ["*reps"], "must_read_by": "2026-12-01", "must_note": "New limit."}
    answer = eddy.post("/procedures/SHP-014/must-reads", data={**form, **QUESTION})
    assert answer.status_code == 302
    (asked,) = parts.must_reads.must_reads.open_for(number(parts, "rep@kb.example"))
    assert asked.check_question is not None
    assert asked.check_question.answers[asked.check_question.right] == "5"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"value": ""}, "Say which one"),
        ({"department": "billing"}, "Choose a department of yours"),
        ({"department": "*all"}, "Choose a department of yours"),
        ({"must_audience": []}, "Say who must read it"),
        ({"must_audience": ["nobody"]}, "no longer exists"),
        ({"days": "0"}, "1 to 366"),
        ({"days": "soon"}, "as a number"),
        ({"must_note": "  "}, "Say why"),
        ({"scope": "everything"}, "Say what must be read"),
        ({"scope": "procedure", "value": "BIL-001"}, "no published procedure"),
        ({"scope": "procedure", "value": "SHP-015"}, "no published procedure"),
        ({**QUESTION, "must_answer_2": ""}, "the right one is empty"),
        ({**QUESTION, "must_answer_1": ""}, "two to 4 answers"),
        ({**QUESTION, "must_answer_1": "5"}, "the same"),
        ({**QUESTION, "must_check_question": ""}, "Write the question"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_given_back(
    eddy: FlaskClient, parts: Parts, changes: dict[str, object], why: str
) -> None:
    answer = eddy.post("/standing-must-reads", data={**FORM, **changes})
    assert answer.status_code == 400
    check_page(answer.text)
    assert why in answer.text
    if "must_note" not in changes:
        assert "Whoever takes calls knows this." in answer.text
    assert parts.must_reads.keeping.standing.of_departments(None) == ()


def test_it_is_seen_and_ended_by_its_department(
    app: Flask, eddy: FlaskClient, parts: Parts
) -> None:
    number_ = made(eddy, **QUESTION)
    address = f"/standing-must-reads/{number_}"
    for path in ("/must-reads", "/standing-must-reads/new?keyword=Refund", address):
        check_page(page(eddy, path))
    assert "0 of 4 confirmed" in page(eddy, address)
    assert "Rita Rep" in page(eddy, address)
    assert "rep@kb.example" in eddy.get(f"{address}/progress.csv").text
    otto = signed_in(app, "outsider@kb.example")
    assert otto.get(address).status_code == 404
    assert otto.post(f"{address}/ending").status_code == 404
    rita = signed_in(app, "rep@kb.example")
    assert rita.get("/standing-must-reads/new").status_code == 404
    assert rita.post("/standing-must-reads", data=FORM).status_code == 404
    reviewer = signed_in(app, "reviewer@kb.example")
    assert reviewer.get(address).status_code == 200
    eddy.post(f"{address}/ending")
    assert open_for(parts, "rep@kb.example") == []
    keep_up(parts)
    assert open_for(parts, "rep@kb.example") == []
    assert "ended" in page(eddy, "/must-reads")


def test_an_administrator_may_ask_for_a_keyword_of_all_departments(
    app: Flask, parts: Parts
) -> None:
    app.config["KB_NOW"] = NOW
    ada = signed_in(app, "admin@kb.example")
    made(ada, department="*all", value="Refund: Lost Order")
    assert open_for(parts, "rep@kb.example") == ["BIL-001"]


def test_reminders_are_one_word_a_day_for_all_of_it(eddy: FlaskClient, parts: Parts) -> None:
    folder = parts.settings.content / "shipping"
    for nth in range(3):
        (folder / f"n{nth}.md").write_text(f"---\nid: N-{nth}\ntitle: Case {nth}\n---\n\nAsk.\n")
    parts.publishing.publisher.refresh(NOW.date())
    made(eddy, scope="department", value="")
    assert len(open_for(parts, "rep@kb.example")) == 4
    assert len(titles(parts, "rep@kb.example")) == 1
    for days in (8, 8, 9, 11, 12, 13):
        parts.must_reads.remind(NOW + timedelta(days=days))
    told = titles(parts, "rep@kb.example")[:-1]
    assert len(told) == 2
    assert "Not confirmed yet: 4 procedures" in told[0]
    assert "4 procedures" in told[1]
    assert any("have not read in time" in one for one in titles(parts, "editor@kb.example"))


def test_it_is_asked_again_where_it_was_cut_off(eddy: FlaskClient, parts: Parts) -> None:
    standing = parts.must_reads.keeping.standing
    number_ = made(eddy)
    one = standing.get(number_)
    assert one is not None
    assert one.wanted.scope is Scope.KEYWORD
    standing.call_off([number for number, _, _ in standing.open_rows(number_)], one.made_by, NOW)
    keep_up(parts, timedelta(minutes=1))
    assert open_for(parts, "rep@kb.example") == ["SHP-014"]
