"""A department's desk: what it sees, in which order, and how it answers."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from kb.database import items
from kb.documents.settings_files.departments import parse_departments
from kb.feedback.model import LONGEST_TEXT, Outcome, Route
from kb.feedback.routing import Answering
from kb.feedback.sql.facets import MOST
from kb.parts import Parts
from kb.procedures.model import UNASSIGNED, Department
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.acts import answer, ask, statements, tag_named, vote

DAY = timedelta(days=1)


def asked(parts: Parts, query: str, department: str = "shipping", age: timedelta = DAY) -> int:
    """A request of the rep's, made `age` ago and promised within 8 hours."""
    route = Route(Department(department, department, answer_within=timedelta(hours=8)))
    return parts.feedback.inbox.ask(1, query, route, "", NOW - age).id


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
    shown = page(editor, "/inbox?show=answered")
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
    assert parts.feedback.inbox.get(1, frozenset({"shipping"})).reply is None


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
def test_due_first_newest_oldest_or_changed_last(editor: FlaskClient, parts: Parts) -> None:
    numbers = {days: asked(parts, f"{days} days ago", age=days * DAY) for days in (3, 1, 2)}
    newest = ["1 days ago", "2 days ago", "3 days ago"]
    assert titles(page(editor, "/inbox")) == newest[::-1]
    assert titles(page(editor, "/inbox?sort=newest")) == newest
    assert titles(page(editor, "/inbox?sort=oldest")) == newest[::-1]
    editor.post(f"/inbox/{numbers[2]}/sight")
    assert titles(page(editor, "/inbox?sort=changed"))[0] == "2 days ago"


@pytest.mark.usefixtures("at_nine")
def test_what_is_late_says_so(editor: FlaskClient, parts: Parts) -> None:
    late = asked(parts, "late")
    soon = asked(parts, "soon", age=timedelta(hours=7))
    asked(parts, "fresh", age=timedelta(0))
    assert titles(page(editor, "/inbox?due=overdue")) == ["late"]
    assert titles(page(editor, "/inbox?due=soon")) == ["soon"]
    assert titles(page(editor, "/inbox?due=later")) == ["fresh"]
    assert "16 hours overdue" in page(editor, f"/inbox/{late}")
    assert "due in 60 minutes" in page(editor, f"/inbox/{soon}")


