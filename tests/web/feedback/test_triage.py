"""What a department does with an item short of answering it, and with several at once."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from kb.feedback.model import LONGEST_TEXT, State
from kb.parts import Parts
from tests.conftest import NOW, PASSWORD
from tests.pagekit import check_page, page
from tests.web.acts import answer, ask, vote

SHIPPING = frozenset({"shipping"})
ALL = SHIPPING | {"billing", "unassigned"}
VERBS = ("sight", "assignment", "questions", "notes", "route", "merging", "keeping-open")


def item(parts: Parts, number: int = 1):
    return parts.feedback.inbox.get(number, ALL)


def told(parts: Parts, email: str) -> list[str]:
    """The titles of what that person is told, oldest first."""
    person = parts.people.directory.by_email(email)
    with parts.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT title FROM notices WHERE person_id = {person.id} ORDER BY id"
        )
        return [row[0] for row in rows]


@pytest.fixture
def asked(rep: FlaskClient) -> None:
    """Item 1: the rep's request to shipping."""
    ask(rep, "norway")


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("client", ["rep", "outsider", "administrator"])
def test_to_everybody_else_it_is_not_there(
    verb: str, client: str, request: pytest.FixtureRequest, parts: Parts
) -> None:
    before = item(parts)
    other = request.getfixturevalue(client)
    form = {"words": "mine", "department": "billing", "assignee": "", "into": "1"}
    assert other.post(f"/inbox/1/{verb}", data=form).status_code == 404
    assert item(parts) == before


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("verb", VERBS)
def test_signed_out_and_by_get_nothing_happens(
    verb: str, anonymous: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    before = item(parts)
    assert anonymous.post(f"/inbox/1/{verb}").status_code == 401
    assert editor.get(f"/inbox/1/{verb}").status_code == 405
    assert item(parts) == before


@pytest.mark.usefixtures("asked")
def test_looking_is_no_seeing_but_saying_so_is(editor: FlaskClient, parts: Parts) -> None:
    page(editor, "/inbox/1")
    assert item(parts).state is State.NEW
    editor.post("/inbox/1/sight")
    assert item(parts).state is State.SEEN
    assert "Eddy Editor has seen it" in " ".join(page(editor, "/inbox/1").split())


@pytest.mark.usefixtures("asked")
def test_to_oneself_to_another_and_to_nobody(
    editor: FlaskClient, parts: Parts, rep: FlaskClient
) -> None:
    ids = {
        who: parts.people.directory.by_email(f"{who}@kb.example").id
        for who in ("editor", "reviewer")
    }
    back = editor.post("/inbox/1/assignment", data={"assignee": ids["editor"], "then": "show=open"})
    assert back.location == "/inbox?show=open#item-1"
    assert (item(parts).assignee, item(parts).state) == ("Eddy Editor", State.IN_WORK)
    editor.post("/inbox/1/assignment", data={"assignee": ids["reviewer"]})
    assert item(parts).assignee == "Rena Reviewer"
    assert told(parts, "reviewer@kb.example")[-1].startswith("Yours to answer: Rita Rep")
    editor.post("/inbox/1/assignment", data={"assignee": ""})
    assert item(parts).assignee is None
    shown = " ".join(page(editor, "/inbox/1").split())
    assert "assigned it to Rena Reviewer" in shown
    assert "Rena Reviewer" not in page(rep, "/questions/1")


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("whom", ["rep", "outsider", "admin"])
def test_only_who_answers_there_can_work_on_it(
    whom: str, editor: FlaskClient, parts: Parts
) -> None:
    stranger = parts.people.directory.by_email(f"{whom}@kb.example").id
    for wanted in (str(stranger), "x", "999999", "-1"):
        assert editor.post("/inbox/1/assignment", data={"assignee": wanted}).status_code == 400
    assert item(parts).assignee is None


@pytest.mark.parametrize("then", ["//evil.example", "a\nb", "a b", "x" * 3000, "<script>"])
@pytest.mark.usefixtures("asked")
def test_the_way_back_leads_nowhere_else(then: str, editor: FlaskClient) -> None:
    back = editor.post("/inbox/1/assignment", data={"assignee": "", "then": then})
    assert back.location == "/inbox#item-1"


@pytest.mark.usefixtures("asked")
def test_asked_back_the_clock_stands_and_the_reporter_replies(
    editor: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    editor.post("/inbox/1/questions", data={"words": "Which carrier?"})
    assert item(parts).state is State.WAITING
    assert "waits for Rita Rep" in page(editor, "/inbox?show=waiting")
    assert "Asks you back" in page(rep, "/questions")
    assert "Which carrier?" in page(rep, "/questions/1")
    assert told(parts, "rep@kb.example") == ["A question back about “norway”"]
    sent = rep.post("/questions/1/replies", data={"words": "Posten."})
    assert sent.location == "/questions/1"
    assert item(parts).state is State.IN_WORK
    assert "Posten." in page(editor, "/inbox/1")


@pytest.mark.usefixtures("asked")
def test_a_note_is_seen_by_the_department_only(
    editor: FlaskClient, reviewer: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    editor.post("/inbox/1/notes", data={"words": "Ask Per <b>first</b>."})
    assert "Ask Per &lt;b&gt;first&lt;/b&gt;." in page(reviewer, "/inbox/1")
    for address in ("/questions", "/questions/1"):
        assert "Ask Per" not in page(rep, address)
    assert told(parts, "rep@kb.example") == []


@pytest.mark.usefixtures("asked")
def test_sent_on_it_is_the_other_departments_and_the_reporter_knows(
    editor: FlaskClient, outsider: FlaskClient, rep: FlaskClient, parts: Parts
) -> None:
    editor.post("/inbox/1/notes", data={"words": "a note of shipping"})
    due = item(parts).due_at
    form = {"department": "billing", "words": "This is about money."}
    assert editor.post("/inbox/1/route", data=form).location == "/inbox"
    assert editor.get("/inbox/1").status_code == 404
    shown = page(outsider, "/inbox/1")
    assert "This is about money." in shown
    assert item(parts).due_at == due
    assert "This is about money." in page(rep, "/questions/1")
    assert "Billing answers now about “norway”" in told(parts, "rep@kb.example")


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"department": "billing"},
        {"department": "nowhere", "words": "x"},
        {"department": "billing", "words": "x" * (LONGEST_TEXT + 1)},
    ],
)
def test_what_is_no_way_is_asked_again(
    form: dict[str, str], editor: FlaskClient, parts: Parts
) -> None:
    again = editor.post("/inbox/1/route", data=form)
    assert again.status_code == 400
    check_page(again.text)
    assert item(parts).department == "shipping"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("verb", ["questions", "notes"])
