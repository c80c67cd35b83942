"""My questions: each a conversation, with what is new, reply, "not solved", rating and thanks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.feedback.model import LONGEST_TEXT, State
from kb.feedback.rating import FRESH, Parameter
from kb.feedback.sql.ratings import Ratings
from kb.parts import Parts
from tests.conftest import NOW, PASSWORD, signed_in
from tests.pagekit import check_page, page
from tests.web.acts import answer, ask, statements, vote

ALL = frozenset({"shipping", "billing", "unassigned"})
VERBS = ("replies", "reopening", "rating", "withdrawal")


def item(parts: Parts, number: int = 1):
    return parts.feedback.inbox.get(number, ALL)


@pytest.fixture
def asked(app: Flask, rep: FlaskClient) -> None:
    """Item 1: the rep's request to shipping, asked at nine."""
    app.config["KB_NOW"] = NOW
    ask(rep, "norway", comment="A parcel to Oslo.")


@pytest.fixture
def answered(asked: None, editor: FlaskClient) -> None:
    """… and answered."""
    answer(editor, 1, reply="It is form 7.")


def rate(client: FlaskClient, number: int = 1, **marks: object):
    return client.post(f"/questions/{number}/rating", data=marks)


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("client", ["editor", "reviewer", "outsider", "administrator"])
def test_nobody_elses_question_is_there(client: str, request: pytest.FixtureRequest) -> None:
    other = request.getfixturevalue(client)
    assert other.get("/questions/1").status_code == 404
    assert "norway" not in page(other, "/questions")
    for verb in VERBS:
        form = {"words": "x", "timeliness": "1"}
        assert other.post(f"/questions/1/{verb}", data=form).status_code == 404


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("verb", VERBS)
def test_signed_out_and_by_get_nothing_happens(
    verb: str, anonymous: FlaskClient, rep: FlaskClient
) -> None:
    assert anonymous.get("/questions/1").status_code == 302
    assert anonymous.post(f"/questions/1/{verb}").status_code == 401
    assert rep.get(f"/questions/1/{verb}").status_code == 405


@pytest.mark.usefixtures("answered")
def test_an_answer_is_new_until_it_is_read(rep: FlaskClient) -> None:
    assert "New answer" in page(rep, "/questions")
    shown = page(rep, "/questions/1")
    for word in ("A parcel to Oslo.", "It is form 7.", "Eddy Editor", "New answer"):
        assert word in shown
    assert "New answer" in page(rep, "/questions")
    assert rep.post("/questions/seen", data={"item": 1, "then": 1}).location == "/questions/1"
    for address in ("/questions", "/questions/1"):
        assert "New answer" not in page(rep, address)


