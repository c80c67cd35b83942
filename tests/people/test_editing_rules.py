"""The table of who may do what in which state, as a table; and which way a text may go."""

from __future__ import annotations

from itertools import product

import pytest
from msgspec.structs import replace

from kb.people.editing_rules import Forbidden, WayIn, way_to_save
from kb.people.person import Person
from kb.people.rights import RULES, Case, Right, Role, allows, may
from kb.procedures.model import UNASSIGNED, Department, Departments, Procedure, Status

SHIPPING = frozenset({"shipping"})
PEOPLE = {
    "rep": Person(1, "rep@kb.example", "Rita"),
    "editor": Person(2, "editor@kb.example", "Eddy", editor_of=SHIPPING),
    "reviewer": Person(3, "reviewer@kb.example", "Rena", reviewer_of=SHIPPING),
    "lead": Person(4, "lead@kb.example", "Lea"),
    "outsider": Person(
        5,
        "outsider@kb.example",
        "Otto",
        editor_of=frozenset({"billing"}),
        reviewer_of=frozenset({"billing"}),
    ),
    "admin": Person(6, "admin@kb.example", "Ada", administrator=True),
}
D, V, P, R = Status.DRAFT, Status.IN_REVIEW, Status.PUBLISHED, Status.RETIRED
UP, BACK, EVERY = {P, R}, {D, V}, set(Status)
NOBODY: dict[str, set[Status]] = {}
BOTH = ("editor", "reviewer")

# right: who may, in which states. By itself; then what is left of it where the department has
# changes reviewed, where two people are asked for, and both.
TABLE: dict[Right, dict[str, set[Status]]] = {
    Right.READ: dict.fromkeys(PEOPLE, UP),
    Right.READ_DRAFTS: dict.fromkeys((*BOTH, "lead"), BACK),
    Right.WRITE: dict.fromkeys(BOTH, EVERY),
    Right.PROPOSE: dict.fromkeys(BOTH, UP),
    Right.SUBMIT: dict.fromkeys(BOTH, BACK),
    Right.COMMENT: dict.fromkeys(BOTH, EVERY),
    Right.APPROVE: {"reviewer": {V, P, R}},
    Right.PUBLISH_LATER: {"reviewer": {V, P, R}},
    Right.CALL_OFF: {"reviewer": EVERY},
    Right.SEND_BACK: {"reviewer": EVERY},
    Right.WITHDRAW: NOBODY,
    Right.PUBLISH: {"reviewer": BACK},
    Right.MOVE: dict.fromkeys(BOTH, EVERY),
    Right.RETIRE: {name: {P} for name in BOTH},
    Right.REINSTATE: {name: {R} for name in BOTH},
    Right.REMOVE: dict.fromkeys(BOTH, BACK),
    Right.CONFIRM: {"reviewer": {P}},
    Right.BRING_IN: dict.fromkeys((*BOTH, "admin"), EVERY),
    Right.HAND_OVER: dict.fromkeys((*BOTH, "lead", "admin"), EVERY),
    Right.PUT_BACK: dict.fromkeys((*BOTH, "lead", "admin"), EVERY),
    Right.ERASE: {"admin": EVERY},
}
REVIEWED = {
    Right.WRITE: {"editor": BACK, "reviewer": EVERY},
    Right.MOVE: {"editor": BACK, "reviewer": EVERY},
    Right.RETIRE: {"reviewer": {P}},
    Right.REINSTATE: {"reviewer": {R}},
    Right.BRING_IN: dict.fromkeys((*BOTH, "admin"), BACK),
}
FOUR_EYES = {Right.PUBLISH: NOBODY}
REVIEWED_BY_FOUR_EYES = {
    Right.WRITE: dict.fromkeys(BOTH, BACK),
    Right.MOVE: dict.fromkeys(BOTH, BACK),
    Right.RETIRE: NOBODY,
    Right.REINSTATE: NOBODY,
    Right.BRING_IN: dict.fromkeys((*BOTH, "admin"), BACK),
    Right.PUBLISH: NOBODY,
}
OWN = {Right.WITHDRAW: dict.fromkeys(BOTH, EVERY)}
OWN_BY_FOUR_EYES = {**OWN, **FOUR_EYES, Right.APPROVE: NOBODY, Right.PUBLISH_LATER: NOBODY}


@pytest.mark.parametrize("right", TABLE)
@pytest.mark.parametrize(
    ("reviewed", "four_eyes", "own", "differs"),
    [
        (False, False, False, {}),
        (True, False, False, REVIEWED),
        (False, True, False, FOUR_EYES),
        (True, True, False, REVIEWED_BY_FOUR_EYES),
        (False, False, True, OWN),
        (False, True, True, OWN_BY_FOUR_EYES),
        (True, True, True, OWN_BY_FOUR_EYES | REVIEWED_BY_FOUR_EYES),
    ],
)
def test_who_may_do_what_in_which_state(right, reviewed, four_eyes, own, differs) -> None:
    department = Department(
        "shipping", "Shipping", lead="lead@kb.example", changes_reviewed=reviewed
    )
    found = {
        (name, state)
        for name, state in product(PEOPLE, Status)
        if allows(PEOPLE[name], right, Case(department, state, four_eyes, own))
    }
    expected = differs.get(right, TABLE[right])
    assert found == {(name, state) for name, states in expected.items() for state in states}


