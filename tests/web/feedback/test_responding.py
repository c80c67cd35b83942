""" "Was this helpful?", "I could not find it", and the answers that come back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.feedback.model import LONGEST_TEXT, OF_PROCEDURES, Reason, Route
from kb.feedback.sql.selection import Listed, Sort
from kb.parts import Parts
from kb.procedures.model import Department
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.acts import answer, ask, hidden, statements, version_of, vote

SHIPPING = frozenset({"shipping"})
SCRIPT = "<script>alert(1)</script>"


def items(parts: Parts) -> list:
    """Everything open in shipping's inbox, oldest first."""
    found = parts.feedback.inbox.lists.page(
        Listed(SHIPPING, sort=Sort.OLDEST, per_page=100), NOW
    ).items
    return list(found)


def chosen(html: str) -> str:
    """The department that the form has selected."""
    return re.search(r'<option value="(\w+)"\s+selected', html)[1]


# Was this helpful?


def test_yes_is_one_click(rep: FlaskClient, parts: Parts) -> None:
    assert "Was this helpful?" in page(rep, "/procedures/SHP-014")
    assert vote(rep, parts, "yes").location == "/procedures/SHP-014#helpful"
    shown = page(rep, "/procedures/SHP-014")
    assert "You said yes." in shown
    assert "1 of 1 said yes" in shown
    assert items(parts) == []


def test_no_asks_why_and_the_department_gets_to_know(rep: FlaskClient, parts: Parts) -> None:
    vote(rep, parts, "no")
    shown = page(rep, "/procedures/SHP-014")
    assert "Thanks, Shipping will see it." in shown
    assert "What is not right?" in shown
    vote(rep, parts, "no", reason="wrong", comment="It is L7 since Monday.")
    (item,) = items(parts)
    assert (item.reason, item.comment) == (Reason.WRONG, "It is L7 since Monday.")
    assert item.version == version_of(parts, "SHP-014")
    assert "It is L7 since Monday." in page(rep, "/procedures/SHP-014")


@pytest.mark.parametrize("reason", OF_PROCEDURES)
def test_every_reason_is_offered_and_taken(rep: FlaskClient, parts: Parts, reason: Reason) -> None:
    vote(rep, parts, "no")
    assert f'value="{reason.value}"' in page(rep, "/procedures/SHP-014")
    vote(rep, parts, "no", reason=reason.value)
    assert [item.reason for item in items(parts)] == [reason]


def test_a_vote_can_be_changed(rep: FlaskClient, parts: Parts) -> None:
    vote(rep, parts, "no", reason="unclear")
    vote(rep, parts, "yes")
    tally = parts.feedback.inbox.votes.tally("SHP-014")
    assert (tally.yes, tally.no) == (1, 0)
    assert items(parts) == []
    assert "You withdrew this." in page(rep, "/questions")


def test_a_vote_is_about_the_version_that_was_read(
    rep: FlaskClient, parts: Parts, home: Path
) -> None:
    read = page(rep, "/procedures/SHP-014")
    before = {"version": hidden(read, "version"), "seal": hidden(read, "seal")}
    file = home / "content" / "shipping" / "late-shipment.md"
    file.write_text(file.read_text().replace("code L5", "code L7"))
    parts.publishing.publisher.refresh(NOW.date())
    assert version_of(parts, "SHP-014") != before["version"]
    voted = rep.post("/procedures/SHP-014/votes", data={"helpful": "no", **before})
    why = page(rep, voted.location)
    assert "What is not right?" in why
    assert hidden(why, "version") == before["version"]
    rep.post("/procedures/SHP-014/votes", data={"helpful": "no", "reason": "wrong", **before})
    (item,) = items(parts)
    assert (item.version, item.reason) == (before["version"], Reason.WRONG)
    assert "You said" not in page(rep, "/procedures/SHP-014")


@pytest.mark.parametrize("seal", ["", "forged", "\0"])
def test_a_version_that_nobody_can_have_read_takes_no_vote(
    rep: FlaskClient, parts: Parts, seal: str
) -> None:
    forged = {"helpful": "no", "version": "0123456789ab", "seal": seal}
    assert rep.post("/procedures/SHP-014/votes", data=forged).status_code == 404
    assert rep.get("/procedures/SHP-014/votes", query_string=forged).status_code == 404
    assert items(parts) == []