@pytest.mark.parametrize("words", ["", " \r\n ", "\0", "x" * (LONGEST_TEXT + 1)])
def test_nothing_or_too_much_is_written_nowhere(
    verb: str, words: str, editor: FlaskClient, parts: Parts
) -> None:
    again = editor.post(f"/inbox/1/{verb}", data={"words": words})
    assert again.status_code == 400
    check_page(again.text)
    assert len(parts.feedback.inbox.thread.of(item(parts))) == 1


@pytest.mark.usefixtures("asked")
def test_what_was_answered_meanwhile_keeps_the_words_to_copy(
    editor: FlaskClient, reviewer: FlaskClient
) -> None:
    answer(editor, 1)
    late = reviewer.post("/inbox/1/questions", data={"words": "Which <carrier>?"})
    assert late.status_code == 409
    assert "Which &lt;carrier&gt;?" in late.text
    check_page(late.text)


def test_the_same_passage_and_the_same_meaning_are_suggested(
    rep: FlaskClient, reviewer: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    vote(reviewer, parts, "no", reason="out of date")
    ask(rep, "customs form for norway")
    ask(reviewer, "customs forms norway")
    ask(rep, "password of the printer")
    shown = " ".join(page(editor, "/inbox/1").split())
    beside = shown.partition("Says the same")[2].partition("Note for the department")[0]
    assert "same passage" in beside
    assert "Rena Reviewer" in beside
    beside = page(editor, "/inbox/3").partition("Says the same")[2].partition("Note for")[0]
    assert "same meaning" in beside
    assert "customs forms norway" in beside
    assert "printer" not in beside


def test_another_departments_are_never_suggested(
    rep: FlaskClient, reviewer: FlaskClient, editor: FlaskClient
) -> None:
    ask(rep, "customs form for norway")
    ask(reviewer, "customs form for norway", department="billing")
    assert "Nothing else that is open" in page(editor, "/inbox/1")
    assert editor.post("/inbox/1/merging", data={"into": 2}).status_code == 404


def test_merged_they_are_answered_with_one_word_to_each(
    rep: FlaskClient, reviewer: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    ask(rep, "customs form for norway")
    ask(reviewer, "customs forms norway")
    assert editor.post("/inbox/2/merging", data={"into": 1}).location == "/inbox/1"
    assert "+1 more said the same" in page(editor, "/inbox/1")
    assert "answered together with" in page(editor, "/inbox/2")
    assert "forms" not in page(editor, "/inbox").partition("desk-list")[2]
    answer(editor, 1, reply="It is form 7.")
    for client, number in ((rep, 1), (reviewer, 2)):
        assert "It is form 7." in page(client, f"/questions/{number}")
    assert told(parts, "reviewer@kb.example")[-1].startswith("An answer")


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("into", ["", "x", "1", "99"])
def test_with_itself_or_nothing_it_cannot_be_merged(into: str, editor: FlaskClient) -> None:
    refused = editor.post("/inbox/1/merging", data={"into": into})
    assert refused.status_code in (400, 404, 409)


def selected(*numbers: int) -> str:
    return "&".join(f"item={number}" for number in numbers)


def test_one_answer_for_several_shows_first_who_gets_it(
    rep: FlaskClient, reviewer: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    ask(rep, "norway")
    ask(reviewer, "sweden")
    ask(rep, "denmark", department="billing")
    shown = page(editor, f"/inbox/answers?{selected(1, 2, 3)}&then=show%3Dopen")
    for word in ("Rita Rep", "Rena Reviewer", "norway", "sweden"):
        assert word in shown
    assert "denmark" not in shown
    form = {"item": [1, 2, 3], "reply": "See SHP-014.", "outcome": "already right"}
    done = editor.post("/inbox/answers", data={**form, "then": "show=open"})
    assert done.location == "/inbox?show=open"
    assert [item(parts, n).reply for n in (1, 2, 3)] == ["See SHP-014.", "See SHP-014.", None]
    for who in ("rep", "reviewer"):
        assert told(parts, f"{who}@kb.example")[-1].startswith("An answer about")


@pytest.mark.parametrize(
    "form", [{}, {"reply": "words"}, {"outcome": "declined"}, {"reply": " ", "outcome": "declined"}]
)
def test_what_is_no_answer_goes_to_nobody(
    form: dict[str, str], rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    ask(rep, "norway")
    again = editor.post("/inbox/answers", data={"item": 1, **form})
    assert again.status_code == 400
    check_page(again.text)
    assert form.get("reply", "").strip() in again.text
    assert item(parts).reply is None


def test_nothing_selected_says_so(editor: FlaskClient) -> None:
    for what in ("answers", "assignments"):
        assert "Nothing that is open is selected" in page(editor, f"/inbox/{what}")
        many = selected(*range(1, 102))
        for query in ("item=x", "item=-1", "item=99999999999", many):
            assert editor.get(f"/inbox/{what}?{query}").status_code == 404


def test_of_several_those_answered_meanwhile_are_left_and_told(
    rep: FlaskClient, editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    ask(rep, "norway")
    ask(rep, "sweden")
    page(editor, f"/inbox/answers?{selected(1, 2)}")
    answer(reviewer, 1, reply="The first word.")
    form = {"item": [1, 2], "reply": "The second word.", "outcome": "declined"}
    editor.post("/inbox/answers", data=form)
    assert [item(parts, n).reply for n in (1, 2)] == ["The first word.", "The second word."]


def test_several_are_given_to_one_person_of_the_department(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    ask(rep, "norway")
    ask(rep, "sweden")
    shown = page(editor, f"/inbox/assignments?{selected(1, 2)}")
    assert "Rena Reviewer" in shown
    assert "Otto Outsider" not in shown
    rena = parts.people.directory.by_email("reviewer@kb.example").id
    editor.post("/inbox/assignments", data={"item": [1, 2], "assignee": rena})
    assert {item(parts, n).assignee for n in (1, 2)} == {"Rena Reviewer"}
    otto = parts.people.directory.by_email("outsider@kb.example").id
    refused = editor.post("/inbox/assignments", data={"item": [1, 2], "assignee": otto})
    assert refused.status_code == 400
    assert len(told(parts, "reviewer@kb.example")) >= 2


def test_a_lead_without_a_role_has_the_inbox_too(rep: FlaskClient, app, parts: Parts) -> None:
    parts.people.directory.add("lead@kb.example", "Lea Lead", PASSWORD, now=NOW)
    path = parts.settings.content / "departments.yml"
    source = path.read_text("utf-8").replace("lead: reviewer@", "lead: lead@")
    path.write_text(source, "utf-8")
    ask(rep, "norway")
    lead = app.test_client()
    lead.post("/sign-in", data={"email": "lead@kb.example", "password": PASSWORD})
    assert "norway" in page(lead, "/inbox")
    page(lead, "/inbox/1")
    assert answer(lead, 1).status_code == 302
