from __future__ import annotations

import pytest

from kb.people.person import Person
from kb.people.rights import RIGHTS, Right, Role, may
from kb.procedures.model import UNASSIGNED

OWN = frozenset({"shipping"})
REP = Person(1, "rep@kb.example", "Rita Rep")
EDITOR = Person(2, "editor@kb.example", "Eddy Editor", editor_of=OWN)
REVIEWER = Person(3, "reviewer@kb.example", "Rena Reviewer", reviewer_of=OWN)
ADMINISTRATOR = Person(4, "admin@kb.example", "Ada Admin", administrator=True)
LEAD = Person(6, "lead@kb.example", "Lena Lead", leads=OWN)
DISABLED = Person(5, "gone@kb.example", "Gina Gone", administrator=True, disabled=True)
EVERYBODY = (REP, EDITOR, REVIEWER, LEAD, ADMINISTRATOR, DISABLED)
PLACES = (None, "shipping", "billing", UNASSIGNED)

# Who may, for each right and place; whoever is not named may not.
TABLE = {(Right.READ, place): {REP, EDITOR, REVIEWER, LEAD, ADMINISTRATOR} for place in PLACES} | {
    (Right.VOTE, None): {REP, EDITOR, REVIEWER, LEAD, ADMINISTRATOR},
    (Right.VOTE, "billing"): {REP, EDITOR, REVIEWER, LEAD, ADMINISTRATOR},
    (Right.ASK, "shipping"): {REP, EDITOR, REVIEWER, LEAD, ADMINISTRATOR},
    (Right.ANSWER, "shipping"): {EDITOR, REVIEWER, LEAD},
    (Right.ANSWER, "billing"): set(),
    (Right.ANSWER, UNASSIGNED): {ADMINISTRATOR},
    (Right.WRITE, "shipping"): {EDITOR, REVIEWER},
    (Right.WRITE, "billing"): set(),
    (Right.WRITE, UNASSIGNED): {ADMINISTRATOR},
    (Right.CONFIRM, "shipping"): {EDITOR, REVIEWER},
    (Right.CONFIRM, "billing"): set(),
    (Right.CONFIRM, UNASSIGNED): {ADMINISTRATOR},
    (Right.HAND_OVER, "shipping"): {EDITOR, REVIEWER, LEAD},
    (Right.HAND_OVER, "billing"): set(),
    (Right.HAND_OVER, UNASSIGNED): {ADMINISTRATOR},
    (Right.BRING_IN, "shipping"): {EDITOR, REVIEWER},
    (Right.BRING_IN, "billing"): set(),
    (Right.BRING_IN, UNASSIGNED): {ADMINISTRATOR},
    (Right.TAKE_OUT, "shipping"): {EDITOR, REVIEWER, LEAD},
    (Right.TAKE_OUT, "billing"): set(),
    (Right.TAKE_OUT, None): {ADMINISTRATOR},
    (Right.ERASE, None): {ADMINISTRATOR},
    (Right.READ_DRAFTS, "shipping"): {EDITOR, REVIEWER, LEAD},
    (Right.READ_DRAFTS, "billing"): set(),
    (Right.READ_DRAFTS, UNASSIGNED): {ADMINISTRATOR},
    (Right.TELL_ALL, "shipping"): {EDITOR, REVIEWER, LEAD},
    (Right.TELL_ALL, "billing"): set(),
    (Right.TELL_ALL, None): {ADMINISTRATOR},
    (Right.OVERSEE, None): {ADMINISTRATOR},
    (Right.KEEP_PEOPLE, None): {ADMINISTRATOR},
    (Right.KEEP_TOKENS, None): {ADMINISTRATOR},
}


@pytest.mark.parametrize(("right", "place"), TABLE)
def test_who_may_do_what(right: Right, place: str | None):
    assert {one for one in EVERYBODY if may(one, right, place)} == TABLE[right, place]


@pytest.mark.parametrize("one", EVERYBODY[:-1])
@pytest.mark.parametrize("place", PLACES[1:])
def test_the_table_agrees_with_a_persons_departments(one: Person, place: str):
    assert may(one, Right.ANSWER, place) is (place in one.departments)
    assert may(one, Right.WRITE, place) is (place in one.writes_for)
    assert may(one, Right.READ_DRAFTS, place) is (place in one.reader().drafts_of)


def test_every_role_and_right_is_in_the_table():
    assert set(RIGHTS) == set(Role)
    assert frozenset().union(*RIGHTS.values()) == set(Right)
