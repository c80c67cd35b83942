"""A department's desk: what it sees, in which order, and how it answers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.feedback.model import LONGEST_TEXT, Outcome, Route
from kb.parts import Parts
from kb.procedures.model import UNASSIGNED, Department
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.acts import answer, ask, statements, vote

DAY = timedelta(days=1)


def asked(parts: Parts, query: str, department: str = "shipping", age: timedelta = DAY) -> int:
    """A request of the rep's, made `age` ago and promised within 8 hours."""
    route = Route(Department(department, department, answer_within=timedelta(hours=8)))
    return parts.inbox.ask(1, query, route, "", NOW - age).id


@pytest.fixture
def at_nine(app: Flask) -> None:
    """The site's clock stands at NOW."""
    app.config["KB_NOW"] = NOW


def titles(html: str) -> list[str]:
    return re.findall(r"“([^”]*)”</a>", html.replace("\n", ""))


def test_a_vote_and_a_question_are_both_there(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    ask(rep, "norway", comment="Oslo")
    shown = page(editor, "/inbox")
    for word in ("Late Shipment", "Wrong", "It is L7.", "norway", "Could not find it", "Rita Rep"):
        assert word in shown
    assert "text unchanged since" in page(editor, "/inbox/1")
    assert "Search for it yourself" in page(editor, "/inbox/2")


def test_an_editor_and_a_reviewer_answer(
    rep: FlaskClient, editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    ask(rep, "first")
    ask(rep, "second")
    assert answer(editor, 1).location == "/inbox"
    assert "Rita Rep sees it" in page(editor, "/inbox")
    assert answer(reviewer, 2, outcome="declined").location == "/inbox"
    shown = page(editor, "/inbox?state=answered")
    assert "answered by Eddy Editor" in shown
    assert "answered by Rena Reviewer" in shown
    assert "Now it is there." in page(reviewer, "/inbox/1")


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_offered_and_taken(
    rep: FlaskClient, editor: FlaskClient, outcome: Outcome
) -> None:
    ask(rep, "norway")
    assert f'value="{outcome.value}"' in page(editor, "/inbox/1")
    assert answer(editor, 1, outcome=outcome.value).status_code == 302
    assert outcome.value.capitalize() in page(rep, "/questions")


@pytest.mark.parametrize("client", ["outsider", "rep", "administrator"])
def test_another_departments_items_are_not_there(
    client: str, rep: FlaskClient, request: pytest.FixtureRequest, parts: Parts
) -> None:
    ask(rep, "a secret question")
    other = request.getfixturevalue(client)
    assert other.get("/inbox/1").status_code == 404
    assert answer(other, 1).status_code == 404
    assert other.get("/inbox?department=shipping").status_code == 404
    assert "a secret question" not in other.get("/inbox").text
    assert parts.inbox.get(1, frozenset({"shipping"})).reply is None


def test_a_rep_has_no_inbox(rep: FlaskClient) -> None:
    assert rep.get("/inbox").status_code == 404


def test_an_unknown_item_looks_like_anothers(editor: FlaskClient) -> None:
    for number in ("1", "99999999999999999999"):
        assert editor.get(f"/inbox/{number}").status_code == 404
        assert editor.post(f"/inbox/{number}/answer", data={}).status_code == 404


def test_signed_out_it_asks_to_sign_in(anonymous: FlaskClient) -> None:
    assert anonymous.get("/inbox").status_code == 302
    assert anonymous.get("/inbox/1").status_code == 302
    assert answer(anonymous, 1).status_code == 401


def test_what_belongs_to_no_department_comes_to_the_administrators(
    administrator: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    number = asked(parts, "of nobody", department=UNASSIGNED)
    assert "of nobody" in page(administrator, "/inbox")
    assert "of nobody" not in page(editor, "/inbox")
    assert answer(administrator, number).status_code == 302


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"reply": "typed words"},
        {"outcome": "corrected"},
        {"outcome": "corrected", "reply": " \r\n "},
        {"outcome": "corrected", "reply": "\0"},
        {"outcome": "nonsense", "reply": "typed words"},
        {"outcome": "corrected", "reply": "x" * (LONGEST_TEXT + 1)},
    ],
)
def test_what_is_no_answer_is_shown_again_with_what_was_typed(
    rep: FlaskClient, editor: FlaskClient, given: dict[str, str]
) -> None:
    ask(rep, "norway")
    refused = editor.post("/inbox/1/answer", data=given)
    assert refused.status_code == 400
    assert given.get("reply", "").strip().replace("\0", "") in refused.text
    check_page(refused.text)
    assert "You have no" not in page(rep, "/questions")
    assert "promised by" in page(rep, "/questions")