@pytest.mark.usefixtures("at_nine")
def test_what_is_due_is_told_by_the_departments_clock(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    file = parts.settings.content / "departments.yml"
    zone = "    name: Shipping\n    time_zone: Asia/Tokyo\n"
    file.write_text(file.read_text().replace("    name: Shipping\n", zone))
    item = asked(parts, "late", age=timedelta(0))
    assert "22 Nov 2026, 17:00 UTC" not in page(editor, f"/inbox/{item}")
    for client, address in ((editor, f"/inbox/{item}"), (rep, f"/questions/{item}")):
        assert "23 Nov 2026, 02:00 JST" in page(client, address)
    parts.feedback.inbox.steps.ask_back(item, "Which?", Answering(2, frozenset({"shipping"})), NOW)
    assert "The clock stops until the reply" in page(editor, f"/inbox/{item}")


def several(parts: Parts) -> None:
    """Two departments, three states, and somebody who works on some of it."""
    both = parts.people.directory.by_email("editor@kb.example")
    parts.people.directory.set_roles(
        both.id, administrator=False, editor_of=["shipping", "billing"], reviewer_of=()
    )
    me = parts.feedback.routing.answering(parts.people.directory.get(both.id), _departments(parts))
    for nth in range(4):
        asked(parts, f"shipping {nth}", age=nth * timedelta(hours=5))
    for nth in range(3):
        asked(parts, f"billing {nth}", department="billing", age=timedelta(0))
    steps = parts.feedback.inbox.steps
    steps.take(1, me, NOW)
    steps.ask_back(2, "Which parcel?", me, NOW)
    steps.answer(5, Outcome.DECLINED, "No.", me, NOW)


def _departments(parts: Parts):
    return parse_departments(parts.storage.library.departments_source())


@pytest.mark.usefixtures("at_nine")
def test_the_number_beside_each_choice_is_what_it_lists(editor: FlaskClient, parts: Parts) -> None:
    several(parts)

    @cache
    def listed(link: str) -> int:
        return len(titles(page(editor, link)))

    for address in (
        "/inbox",
        "/inbox?show=open",
        "/inbox?show=open&department=shipping",
        "/inbox?show=open&due=overdue",
        "/inbox?show=mine",
        "/inbox?show=answered",
        "/inbox?show=open&text=shipping",
        "/inbox?show=nobodys&department=billing",
    ):
        shown = page(editor, address)
        for link, number in re.findall(
            r'<a href="([^"]*)"[^>]*>(?:(?!</a>).)*?class="number[^>]*>(\d+)<', shown, re.S
        ):
            if "/searches" in link:
                continue
            assert listed(unescape(link)) == int(number), (address, link)


@pytest.mark.usefixtures("at_nine")
def test_what_waits_for_me_is_mine_or_nobodys_and_not_with_the_reporter(
    editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    several(parts)
    assert set(titles(page(editor, "/inbox"))) == {
        "shipping 0",
        "shipping 2",
        "shipping 3",
        "billing 1",
        "billing 2",
    }
    assert titles(page(editor, "/inbox?show=mine&sort=newest")) == ["shipping 0", "shipping 1"]
    assert titles(page(editor, "/inbox?show=waiting")) == ["shipping 1"]
    # Of the reviewer it is another's.
    assert set(titles(page(reviewer, "/inbox"))) == {"shipping 2", "shipping 3"}


@pytest.mark.usefixtures("at_nine")
def test_each_filter_narrows(
    rep: FlaskClient, editor: FlaskClient, reviewer: FlaskClient, parts: Parts
) -> None:
    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    ask(reviewer, "norway")
    for query, found in (
        ("procedure=SHP-014", ["Late Shipment"]),
        ("reason=wrong", ["Late Shipment"]),
        ("reason=unclear", []),
        ("person=rena", ["norway"]),
        ("text=L7", ["Late Shipment"]),
        ("text=nor+way", ["norway"]),
        ("assignee=0", ["Late Shipment", "norway"]),
        ("assignee=2", []),
    ):
        shown = page(editor, f"/inbox?show=open&{query}").partition("desk-list")[2]
        for word in ("Late Shipment", "norway"):
            assert (word in shown) == (word in found), query


@pytest.mark.parametrize(
    "query",
    [
        "show=nonsense",
        "department=nowhere",
        "department=billing",
        "due=never",
        "reason=none",
        "assignee=x",
        "sort=up",
        "show=%00x",
    ],
)
def test_a_filter_that_there_is_not(editor: FlaskClient, query: str) -> None:
    assert editor.get(f"/inbox?{query}").status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999", "x=y"])
def test_any_other_argument_is_taken_for_the_usual(editor: FlaskClient, query: str) -> None:
    page(editor, f"/inbox?{query}")


def test_long_lists_have_pages(editor: FlaskClient, parts: Parts) -> None:
    for number in range(55):
        asked(parts, f"question {number}", age=DAY + timedelta(minutes=number))
    assert titles(page(editor, "/inbox?sort=newest"))[0] == "question 0"
    assert titles(page(editor, "/inbox?sort=newest&page=3")) == [
        f"question {n}" for n in range(50, 55)
    ]
    assert "Go to the first page" in page(editor, "/inbox?page=4")


def test_nothing_waits(editor: FlaskClient) -> None:
    assert "Nothing waits" in page(editor, "/inbox")
    assert "Nothing has been answered" in page(editor, "/inbox?show=answered")
    assert "Clear the filters" in page(editor, "/inbox?department=shipping&text=x")


def test_the_inbox_costs_the_same_however_full(
    rep: FlaskClient, editor: FlaskClient, parts: Parts
) -> None:
    def cost(address: str) -> int:
        with statements(parts.engine) as sent:
            page(editor, address)
        return len(sent)

    def all_costs() -> list[int]:
        chosen = "&".join(f"item={n}" for n in range(1, 9))
        return [
            cost("/inbox"),
            cost("/inbox?text=question&person=rita"),
            cost("/inbox/1"),
            cost(f"/inbox/answers?{chosen}"),
            cost(f"/inbox/assignments?{chosen}"),
            cost("/inbox/searches"),
        ]

    vote(rep, parts, "no", reason="wrong", comment="It is L7.")
    for number in range(9):
        asked(parts, f"question {number}")
    few = all_costs()
    for number in range(10, 200):
        asked(parts, f"question {number}")
    assert all_costs() == few
    assert max(few) <= 24


def test_a_get_on_an_answer_changes_nothing(rep: FlaskClient, editor: FlaskClient) -> None:
    ask(rep, "norway")
    assert editor.get("/inbox/1/answer").status_code == 405
    assert "promised by" in page(rep, "/questions")


def test_a_view_is_kept_by_its_name_and_nobody_elses(
    editor: FlaskClient, reviewer: FlaskClient
) -> None:
    for query in ("show=open&due=overdue", "show=mine"):
        kept = editor.post("/inbox/views", data={"name": " Late  ones ", "query": query})
        assert kept.location == f"/inbox?{query}"
    shown = page(editor, "/inbox")
    assert shown.count("Late ones</a>") == 1
    assert 'href="/inbox?show=mine"' in shown
    assert "Late ones" not in page(reviewer, "/inbox")
    reviewer.post("/inbox/views/1/removal")
    assert "Late ones</a>" in page(editor, "/inbox")
    editor.post("/inbox/views/1/removal")
    assert "Late ones</a>" not in page(editor, "/inbox")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_what_is_no_view_is_not_kept_and_told_at_its_field(editor: FlaskClient, name: str) -> None:
    ask(editor, "gloves")
    asked = "/inbox/views?show=open&sort=oldest"
    refused = editor.post(asked, data={"name": name, "query": "show=open&sort=oldest"})
    assert refused.status_code == 400
    check_page(refused.text)
    field = tag_named(refused.text, "name")
    assert 'aria-invalid="true"' in field
    assert "autofocus" in field
    assert name.strip() in field
    # It is the list that was looked at, and its links lead on from there.
    assert "/inbox?show=open" in refused.text
    assert "/inbox/views?show=answered" not in refused.text
    assert "My views" not in page(editor, "/inbox")


def test_a_view_of_what_is_no_list_is_not_kept(editor: FlaskClient) -> None:
    assert editor.post("/inbox/views", data={"name": "x", "query": "a\nb"}).status_code == 400


def test_a_person_has_twenty_views_at_most(editor: FlaskClient) -> None:
    for nth in range(21):
        kept = editor.post("/inbox/views", data={"name": f"view {nth}", "query": "show=open"})
    assert "20 views already" in kept.text
    assert "view 20" in tag_named(kept.text, "name")
    shown = page(editor, "/inbox")
    assert "view 19</a>" in shown
    assert "view 20</a>" not in shown


def test_of_what_very_many_say_it_is_said_that_there_is_more(
    editor: FlaskClient, parts: Parts
) -> None:
    with parts.engine.begin() as connection:
        connection.execute(insert(items), [_answered(parts) for _ in range(MOST + 1)])
    shown = page(editor, "/inbox?show=answered&text=parcel")
    assert "More than 2,000 answered items are like that" in shown
    assert "2,000+" in shown
    assert 'href="/inbox?show=answered&amp;text=parcel&amp;page=2"' in shown
    assert "More than" not in page(editor, "/inbox?show=answered&text=parcels")
    assert "More than" not in page(editor, "/inbox?show=answered")
    other = page(editor, "/inbox?show=open&text=parcel")
    assert "2,000+" in other
    assert "More than" not in other
    last = page(editor, "/inbox?show=answered&text=parcel&page=81")
    assert 'id="item-' in last
    assert "page=82" not in last


def _answered(parts: Parts) -> dict[str, object]:
    asked = {"kind": "request", "query": "parcel", "folded": "parcel", "department": "shipping"}
    times = dict.fromkeys(("created_at", "changed_at", "due_at", "soon_at"), NOW)
    reporter = parts.people.directory.by_email("editor@kb.example")
    return {**asked, **times, "reporter_id": reporter.id, "state": "answered"}
