"""Changes that must be read: asked, seen at home with the difference, confirmed, overseen."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb.jobs import reminding_of
from kb.must_reads.must_read import EVERYONE, REPS, Wanted
from kb.parts import Parts
from tests.conftest import LATE, NOW, PASSWORD, signed_in
from tests.delivery.postoffice import ADA, EDDY, OTTO, RENA, RITA
from tests.pagekit import check_page, page
from tests.web.acts import hidden, statements, version_of

DAY = timedelta(days=1)
BY = (NOW.date() + 7 * DAY).isoformat()
PAGE = "/procedures/SHP-014"


@pytest.fixture(autouse=True)
def today(app: Flask) -> None:
    app.config["KB_NOW"] = NOW


def save(client: FlaskClient, **changes: str | list[str]) -> TestResponse:
    """The editor's form sent with a change that must be read."""
    form = {
        "base": hidden(client.get(f"{PAGE}/edit").text, "base"),
        "body": LATE.split("---\n", 2)[2].replace("more than 5 days", "more than 4 days"),
        "note": "Lost after 4 days, not 5",
        "worth_telling": "must",
        "must_audience": [EVERYONE],
        "must_read_by": BY,
        **changes,
    }
    return client.post(f"{PAGE}/edits", data=form)


def ask(client: FlaskClient, address: str = f"{PAGE}/must-reads", **changes) -> TestResponse:
    form = {"must_note": "Four days now", "must_audience": [EVERYONE], "must_read_by": BY}
    return client.post(address, data=form | changes)


def confirm(client: FlaskClient, parts: Parts, number: int = 1, **more: str) -> TestResponse:
    found = parts.must_reads.must_reads.get(number)
    version = found.version if found else "0" * 12
    return client.post(
        f"/must-reads/{number}/confirmation", data={"version": version, "next": "/", **more}
    )


def asked(parts: Parts, number: int = 1) -> set[int]:
    return {one.person_id for one in parts.must_reads.must_reads.everybody([number])}


def test_an_editor_marks_a_change_and_everyone_sees_it_at_home(
    editor: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    answer = save(editor)
    assert answer.status_code == 302, answer.text
    assert asked(parts) == {RITA, RENA, OTTO, ADA}
    home = page(rep, "/")
    assert "For you to read" in home
    assert "Lost after 4 days, not 5" in home
    assert "<ins><strong>4</strong></ins>" in home  # the difference stands there itself
    assert f'value="{version_of(parts, "SHP-014")}"' in home
    assert "For you to read" not in page(editor, "/")
    assert "Please read what has changed" in page(rep, PAGE)
    assert "1 not read" in page(rep, "/notices").replace('<span class="visually-hidden">', "")
    confirmed = confirm(rep, parts)
    assert confirmed.location == "/"
    home = page(rep, "/")
    assert "You have confirmed what has changed in “Complaint: Late Shipment”" in home
    assert "For you to read" not in home
    assert "Please read what has changed" not in page(rep, PAGE)
    assert "You confirmed it on" in page(rep, "/must-reads/1")


@pytest.mark.parametrize("kind", ["no", "yes"])
def test_other_changes_never_ask(editor: FlaskClient, parts: Parts, kind: str) -> None:
    assert save(editor, worth_telling=kind).status_code == 302
    assert parts.must_reads.must_reads.get(1) is None
    assert parts.notices.received.unread(RITA) == 0


@pytest.mark.parametrize(
    ("audience", "people"),
    [
        ([EVERYONE], {RITA, RENA, OTTO, ADA}),
        ([REPS], {RITA}),
        (["shipping"], {RENA}),
        (["billing", REPS], {OTTO, RITA}),
    ],
)
def test_whom_an_audience_means(
    editor: FlaskClient, parts: Parts, audience: list[str], people: set[int]
) -> None:
    assert ask(editor, must_audience=audience).status_code == 302
    assert asked(parts) == people


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"must_audience": []}, "Say who must read it."),
        ({"must_audience": ["nowhere"]}, "no longer exists"),
        ({"must_read_by": "2026-11-21"}, "from today to a year from now"),
        ({"must_read_by": "2028-01-01"}, "from today to a year from now"),
        ({"must_read_by": "soon"}, "Say by which day"),
        ({"must_note": "  "}, "Say in the note what has changed"),
    ],
)
def test_bad_input_is_said_and_nothing_is_saved(
    editor: FlaskClient, parts: Parts, wrong: dict[str, object], said: str
) -> None:
    before = version_of(parts, "SHP-014")
    for refused in (ask(editor, **wrong), save(editor, **{"must_note": "", **wrong, "note": ""})):
        assert refused.status_code == 400
        check_page(refused.text)
    assert said in ask(editor, **wrong).text
    assert version_of(parts, "SHP-014") == before
    assert parts.must_reads.must_reads.get(1) is None