@pytest.mark.usefixtures("asked")
def test_more_can_be_said_at_any_time_and_taken_back(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    rep.post("/questions/1/replies", data={"words": "With <b>skis</b>."})
    assert "With &lt;b&gt;skis&lt;/b&gt;." in page(editor, "/inbox/1")
    assert "With &lt;b&gt;skis&lt;/b&gt;." in page(rep, "/questions/1")
    rep.post("/questions/1/withdrawal")
    assert item(parts).state is State.WITHDRAWN
    assert "You withdrew this" in page(rep, "/questions/1")
    assert rep.post("/questions/1/replies", data={"words": "but"}).status_code == 409


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("words", ["", " \r\n", "\0", "x" * (LONGEST_TEXT + 1)])
def test_nothing_or_too_much_is_not_sent(words: str, rep: FlaskClient, parts: Parts) -> None:
    again = rep.post("/questions/1/replies", data={"words": words})
    assert again.status_code == 400
    check_page(again.text)
    assert len(parts.feedback.inbox.thread.of(item(parts))) == 1


@pytest.mark.usefixtures("answered")
def test_not_solved_goes_back_to_who_answered_for_two_weeks(
    app: Flask, rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    assert rep.post("/questions/1/reopening", data={"words": ""}).status_code == 400
    rep.post("/questions/1/reopening", data={"words": "There is no form 7."})
    assert (item(parts).state, item(parts).assignee) == (State.IN_WORK, "Eddy Editor")
    assert "There is no form 7." in page(editor, "/inbox/1")
    answer(editor, 1, reply="Form 8, sorry.")
    app.config["KB_NOW"] = NOW + timedelta(days=15)
    assert "Not solved?" not in page(rep, "/questions/1")
    late = rep.post("/questions/1/reopening", data={"words": "Neither."})
    assert late.status_code == 409
    assert "14 days" in late.text
    check_page(late.text)


def test_where_it_stands_is_said(rep: FlaskClient, editor: FlaskClient, app: Flask) -> None:
    app.config["KB_NOW"] = NOW
    ask(rep, "norway")
    assert "Open. An answer is promised by" in page(rep, "/questions")
    editor.post("/inbox/1/sight")
    assert "Seen. An answer" in page(rep, "/questions")
    app.config["KB_NOW"] = NOW + timedelta(days=9)
    assert "No answer yet; it was promised by" in page(rep, "/questions")


def test_an_empty_page_says_how_to_ask(rep: FlaskClient) -> None:
    assert "You have not asked or reported anything yet" in page(rep, "/questions")
    assert "Go to the first page" not in page(rep, "/questions")


def test_many_have_pages_and_cost_no_more(rep: FlaskClient, editor: FlaskClient, parts: Parts):
    def cost() -> int:
        with statements(parts.engine) as sent:
            page(rep, "/questions")
        return len(sent)

    for number in range(10):
        ask(rep, f"question {number}")
    answer(editor, 1)
    few = cost()
    for number in range(10, 45):
        ask(rep, f"question {number}")
    assert cost() == few
    assert "question 44" in page(rep, "/questions")
    assert "question 2”" in page(rep, "/questions?page=3")
    assert "no questions on this page" in page(rep, "/questions?page=4")


@pytest.mark.usefixtures("answered")
def test_five_marks_and_thanks(rep: FlaskClient, editor: FlaskClient, parts: Parts) -> None:
    shown = page(rep, "/questions/1")
    assert "Did this help you?" in shown
    for parameter in Parameter:
        assert f'name="{parameter.value}"' in shown
    for parameter in set(Parameter) - {Parameter.INFORMATION}:
        assert parameter.label in shown
        assert parameter.question in shown
    rate(rep, timeliness=5, information=4, professionalism=5, attitude=5, thanks="Cheers, Eddy!")
    (rating,) = Ratings(parts.engine).of(1, [1]).values()
    assert rating.marks == {
        Parameter.TIMELINESS: 5,
        Parameter.INFORMATION: 4,
        Parameter.PROFESSIONALISM: 5,
        Parameter.ATTITUDE: 5,
    }
    assert "Cheers, Eddy!" in page(editor, "/inbox/1")
    assert "You rated it" in page(rep, "/questions")


@pytest.mark.usefixtures("answered")
def test_a_rating_is_changed_while_it_is_fresh_and_counts_afterwards(
    app: Flask, rep: FlaskClient, parts: Parts
) -> None:
    rate(rep, timeliness=1)
    rate(rep, delivery=5)
    (rating,) = Ratings(parts.engine).of(1, [1]).values()
    assert rating.marks == {Parameter.DELIVERY: 5}
    app.config["KB_NOW"] = NOW + FRESH
    late = rate(rep, delivery=1)
    assert late.status_code == 409
    check_page(late.text)
    assert "You rated this" in page(rep, "/questions/1")
    assert Ratings(parts.engine).of(1, [1])[1, 1].marks == {Parameter.DELIVERY: 5}


@pytest.mark.usefixtures("answered")
def test_each_answer_is_rated_for_itself(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    rate(rep, timeliness=1)
    rep.post("/questions/1/reopening", data={"words": "No form 7."})
    assert rate(rep, timeliness=2).status_code == 409
    answer(editor, 1, reply="Form 8.")
    rate(rep, timeliness=4)
    found = Ratings(parts.engine).of(1, [1])
    assert {round: one.marks[Parameter.TIMELINESS] for (_, round), one in found.items()} == {
        1: 1,
        2: 4,
    }


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"thanks": " "},
        {"timeliness": "6"},
        {"timeliness": "0"},
        {"timeliness": "x"},
        {"thanks": "x" * (LONGEST_TEXT + 1)},
    ],
)
def test_what_is_no_rating_is_not_taken(
    form: dict[str, str], rep: FlaskClient, parts: Parts
) -> None:
    refused = rate(rep, **form)
    assert refused.status_code in (400, 409)
    check_page(refused.text)
    assert Ratings(parts.engine).of(1, [1]) == {}


