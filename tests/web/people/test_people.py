"""Administrators keep the people; to everybody else the pages are not there."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import NOW, PASSWORD, signed_in
from tests.pagekit import check_page, page
from tests.web.acts import statements

NEW = {"email": "new@kb.example", "name": "Nia New"}


def number_of(parts: Parts, email: str) -> int:
    return parts.people.directory.by_email(email).id


def test_everybody_is_listed_with_their_roles(administrator: FlaskClient) -> None:
    shown = page(administrator, "/people")
    for words in ("Rita Rep", "editor of Shipping", "editor and lead of Billing", "administrator"):
        assert words in shown
    assert "5 people" in shown


def test_people_are_found_by_name_or_address(administrator: FlaskClient) -> None:
    assert "Rita Rep" not in page(administrator, "/people?q=outsider@")
    assert "Otto Outsider" in page(administrator, "/people?q=outsider@")
    nobody = page(administrator, "/people?q=%3Cscript%3E")
    assert "&lt;script&gt;" in nobody
    assert "Nobody’s name" in nobody


@pytest.mark.parametrize("client", ["rep", "editor", "reviewer", "outsider"])
def test_to_others_it_is_not_there(
    client: str, request: pytest.FixtureRequest, parts: Parts
) -> None:
    other = request.getfixturevalue(client)
    for address in ("/people", "/people/new", "/people/1"):
        assert other.get(address).status_code == 404
    assert other.post("/people", data=NEW).status_code == 404
    for verb in ("roles", "password", "entry"):
        assert other.post(f"/people/1/{verb}", data={"allowed": "no"}).status_code == 404
    assert parts.people.directory.by_email(NEW["email"]) is None
    assert not parts.people.directory.get(1).disabled


def test_signed_out_it_asks_to_sign_in(anonymous: FlaskClient) -> None:
    assert anonymous.get("/people").status_code == 302
    assert anonymous.post("/people", data=NEW).status_code == 401


def test_somebody_new_gets_a_password_shown_once(
    administrator: FlaskClient, app: Flask, parts: Parts
) -> None:
    page(administrator, "/people/new")
    added = administrator.post("/people", data={**NEW, "editor_of": ["billing"]})
    assert added.status_code == 201
    check_page(added.text)
    password = re.search(r'class="secret">([^<]+)<', added.text)[1]
    entered = app.test_client().post("/sign-in", data={"email": NEW["email"], "password": password})
    assert entered.status_code == 302
    number = number_of(parts, NEW["email"])
    assert password not in page(administrator, f"/people/{number}")
    assert parts.people.directory.get(number).editor_of == {"billing"}


def test_somebody_new_may_be_given_a_password(administrator: FlaskClient, app: Flask) -> None:
    added = administrator.post("/people", data={**NEW, "password": PASSWORD})
    assert PASSWORD not in added.text
    signed_in(app, NEW["email"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"email": "rep@kb.example"}, "is there already"),
        ({"email": "no address"}, "is no e-mail address"),
        ({"email": ""}, "Write something here"),
        ({"name": " "}, "Write something here"),
        ({"name": "\x07"}, "The name is empty"),
        ({"name": "x" * 121}, "At most 120"),
        ({"password": "short"}, "too short"),
        ({"editor_of": "nowhere"}, "not a valid choice"),
    ],
)
def test_what_cannot_be_added_is_shown_again(
    administrator: FlaskClient, change: dict[str, str], told: str, parts: Parts
) -> None:
    refused = administrator.post("/people", data={**NEW, **change})
    assert refused.status_code == 400
    assert told in refused.text
    check_page(refused.text)
    assert parts.people.directory.everyone(1, 10).total == 5


def test_roles_are_given_and_taken(administrator: FlaskClient, parts: Parts) -> None:
    number = number_of(parts, "rep@kb.example")
    given = administrator.post(
        f"/people/{number}/roles",
        data={"administrator": "y", "editor_of": ["shipping"], "reviewer_of": ["billing"]},
    )
    assert given.status_code == 302
    person = parts.people.directory.get(number)
    assert (person.administrator, person.editor_of, person.reviewer_of) == (
        True,
        {"shipping"},
        {"billing"},
    )
    shown = page(administrator, f"/people/{number}")
    assert "administrator; editor of Shipping; reviewer of Billing" in shown
    administrator.post(f"/people/{number}/roles", data={})
    assert parts.people.directory.get(number).role_words == "rep"


def test_a_role_of_no_department_is_refused(administrator: FlaskClient, parts: Parts) -> None:
    refused = administrator.post("/people/1/roles", data={"editor_of": "nowhere"})
    assert refused.status_code == 400
    check_page(refused.text)
    assert parts.people.directory.get(1).role_words == "rep"


def test_a_role_in_a_department_that_is_gone_can_be_taken(
    administrator: FlaskClient, parts: Parts
) -> None:
    parts.people.directory.set_roles(1, administrator=False, editor_of=["gone"], reviewer_of=())
    assert 'value="gone"' in page(administrator, "/people/1")
    administrator.post("/people/1/roles", data={})
    assert parts.people.directory.get(1).role_words == "rep"


@pytest.mark.parametrize(("verb", "given"), [("roles", {}), ("entry", {"allowed": "no"})])
def test_the_last_administrator_stays(
    administrator: FlaskClient, parts: Parts, verb: str, given: dict[str, str]
) -> None:
    number = number_of(parts, "admin@kb.example")
    refused = administrator.post(f"/people/{number}/{verb}", data=given)
    assert refused.status_code == 409
    check_page(refused.text)
    person = parts.people.directory.get(number)
    assert person.administrator
    assert not person.disabled


def test_a_disabled_person_is_out_and_comes_back(
    administrator: FlaskClient, rep: FlaskClient, app: Flask, parts: Parts
) -> None:
    number = number_of(parts, "rep@kb.example")
    administrator.post(f"/people/{number}/entry", data={"allowed": "no"})
    assert "is out" in page(administrator, f"/people/{number}")
    assert rep.get("/").status_code == 302
    again = app.test_client().post(
        "/sign-in", data={"email": "rep@kb.example", "password": PASSWORD}
    )
    assert again.status_code == 403
    administrator.post(f"/people/{number}/entry", data={"allowed": "yes"})
    signed_in(app, "rep@kb.example")


def test_a_new_password_is_shown_once_and_ends_sessions(
    administrator: FlaskClient, rep: FlaskClient, app: Flask, parts: Parts
) -> None:
    number = number_of(parts, "rep@kb.example")
    changed = administrator.post(f"/people/{number}/password", data={})
    check_page(changed.text)
    password = re.search(r'class="secret">([^<]+)<', changed.text)[1]
    assert rep.get("/").status_code == 302
    entered = app.test_client().post(
        "/sign-in", data={"email": "rep@kb.example", "password": password}
    )
    assert entered.status_code == 302


def test_ones_own_new_password_leaves_one_here(administrator: FlaskClient, parts: Parts) -> None:
    number = number_of(parts, "admin@kb.example")
    administrator.post(f"/people/{number}/password", data={"password": "a new long password"})
    page(administrator, "/people")


def test_a_weak_password_is_refused(administrator: FlaskClient, app: Flask) -> None:
    refused = administrator.post("/people/1/password", data={"password": "short"})
    assert refused.status_code == 409
    assert "too short" in refused.text
    signed_in(app, "rep@kb.example")


@pytest.mark.parametrize("number", ["999", "99999999999999999999"])
def test_nobody_is_a_404(administrator: FlaskClient, number: str) -> None:
    assert administrator.get(f"/people/{number}").status_code == 404
    assert administrator.post(f"/people/{number}/entry", data={"allowed": "no"}).status_code == 404


def test_an_entry_that_is_neither_yes_nor_no(administrator: FlaskClient, parts: Parts) -> None:
    assert administrator.post("/people/1/entry", data={"allowed": "x"}).status_code == 400
    assert not parts.people.directory.get(1).disabled


@pytest.mark.parametrize("verb", ["roles", "password", "entry"])
def test_a_get_on_a_post_changes_nothing(administrator: FlaskClient, verb: str) -> None:
    assert administrator.get(f"/people/1/{verb}").status_code == 405


def test_script_in_a_name_is_shown_and_never_run(administrator: FlaskClient) -> None:
    administrator.post("/people", data={**NEW, "name": "<script>alert(1)</script>"})
    shown = page(administrator, "/people")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
    page(administrator, "/people/6")


def test_the_list_costs_the_same_however_long(administrator: FlaskClient, parts: Parts) -> None:
    def cost() -> int:
        with statements(parts.engine) as sent:
            page(administrator, "/people")
        return len(sent)

    few = cost()
    for number in range(60):
        parts.people.directory.add(
            f"p{number}@kb.example", f"P {number}", PASSWORD, editor_of=["billing"], now=NOW
        )
    assert cost() == few
    assert "65 people" in page(administrator, "/people?page=3")
