"""What is overdue is there for administrators, who see to it that somebody answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.feedback.model import State
from kb.feedback.routing import Answering
from kb.parts import Parts
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.acts import ask, statements, vote

SHIPPING = frozenset({"shipping"})
LATE = timedelta(hours=9)  # shipping answers within 8
DOINGS = [
    ("assignment", {"assignee": "2"}),
    ("route", {"department": "billing", "words": "Yours?"}),
]


@pytest.fixture
def asked(rep: FlaskClient, app: Flask) -> None:
    """Item 1: the rep's request to shipping, nine hours ago when `late`."""
    app.config["KB_NOW"] = NOW
    ask(rep, "norway", comment="No form fits <b>.")


@pytest.fixture
def late(asked: None, app: Flask) -> None:
    app.config["KB_NOW"] = NOW + LATE


def item(parts: Parts, number: int = 1):
    return parts.feedback.inbox.get(number, SHIPPING | {"billing"})


@pytest.mark.usefixtures("late")
def test_an_administrator_opens_what_is_late(administrator: FlaskClient) -> None:
    shown = page(administrator, "/overdue")
    assert "“norway”" in shown
    assert "60 minutes overdue" in shown
    assert "nobody works on it" in shown
    assert "norway" in page(administrator, "/overdue?department=shipping")
    assert "Nothing is overdue" in page(administrator, "/overdue?department=billing")
    one = page(administrator, "/overdue/1")
    assert "No form fits &lt;b&gt;." in one
    assert "Eddy Editor" in one
    assert 'href="/overdue"' in page(administrator, "/inbox")


@pytest.mark.usefixtures("asked")
def test_what_is_not_late_yet_is_not_there(administrator: FlaskClient, parts: Parts) -> None:
    assert "norway" not in page(administrator, "/overdue")
    assert administrator.get("/overdue/1").status_code == 404
    for doing, form in DOINGS:
        assert administrator.post(f"/overdue/1/{doing}", data=form).status_code == 404
    assert item(parts).state is State.NEW


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("client", ["rep", "editor", "reviewer", "outsider"])
def test_to_nobody_else_it_is_there(
    client: str, request: pytest.FixtureRequest, parts: Parts
) -> None:
    other, before = request.getfixturevalue(client), item(parts)
    assert other.get("/overdue").status_code == 404
    assert other.get("/overdue/1").status_code == 404
    for doing, form in DOINGS:
        assert other.post(f"/overdue/1/{doing}", data=form).status_code == 404
    assert item(parts) == before


@pytest.mark.usefixtures("late")
def test_signed_out_and_by_get_nothing_happens(
    anonymous: FlaskClient, administrator: FlaskClient, parts: Parts
) -> None:
    before = item(parts)
    for doing, form in DOINGS:
        assert anonymous.post(f"/overdue/1/{doing}", data=form).status_code == 401
        assert administrator.get(f"/overdue/1/{doing}").status_code == 405
    assert item(parts) == before


@pytest.mark.usefixtures("late")
def test_somebody_of_the_department_is_set_to_it_and_told(
    administrator: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    eddy = parts.people.directory.by_email("editor@kb.example")
    form = {"assignee": str(eddy.id)}
    done = administrator.post("/overdue/1/assignment", data=form, follow_redirects=True)
    check_page(done.text)
    assert "Eddy Editor works on it, and is told." in done.text
    assert item(parts).assignee == "Eddy Editor"
    assert "Ada" in page(editor, "/inbox/1")
    assert "norway" in page(editor, "/notices")


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("assignee", ["", "1", "4", "5", "99", "x"])
def test_nobody_else_can_be_set_to_it(
    assignee: str, administrator: FlaskClient, parts: Parts
) -> None:
    sent = administrator.post("/overdue/1/assignment", data={"assignee": assignee})
    assert sent.status_code == 400
    assert item(parts).assignee is None


@pytest.mark.usefixtures("late")
def test_it_is_sent_to_the_department_that_can_answer(
    administrator: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    empty = administrator.post("/overdue/1/route", data={"department": "billing", "words": " "})
    assert empty.status_code == 400
    check_page(empty.text)
    form = {"department": "billing", "words": "Billing has the form."}
    administrator.post("/overdue/1/route", data=form)
    assert item(parts).department == "billing"
    assert "Billing has the form." in page(rep, "/questions/1")
    assert "Billing has the form." in page(administrator, "/overdue/1")


@pytest.mark.usefixtures("late")
def test_notes_of_the_department_stay_its_own(administrator: FlaskClient, parts: Parts) -> None:
    eddy = parts.people.directory.by_email("editor@kb.example")
    me = Answering(eddy.id, SHIPPING)
    parts.feedback.inbox.steps.note(1, "Between us: a mess.", me, NOW + LATE)
    assert "Between us" not in page(administrator, "/overdue/1")


def test_what_they_may_not_read_is_not_there(
    administrator: FlaskClient, editor: FlaskClient, app: Flask, parts: Parts
) -> None:
    app.config["KB_NOW"] = NOW
    vote(editor, parts, "no", reason="wrong")
    app.config["KB_NOW"] = NOW + LATE
    assert "Complaint" in page(administrator, "/overdue")
    card = parts.catalogue.get("SHP-014")
    path = parts.settings.content / card.procedure.path
    path.write_text(path.read_text().replace("---\n", "---\nstatus: draft\n", 1))
    parts.publishing.publisher.refresh(NOW.date())
    assert "Complaint" not in page(administrator, "/overdue")
    assert administrator.get("/overdue/1").status_code == 404


@pytest.mark.usefixtures("late")
def test_answered_meanwhile_it_is_gone(administrator: FlaskClient, editor: FlaskClient) -> None:
    editor.post("/inbox/1/answer", data={"outcome": "declined", "reply": "No."})
    assert administrator.get("/overdue/1").status_code == 404


def test_a_department_that_there_is_not(administrator: FlaskClient) -> None:
    assert administrator.get("/overdue?department=atlantis").status_code == 404


def test_the_list_costs_the_same_however_much_is_late(
    rep: FlaskClient, administrator: FlaskClient, app: Flask, parts: Parts
) -> None:
    def cost() -> int:
        app.config["KB_NOW"] = NOW + LATE
        with statements(parts.engine) as sent:
            page(administrator, "/overdue")
        app.config["KB_NOW"] = NOW
        return len(sent)

    app.config["KB_NOW"] = NOW
    vote(rep, parts, "no", reason="wrong")
    few = cost()
    for number in range(20):
        ask(rep, f"question {number}")
    assert cost() == few