def test_a_draft_is_asked_of_nobody(editor: FlaskClient, rep: FlaskClient, parts: Parts) -> None:
    refused = ask(editor, "/procedures/SHP-015/must-reads")
    assert refused.status_code == 400
    assert "publish it first" in refused.text
    assert save(editor, status="draft").status_code == 400


@pytest.mark.parametrize(
    ("persona", "status"),
    [("anonymous", 401), ("rep", 404), ("outsider", 404), ("administrator", 404)],
)
def test_only_its_department_asks_and_cancels(
    persona: str, status: int, request: pytest.FixtureRequest, editor: FlaskClient, parts: Parts
) -> None:
    ask(editor)
    client: FlaskClient = request.getfixturevalue(persona)
    assert ask(client).status_code == status
    assert client.post("/must-reads/1/cancellation").status_code == status
    assert parts.must_reads.must_reads.get(2) is None
    found = parts.must_reads.must_reads.get(1)
    assert found is not None
    assert found.cancelled_at is None
    shown = client.get(f"{PAGE}/must-reads")
    assert shown.status_code == (302 if status == 401 else 404)


def test_confirming_is_of_the_version_asked_by_who_was_asked(
    editor: FlaskClient, rep: FlaskClient, outsider: FlaskClient, anonymous: FlaskClient,
    parts: Parts,
) -> None:  # fmt: skip
    ask(editor, must_audience=[REPS])
    assert anonymous.post("/must-reads/1/confirmation").status_code == 401
    assert confirm(outsider, parts).status_code == 404
    assert confirm(editor, parts).status_code == 404
    assert confirm(rep, parts, version="0" * 12).status_code == 400
    assert confirm(rep, parts, number=2).status_code == 404
    assert confirm(rep, parts, next="//evil.example").location == "/"
    (one,) = parts.must_reads.must_reads.everybody([1])
    assert one.confirmed_at == NOW
    confirm(rep, parts)
    assert rep.get("/must-reads/1/confirmation").status_code == 405
    assert parts.must_reads.must_reads.everybody([1]) == (one,)