def test_a_seal_is_good_for_its_own_procedure_only(rep: FlaskClient, parts: Parts) -> None:
    read = page(rep, "/procedures/SHP-014")
    moved = {"helpful": "no", "version": hidden(read, "version"), "seal": hidden(read, "seal")}
    assert rep.post("/procedures/BIL-001/votes", data=moved).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"helpful": "maybe"},
        {"helpful": ""},
        {"helpful": "no", "reason": "nonsense"},
        {"helpful": "no", "comment": "x" * (LONGEST_TEXT + 1)},
    ],
)
def test_what_is_no_vote_is_shown_again_with_what_was_typed(
    rep: FlaskClient, parts: Parts, given: dict[str, str]
) -> None:
    refused = rep.post(
        "/procedures/SHP-014/votes", data={"version": version_of(parts, "SHP-014"), **given}
    )
    assert refused.status_code == 400
    assert given.get("comment", "") in refused.text
    check_page(refused.text)
    assert items(parts) == []


def test_as_many_characters_as_promised_are_taken_whatever_the_line_ends(
    rep: FlaskClient, parts: Parts
) -> None:
    typed = "a line\r\n" * 571 + "end"
    assert len(typed) > LONGEST_TEXT
    assert vote(rep, parts, "no", comment=typed).status_code == 302
    assert items(parts)[0].comment == typed.replace("\r\n", "\n")


