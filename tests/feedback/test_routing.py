"""Whose inbox something goes to, and who hears of it first: never where nobody is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from kb.documents.settings_files.departments import parse_departments
from kb.parts import Parts
from kb.procedures.model import UNASSIGNED, Departments, Keyword, Procedure
from tests.conftest import DEPARTMENTS, NOW

LATE = Procedure(
    id="SHP-014",
    title="Complaint: Late Shipment",
    path="shipping/late.md",
    version="0" * 12,
    department="shipping",
    keywords=(Keyword("Complaint: Late Shipment"), Keyword("where is my parcel")),
    owner="Editor@kb.example",
    deputy="reviewer@kb.example",
    audience=("Partners",),
)
ROUTES = """
routes:
  - category: complaint
    audience: partners
    to: billing
  - category: Refund
    to: billing
"""


def departments(more: str = "") -> Departments:
    found = parse_departments((DEPARTMENTS + more).encode())
    assert found.faults == ()
    return found


def id_of(parts: Parts, who: str) -> int:
    found = parts.people.directory.by_email(f"{who}@kb.example")
    assert found is not None
    return found.id


def test_the_owner_hears_first(parts: Parts):
    route = parts.feedback.routing.of(LATE, departments())
    assert route.department.id == "shipping"
    assert route.tell == (id_of(parts, "editor"),)
    assert route.able == {id_of(parts, "editor"), id_of(parts, "reviewer")}


def test_the_deputy_where_the_owner_is_disabled_then_the_lead_then_everybody(parts: Parts):
    parts.people.directory.disable(id_of(parts, "editor"), NOW)
    assert parts.feedback.routing.of(LATE, departments()).tell == (id_of(parts, "reviewer"),)
    lead = replace(LATE, owner="gone@kb.example", deputy=None)
    assert parts.feedback.routing.of(lead, departments()).tell == (id_of(parts, "reviewer"),)
    nobody = parse_departments(b"departments: [{id: shipping}]")
    assert parts.feedback.routing.of(lead, nobody).tell == (id_of(parts, "reviewer"),)
    parts.people.directory.enable(id_of(parts, "editor"))
    both = {id_of(parts, "editor"), id_of(parts, "reviewer")}
    assert set(parts.feedback.routing.of(lead, nobody).tell) == both


def test_an_owner_of_another_department_is_not_told_what_they_may_not_answer(parts: Parts):
    route = parts.feedback.routing.of(
        replace(LATE, owner="outsider@kb.example", deputy=None), departments()
    )
    assert route.tell == (id_of(parts, "reviewer"),)


@pytest.mark.parametrize("department", ["nowhere", UNASSIGNED])
def test_what_fits_nowhere_reaches_the_administrators(parts: Parts, department: str):
    route = parts.feedback.routing.of(
        replace(LATE, department=department, owner=None), departments()
    )
    assert route.department.id == UNASSIGNED
    assert route.tell == (id_of(parts, "admin"),)


def test_a_detour_by_category_and_audience(parts: Parts):
    detoured = departments(ROUTES)
    assert parts.feedback.routing.of(LATE, detoured).department.id == "billing"
    assert parts.feedback.routing.of(LATE, detoured).tell == (id_of(parts, "outsider"),)
    other = replace(LATE, audience=("staff",))
    assert parts.feedback.routing.of(other, detoured).department.id == "shipping"
    money = replace(other, keywords=(Keyword("Refund: Lost Order"),))
    assert parts.feedback.routing.of(money, detoured).department.id == "billing"


def test_a_search_without_a_department_is_guessed(parts: Parts):
    detoured = departments(ROUTES)

    def guessed(query: str, likely: str | None) -> str:
        return parts.feedback.routing.guessed(query, likely, detoured).department.id

    assert guessed("my  REFUND please", "shipping") == "billing"
    assert guessed("refunds", "shipping") == "shipping"
    assert guessed("zebra", None) == UNASSIGNED


def test_whose_inboxes_are_whose(parts: Parts):
    def answers(who: str) -> frozenset[str]:
        person = parts.people.directory.get(id_of(parts, who))
        assert person is not None
        return parts.feedback.routing.answering(person, departments()).departments

    assert answers("rep") == frozenset()
    assert answers("editor") == {"shipping"}
    assert answers("admin") == {UNASSIGNED}
    parts.people.directory.set_roles(
        id_of(parts, "outsider"), administrator=False, editor_of=(), reviewer_of=()
    )
    assert answers("outsider") == {"billing"}  # as its lead
    assert answers("admin") == {UNASSIGNED, "billing"}


def test_a_department_that_is_gone_is_no_dead_end(parts: Parts):
    route = parts.feedback.routing.to("shipping", departments())
    item = parts.feedback.inbox.ask(id_of(parts, "rep"), "norway", route, "", NOW)
    for who in ("editor", "reviewer"):
        parts.people.directory.disable(id_of(parts, who), NOW)
    admin = parts.people.directory.get(id_of(parts, "admin"))
    assert admin is not None
    answering = parts.feedback.routing.answering(admin, Departments())
    assert parts.feedback.inbox.get(item.id, answering.departments) == item
    told = parts.feedback.routing.of_item(item, Departments())
    assert told.tell == (admin.id,)