def test_a_procedure_that_one_may_not_read_any_more_is_not_asked_about(
    editor: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    ask(editor)
    path = parts.settings.content / "shipping/late-shipment.md"
    text = path.read_text("utf-8").replace(
        "department: shipping", "department: shipping\nstatus: draft"
    )
    path.write_text(text, "utf-8")
    parts.publishing.publisher.refresh(NOW.date())
    for address in ("/", "/must-reads", "/notices"):
        shown = page(rep, address)
        assert "Late Shipment" not in shown
        assert "Four days now" not in shown
    assert rep.get("/must-reads/1").status_code == 404
    assert confirm(rep, parts).status_code == 404


def test_who_comes_later_is_not_asked(editor: FlaskClient, app: Flask, parts: Parts) -> None:
    ask(editor)
    parts.people.directory.add("new@kb.example", "Nina New", PASSWORD, now=NOW)
    newcomer = signed_in(app, "new@kb.example")
    assert "For you to read" not in page(newcomer, "/")
    assert "Nina" not in page(editor, "/must-reads/1")


def test_editors_and_the_lead_see_who_has_not_confirmed(
    editor: FlaskClient, reviewer: FlaskClient, rep: FlaskClient, outsider: FlaskClient,
    administrator: FlaskClient, parts: Parts,
) -> None:  # fmt: skip
    ask(editor)
    confirm(outsider, parts)
    for client in (editor, reviewer, administrator):
        shown = page(client, "/must-reads/1")
        assert "1 of 4 confirmed" in shown
        assert "Rita Rep" in shown.partition("Who has not confirmed")[2]
        assert "Otto Outsider" not in shown.partition("Who has not confirmed")[2]
        assert "1 of 4 confirmed" in page(client, "/must-reads")
    for client in (rep, outsider):
        shown = page(client, "/must-reads/1")
        assert "Who has not confirmed" not in shown
        assert "rep@kb.example" not in shown.partition("<main")[2]
        assert "of 4" not in page(client, "/must-reads")
        assert client.get("/must-reads/1/confirmations.csv").status_code == 404
    parts.people.directory.disable(RITA, NOW)
    assert "1 of 3 confirmed" in page(editor, "/must-reads/1")


def test_cancelled_asks_nobody_and_keeps_the_record(
    editor: FlaskClient, reviewer: FlaskClient, rep: FlaskClient, outsider: FlaskClient,
    parts: Parts,
) -> None:  # fmt: skip
    ask(editor)
    confirm(outsider, parts)
    assert reviewer.post("/must-reads/1/cancellation").location == "/must-reads/1"
    assert "For you to read" not in page(rep, "/")
    assert confirm(rep, parts).status_code == 404
    assert "cancelled" in page(editor, "/must-reads")
    assert "Otto Outsider" in editor.get("/must-reads/1/confirmations.csv").text


def test_the_file_for_the_auditor_says_who_which_version_and_when(
    editor: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    parts.people.directory.add("x@kb.example", '=HYPERLINK("http://evil","Max")', PASSWORD, now=NOW)
    ask(editor, must_note="=1+1")
    confirm(rep, parts)
    for address in ("/must-reads/1/confirmations.csv", "/must-reads/confirmations.csv"):
        answer = editor.get(address)
        assert answer.mimetype == "text/csv"
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert len(rows) == 5
        by_mail = {row["e-mail"]: row for row in rows}
        mine = by_mail["rep@kb.example"]
        assert mine["version"] == version_of(parts, "SHP-014")
        assert mine["confirmed at"] == "2026-11-22 09:00:00+00:00"
        assert mine["audience"] == "Everyone"
        assert by_mail["admin@kb.example"]["confirmed at"] == ""
        assert by_mail["x@kb.example"]["person"].startswith("'=")


def test_reminders_before_and_after_the_day_and_a_word_to_who_asked(
    editor: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    ask(editor)
    confirm(outsider, parts)
    heard = []
    for days in range(0, 45):
        for _ in range(2):
            reminding_of(parts).run(NOW + days * DAY)
        mine = parts.notices.received.of(RITA, 1, 50).notices
        heard.append(len([one for one in mine if one.kind == "must read"]))
    assert [heard[days] for days in (0, 4, 5, 7, 8, 44)] == [1, 1, 2, 2, 3, 3]
    others = [
        one.title
        for one in parts.notices.received.of(OTTO, 1, 50).notices
        if one.kind == "must read"
    ]
    assert others == ["Please read what has changed in “Complaint: Late Shipment”"]
    told = [one.title for one in parts.notices.received.of(EDDY, 1, 50).notices]
    assert "3 of 4 have not confirmed “Complaint: Late Shipment”" in told


def test_the_pages_cost_the_same_for_few_and_many(
    editor: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    def many(number: int) -> None:
        for _ in range(number):
            wanted = Wanted(
                "SHP-014", version_of(parts, "SHP-014"), "Late", "shipping", (REPS,),
                NOW.date(), "Note",
            )  # fmt: skip
            parts.must_reads.must_reads.ask(wanted, [RITA], lambda _number: (), EDDY, NOW)

    counts = []
    for number in (10, 190):
        many(number)
        for client, address in ((rep, "/"), (rep, "/must-reads"), (editor, "/must-reads")):
            page(client, address)
            with statements(parts.engine) as sent:
                page(client, address)
            counts.append(len(sent))
    assert counts[:3] == counts[3:]