def test_script_in_a_comment_is_shown_and_never_run(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no", comment=SCRIPT)
    ask(rep, SCRIPT, comment=SCRIPT)
    answer(editor, 1, reply=SCRIPT)
    for client, address in (
        (rep, "/procedures/SHP-014"),
        (rep, "/questions"),
        (editor, "/inbox"),
        (editor, "/inbox?state=answered"),
        (editor, "/inbox/1"),
        (editor, "/inbox/2"),
    ):
        shown = page(client, address)
        assert SCRIPT not in shown
        assert "&lt;script&gt;" in shown


def test_a_vote_page_of_its_own(rep: FlaskClient) -> None:
    assert "Was this helpful?" in page(rep, "/procedures/SHP-014/votes")
    assert rep.get("/procedures/XXX-1/votes").status_code == 404


def test_an_unknown_procedure_takes_no_vote(rep: FlaskClient) -> None:
    assert rep.post("/procedures/XXX-1/votes", data={"helpful": "yes"}).status_code == 404


def test_what_nobody_answers_for_comes_to_the_administrators(
    rep: FlaskClient, administrator: FlaskClient, parts: Parts
) -> None:
    for email in ("editor@kb.example", "reviewer@kb.example"):
        parts.people.directory.disable(parts.people.directory.by_email(email).id, NOW)
    vote(rep, parts, "no", comment="It is L7.")
    ask(rep, "norway", department="shipping")
    assert "the administrators will see it" in page(rep, "/questions")
    shown = page(administrator, "/inbox")
    assert "It is L7." in shown
    assert "norway" in shown


# I could not find it


def test_a_search_that_failed_goes_to_a_department(rep: FlaskClient, parts: Parts) -> None:
    shown = page(rep, "/search?q=customs+form+norway")
    assert "I could not find it" in shown
    assert ask(rep, "customs form norway", comment="Oslo, 40 euro").location == "/questions"
    assert "Thanks, Shipping will see it." in page(rep, "/questions")
    (item,) = items(parts)
    assert (item.query, item.comment) == ("customs form norway", "Oslo, 40 euro")
    assert (item.due_at - item.created_at).total_seconds() == 8 * 3600


def test_the_form_stands_alone_too_with_the_search_in_it(rep: FlaskClient) -> None:
    shown = page(rep, "/requests?q=late+parcel&department=billing")
    assert 'value="late parcel"' in shown
    assert chosen(shown) == "billing"
    page(rep, "/requests")


def test_the_likely_department_is_preselected(rep: FlaskClient) -> None:
    assert chosen(page(rep, "/requests?q=refund+order+lost")) == "billing"
    assert chosen(page(rep, "/requests?q=late+shipment+parcel")) == "shipping"


@pytest.mark.parametrize(
    "given",
    [
        {"q": "", "department": "shipping"},
        {"q": " \0 ", "department": "shipping"},
        {"q": "x" * 501, "department": "shipping"},
        {"q": "norway", "department": "nowhere"},
        {"q": "norway"},
        {"q": "norway", "department": "shipping", "comment": "x" * (LONGEST_TEXT + 1)},
    ],
)
def test_what_is_no_question_is_shown_again_with_what_was_typed(
    rep: FlaskClient, parts: Parts, given: dict[str, str]
) -> None:
    refused = rep.post("/requests", data={"comment": "kept words", **given})
    assert refused.status_code == 400
    assert given.get("comment", "kept words") in refused.text
    check_page(refused.text)
    assert items(parts) == []


def test_sent_twice_it_is_one_question(rep: FlaskClient, parts: Parts) -> None:
    ask(rep, "norway")
    ask(rep, "norway")
    assert len(items(parts)) == 1


# My questions


def test_the_answer_comes_back_to_the_one_who_asked(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient
) -> None:
    ask(rep, "norway")
    assert "An answer is promised by" in page(rep, "/questions")
    answer(editor, 1, reply="See SHP-014, step 2.", outcome="search improved")
    shown = page(rep, "/questions")
    for word in ("See SHP-014, step 2.", "Search improved", "Eddy Editor", "New answer"):
        assert word in shown
    assert "norway" not in page(outsider, "/questions")


def test_an_answer_is_new_until_it_is_marked_as_read(rep: FlaskClient, editor: FlaskClient) -> None:
    ask(rep, "norway")
    answer(editor, 1)
    page(rep, "/questions")
    assert "New answer" in page(rep, "/questions")
    assert rep.post("/questions/seen", data={"item": "1"}).location.startswith("/questions")
    assert "New answer" not in page(rep, "/questions")


def test_all_can_be_marked_at_once_and_only_ones_own(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    for number in (1, 2):
        ask(rep, f"question {number}")
        answer(editor, number)
    assert "Mark all 2 as read" in page(rep, "/questions")
    outsider.post("/questions/seen", data={"item": ["1", "2"]})
    assert parts.feedback.inbox.unread_answers(1) == 2
    rep.post("/questions/seen", data={"item": ["1", "2"]})
    assert parts.feedback.inbox.unread_answers(1) == 0


@pytest.mark.parametrize("item", ["x", "", "-1", "9" * 30])
def test_marking_what_is_no_answer_changes_nothing(rep: FlaskClient, item: str) -> None:
    assert rep.post("/questions/seen", data={"item": item}).status_code in (302, 400)


def test_new_answers_stand_first(rep: FlaskClient, editor: FlaskClient) -> None:
    for number in range(30):
        ask(rep, f"question {number}")
    answer(editor, 1, reply="About the oldest.")
    assert "About the oldest." in page(rep, "/questions")


def test_no_questions_yet(rep: FlaskClient) -> None:
    assert "You have not asked or reported anything yet." in page(rep, "/questions")
    page(rep, "/questions?page=99")


def test_questions_cost_the_same_however_many(rep: FlaskClient, parts: Parts) -> None:
    def cost() -> int:
        with statements(parts.engine) as sent:
            page(rep, "/questions")
        return len(sent)

    for number in range(5):
        ask(rep, f"question {number}")
    few = cost()
    for number in range(5, 60):
        parts.feedback.inbox.ask(
            1, f"question {number}", Route(Department("billing", "Billing")), "", NOW
        )
    assert cost() == few


@pytest.mark.parametrize("address", ["/questions/seen"])
def test_a_get_on_a_post_changes_nothing(rep: FlaskClient, address: str) -> None:
    assert rep.get(address).status_code == 405


@pytest.mark.parametrize("address", ["/questions", "/requests", "/procedures/SHP-014/votes"])
def test_signed_out_it_asks_to_sign_in(anonymous: FlaskClient, address: str) -> None:
    assert anonymous.get(address).status_code == 302
