"""What stands beside the list is what it would list, however it is counted."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import product

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, insert

from kb.database import items
from kb.feedback.model import OF_PROCEDURES, OPEN, Reason, State, folded
from kb.feedback.sql.facets import MOST, OTHERS, Facets
from kb.feedback.sql.inbox import Inbox
from kb.feedback.sql.selection import NOBODY, Due, Listed
from tests.feedback.conftest import ANA, DANA, NOW, OLA

TWELVE = frozenset(f"d{number}" for number in range(12))
ANSWERED = frozenset({State.ANSWERED})
DONE = {"state": "answered", "answers": 1, "assignee_id": DANA.id}


def put(engine: Engine, count: int, **fixed: object) -> None:
    """Items of twelve departments, of all reasons, states, dues and assignees."""
    dice = random.Random(count)

    def one() -> dict[str, object]:
        due = NOW + timedelta(hours=dice.randrange(-9, 9))
        comment = " ".join(dice.choices(("Parcel", "refund,", "straße", "100%"), k=2))
        return {
            "kind": "feedback",
            "department": f"d{dice.randrange(12)}",
            "reporter_id": dice.choice((1, 2)),
            "reason": dice.choice(OF_PROCEDURES).value,
            "comment": comment,
            "folded": folded(comment),
            "created_at": NOW,
            "changed_at": NOW,
            "due_at": due,
            "soon_at": due - timedelta(hours=2),
            "state": dice.choice([state.value for state in (*OPEN, State.ANSWERED)]),
            "assignee_id": dice.choice((None, DANA.id, OLA.id)),
            **fixed,
        }

    with engine.begin() as connection:
        connection.execute(insert(items), [one() for _ in range(count)])


@pytest.mark.parametrize("departments", [TWELVE, frozenset({"d1", "d2"})])
@pytest.mark.parametrize("text", ["", "parcel", "fun arc", "STRASSE", "0%", "nowhere"])
def test_each_cell_is_as_many_as_would_be_listed(
    engine: Engine, inbox: Inbox, departments: frozenset[str], text: str
):
    put(engine, 400)
    asked = Listed(departments, states=OPEN, text=text)
    cells = Facets(engine).found(asked, DANA.id, None, NOW).cells
    assert {cell.assignee_id for cell in cells} <= {NOBODY, DANA.id, OTHERS, None}
    for department, due in product(("d1", "d2"), Due):
        here = replace(asked, department=department, due=due)
        counted = [cell for cell in cells if (cell.department, cell.due) == (department, due)]
        assert inbox.lists.page(here, NOW).total == sum(cell.number for cell in counted)
    by = Counter[tuple[State, int | None]]()
    for cell in cells:
        by[cell.state, cell.assignee_id] += cell.number
    for whose in (NOBODY, DANA.id):
        to_do = replace(asked, states=OPEN - {State.WAITING}, assignee_ids=frozenset({whose}))
        assert inbox.lists.page(to_do, NOW).total == by[State.NEW, whose]
    assert inbox.lists.page(replace(asked, states=ANSWERED), NOW).total == by[State.ANSWERED, None]


@pytest.mark.parametrize("person", ["", "an", "nobody"])
@pytest.mark.parametrize("text", ["", "parcel refund", "nowhere"])
def test_what_was_counted_is_listed_without_looking_again(
    engine: Engine, inbox: Inbox, text: str, person: str
):
    put(engine, 400)
    asked = Listed(TWELVE, states=ANSWERED, text=text, reporter=person, reason=Reason.WRONG)
    found = Facets(engine).found(asked, ANA.id, DANA.id, NOW)
    looked_for = replace(asked, assignee_ids=frozenset({DANA.id}))
    listed = found.listed(looked_for)
    assert (listed.ids is None) == (text == person == "")
    assert inbox.lists.shown(listed, NOW) == inbox.lists.page(looked_for, NOW).items
    wrong = [c.number for c in found.cells if (c.state, c.reason) == ("answered", Reason.WRONG)]
    assert sum(wrong) == inbox.lists.page(looked_for, NOW).total


def test_of_what_very_many_say_it_is_said_that_there_is_more(engine: Engine, inbox: Inbox):
    put(engine, MOST, **DONE, folded="parcel")
    asked = Listed(TWELVE, states=ANSWERED, text="parcel")
    found = Facets(engine).found(asked, ANA.id, None, NOW)
    assert not found.more
    assert sum(cell.number for cell in found.cells) == MOST
    put(engine, 1, **DONE, folded="a parcel")
    found = Facets(engine).found(asked, ANA.id, None, NOW)
    assert found.more
    assert found.listed(asked) == asked
    everything = replace(asked, text="")
    cells = Facets(engine).found(everything, ANA.id, None, NOW).cells
    assert sum(cell.number for cell in cells) == MOST + 1


def test_one_more_than_a_page_tells_that_it_goes_on(engine: Engine, inbox: Inbox):
    put(engine, 5, **DONE)
    asked = Listed(TWELVE, states=ANSWERED, per_page=4)
    assert len(inbox.lists.shown(asked, NOW)) == 5
    assert len(inbox.lists.shown(replace(asked, page=2), NOW)) == 1