def test_of_the_editors_who_answers_for_it_confirms() -> None:
    department = Department("shipping", "Shipping", lead="lead@kb.example")
    found = {
        (name, state)
        for name, state in product(PEOPLE, Status)
        if allows(PEOPLE[name], Right.CONFIRM, Case(department, state, answers=True))
    }
    assert found == {("editor", P), ("reviewer", P)}


def test_every_rule_is_in_this_table() -> None:
    about_procedures = {rule.right for rule in RULES if rule.states}
    assert about_procedures == set(TABLE)
    assert {rule.right for rule in RULES} == set(Right)
    assert {role for rule in RULES for role in rule.roles} == set(Role)


@pytest.mark.parametrize("right", TABLE)
def test_nobody_who_is_disabled_may_do_anything(right: Right) -> None:
    for person, state in product(PEOPLE.values(), Status):
        case = Case(Department("shipping", "Shipping", lead=person.email), state, own=True)
        assert not allows(replace(person, disabled=True), right, case)


def test_what_belongs_to_no_department_is_the_administrators() -> None:
    case = Case(Department(UNASSIGNED, "Nobody’s"), Status.IN_REVIEW)
    assert allows(PEOPLE["admin"], Right.APPROVE, case)
    assert not allows(PEOPLE["reviewer"], Right.APPROVE, case)


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("status", Status)
def test_the_table_agrees_with_what_a_reader_may_read(name: str, status: Status) -> None:
    procedure = Procedure("X", "X", "x.md", "0" * 12, department="shipping", status=status)
    case = Case(Department("shipping", "Shipping"), status)
    rights = (Right.READ, Right.READ_DRAFTS)
    person = PEOPLE[name]
    assert person.reader().may_read(procedure) == any(allows(person, one, case) for one in rights)
    writes = allows(person, Right.WRITE, case)
    assert may(person, Right.WRITE, "shipping") == writes


def text(status: Status, department: str = "shipping") -> Procedure:
    return Procedure("X", "X", "x.md", "0" * 12, department=department, status=status)


DIRECT, REVIEW, NO = WayIn.DIRECT, WayIn.REVIEW, None


@pytest.mark.parametrize(
    ("before", "after", "editor", "reviewer", "with_two"),
    [
        # before → after: an editor, a reviewer, a reviewer where two people are asked for
        (None, D, DIRECT, DIRECT, DIRECT),
        (None, P, NO, DIRECT, NO),
        (D, D, DIRECT, DIRECT, DIRECT),
        (D, P, NO, DIRECT, NO),
        (D, R, NO, DIRECT, NO),
        (V, V, DIRECT, DIRECT, DIRECT),
        (V, P, NO, DIRECT, NO),
        (P, P, REVIEW, DIRECT, REVIEW),
        (P, D, REVIEW, DIRECT, REVIEW),
        (R, P, REVIEW, DIRECT, REVIEW),
    ],
)
def test_which_way_a_text_goes_where_changes_are_reviewed(
    before, after, editor, reviewer, with_two
) -> None:
    known = Departments({"shipping": Department("shipping", "Shipping", changes_reviewed=True)})
    tried = {"editor": (editor, False), "reviewer": (reviewer, False), "two": (with_two, True)}
    for name, (expected, four_eyes) in tried.items():
        person = PEOPLE["reviewer" if name == "two" else name]
        old = text(before) if before else None
        assert way(person, old, text(after), known, four_eyes) == expected, name
    for name in ("rep", "outsider", "admin", "lead"):
        assert way(PEOPLE[name], text(before) if before else None, text(after), known, False) is NO


def test_no_text_is_moved_into_a_department_past_its_reviewers() -> None:
    both = replace(PEOPLE["editor"], editor_of=frozenset({"shipping", "billing"}))
    known = Departments(
        {
            "shipping": Department("shipping", "Shipping"),
            "billing": Department("billing", "Billing", changes_reviewed=True),
        }
    )
    for one, other in (("shipping", "billing"), ("billing", "shipping")):
        assert way(both, text(P, one), text(P, other), known, False) is WayIn.REVIEW
    assert way(both, text(P), text(P), known, False) is WayIn.DIRECT
    assert way(PEOPLE["editor"], text(P), text(P, "billing"), known, False) is NO
    assert way(both, text(D), text(P, "billing"), known, False) is NO


def way(person, before, after, departments, four_eyes) -> WayIn | None:
    try:
        return way_to_save(person, before, after, departments, four_eyes=four_eyes)
    except Forbidden:
        return None