def crowd(app: Flask, parts: Parts, editor: FlaskClient, marks: list[int]) -> None:
    """So many reps, each with an answer of shipping, rated so; a minute between them."""
    for nth, mark in enumerate(marks):
        email = f"rep{nth}@kb.example"
        parts.people.directory.add(email, f"Rep Number{nth}", PASSWORD, now=NOW)
        app.config["KB_NOW"] = NOW + timedelta(minutes=nth)
        client = signed_in(app, email)
        ask(client, f"question {nth}")
        answer(editor, nth + 1, reply="Here.")
        said = {"thanks": f"Thanks from {nth}!"} if mark == 5 else {}
        assert rate(client, nth + 1, attitude=mark, **said).status_code == 302
    app.config["KB_NOW"] = NOW + FRESH + timedelta(hours=1)


def test_figures_of_five_people_with_an_interval_and_no_names(
    app: Flask, parts: Parts, editor: FlaskClient
) -> None:
    crowd(app, parts, editor, [5, 5, 4, 3, 1])
    shown = page(editor, "/departments/shipping/service")
    row = " ".join(shown.partition("Staff attitude")[2].partition("</tr>")[0].split())
    for figure in ("<strong>3.6</strong>", "2.1 to 4.6", "<td>3</td>", "<td>5</td>"):
        assert figure in row, row
    assert "Not enough answers yet" in shown.partition("Timeliness")[2].partition("</tr>")[0]
    for nth in (2, 3, 4):
        assert f"Number{nth}" not in shown.partition("<h1")[2]
    assert "Thanks from 0!" in shown
    assert "Rep Number0" in shown


def test_of_four_people_there_are_no_figures(app: Flask, parts: Parts, editor: FlaskClient) -> None:
    crowd(app, parts, editor, [1, 2, 3, 4])
    shown = page(editor, "/departments/shipping/service")
    assert "No figures yet" in shown
    assert "<strong>2.5</strong>" not in shown


@pytest.mark.parametrize("client", ["rep", "outsider"])
def test_figures_are_the_departments_thanks_everybodys(
    client: str, app: Flask, parts: Parts, editor: FlaskClient, request: pytest.FixtureRequest
) -> None:
    crowd(app, parts, editor, [5] * 5)
    shown = page(request.getfixturevalue(client), "/departments/shipping/service")
    assert "Thanks from 3!" in shown
    assert "<strong>5.0</strong>" not in shown
    assert "How those who asked found it" not in shown


def test_an_administrator_sees_every_departments_figures(
    app: Flask, parts: Parts, editor: FlaskClient, administrator: FlaskClient
) -> None:
    crowd(app, parts, editor, [5] * 5)
    assert "<strong>5.0</strong>" in page(administrator, "/departments/shipping/service")
    assert administrator.get("/departments/nowhere/service").status_code == 404


def test_thanks_stand_with_the_procedure_and_never_tell_of_anothers_draft(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    answer(editor, 1, reply="Corrected.")
    rate(rep, thanks="That was <quick>!")
    for address in ("/procedures/SHP-014/history", "/departments/shipping/service"):
        assert "That was &lt;quick&gt;!" in page(outsider, address)
    path = parts.settings.content / "shipping/late-shipment.md"
    path.write_text(
        path.read_text("utf-8").replace(
            "department: shipping", "department: shipping\nstatus: draft"
        ),
        "utf-8",
    )
    parts.publishing.publisher.refresh(NOW.date())
    assert "quick" not in page(outsider, "/departments/shipping/service")
    assert "quick" in page(editor, "/departments/shipping/service")