def test_of_two_answers_at_once_the_second_sees_the_first_and_keeps_its_words(
    rep: FlaskClient, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    ask(rep, "norway")
    page(reviewer, "/inbox/1")
    answer(editor, 1, reply="The first answer.")
    late = answer(reviewer, 1, reply="SECOND <words>")
    assert late.status_code == 409
    assert "Eddy Editor has answered this already." in late.text
    assert "The first answer." in late.text
    assert "SECOND &lt;words&gt;" in late.text
    check_page(late.text)
    assert "SECOND" not in page(rep, "/questions")


def test_what_was_taken_back_meanwhile_cannot_be_answered(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no")
    page(editor, "/inbox/1")
    vote(rep, parts, "yes")
    late = answer(editor, 1)
    assert late.status_code == 409
    assert "taken this back" in late.text
    check_page(late.text)
    assert "Late Shipment" not in page(editor, "/inbox").partition("<main")[2]


@pytest.mark.usefixtures("at_nine")
def test_newest_or_oldest_first(editor: FlaskClient, parts: Parts) -> None:
    for days in (3, 1, 2):
        asked(parts, f"{days} days ago", age=days * DAY)
    newest = ["1 days ago", "2 days ago", "3 days ago"]
    assert titles(page(editor, "/inbox")) == newest
    assert titles(page(editor, "/inbox?order=newest")) == newest
    assert titles(page(editor, "/inbox?order=oldest")) == newest[::-1]


@pytest.mark.usefixtures("at_nine")
def test_what_is_late_says_so(editor: FlaskClient, parts: Parts) -> None:
    late = asked(parts, "late")
    soon = asked(parts, "soon", age=timedelta(hours=7))
    asked(parts, "fresh", age=timedelta(0))
    shown = page(editor, "/inbox")
    assert "1 of 3 open is overdue." in shown
    assert "16 hours overdue" in page(editor, f"/inbox/{late}")
    assert "due in 60 minutes" in page(editor, f"/inbox/{soon}")


def test_counts_are_true_and_filters_hold(editor: FlaskClient, parts: Parts) -> None:
    both = parts.directory.by_email("editor@kb.example")
    parts.directory.set_roles(
        both.id, administrator=False, editor_of=["shipping", "billing"], reviewer_of=()
    )
    for number in range(3):
        asked(parts, f"shipping {number}")
    last = asked(parts, "billing 0", department="billing")
    answer(editor, last)
    shown = page(editor, "/inbox")
    assert re.findall(r'class="number">(\d+)<', shown) == ["3", "1", "3", "0", "3"]
    assert titles(page(editor, "/inbox?department=shipping&order=oldest")) == [
        "shipping 0",
        "shipping 1",
        "shipping 2",
    ]
    assert titles(page(editor, "/inbox?department=billing")) == []
    assert titles(page(editor, "/inbox?department=billing&state=answered")) == ["billing 0"]


@pytest.mark.parametrize(
    "query", ["state=nonsense", "state=withdrawn", "department=nowhere", "state=%00"]
)
def test_a_filter_that_there_is_not(editor: FlaskClient, query: str) -> None:
    assert editor.get(f"/inbox?{query}").status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999", "order=up"])
def test_any_other_argument_is_taken_for_the_usual(editor: FlaskClient, query: str) -> None:
    page(editor, f"/inbox?{query}")


def test_long_lists_have_pages(editor: FlaskClient, parts: Parts) -> None:
    for number in range(45):
        asked(parts, f"question {number}", age=DAY + timedelta(minutes=number))
    assert titles(page(editor, "/inbox"))[0] == "question 0"
    assert titles(page(editor, "/inbox?page=3")) == [f"question {n}" for n in range(40, 45)]
    assert "Go to the first page" in page(editor, "/inbox?page=4")


def test_nothing_waits(editor: FlaskClient) -> None:
    assert "Nothing waits" in page(editor, "/inbox")
    assert "Nothing has been answered" in page(editor, "/inbox?state=answered")
    assert "Nothing waits in Shipping" in page(editor, "/inbox?department=shipping")


def test_the_inbox_costs_the_same_however_full(editor: FlaskClient, parts: Parts) -> None:
    def cost(address: str) -> int:
        with statements(parts.engine) as sent:
            page(editor, address)
        return len(sent)

    for number in range(10):
        asked(parts, f"question {number}")
    few = cost("/inbox"), cost("/inbox/1")
    for number in range(10, 200):
        asked(parts, f"question {number}")
    assert (cost("/inbox"), cost("/inbox/1")) == few


def test_a_get_on_an_answer_changes_nothing(rep: FlaskClient, editor: FlaskClient) -> None:
    ask(rep, "norway")
    assert editor.get("/inbox/1/answer").status_code == 405
    assert "promised by" in page(rep, "/questions")
