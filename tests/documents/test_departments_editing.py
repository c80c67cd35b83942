"""departments.yml edited in place: what is not meant keeps its bytes, whatever the layout."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.documents.settings_files.departments import parse_departments
from kb.documents.settings_files.departments_editing import (
    AlreadyThere,
    NotThere,
    said_for_all,
    said_of,
    with_department,
    with_new_department,
    without_department,
)
from kb.documents.source.lines import NotAmendable
from kb.documents.text.plain_text import tidy
from tests.conftest import DEPARTMENTS

COMMENTED = b"""\
# Who owns what.
time_zone: Europe/Amsterdam
hours: Mon-Fri 9:00-17:00   # for all
departments:
  # the first one
  - id: shipping
    name: "Shipping"   # as on the door
    lead: reviewer@kb.example
    colour: green
    # how to reach them
    channel: '#shipping'
  - name: Billing
    id: billing

    holidays:
      - 2026-12-25
      - 2026-12-26  # boxing day

# the end
"""


def test_what_an_entry_says_is_told_as_text() -> None:
    assert said_of(COMMENTED, "shipping") == {
        "id": "shipping",
        "name": "Shipping",
        "lead": "reviewer@kb.example",
        "colour": "green",
        "channel": "#shipping",
    }
    assert said_of(COMMENTED, "billing")["holidays"] == "2026-12-25, 2026-12-26"
    assert said_for_all(COMMENTED) == {
        "hours": "Mon-Fri 9:00-17:00",
        "time_zone": "Europe/Amsterdam",
    }


def test_one_key_changes_and_every_other_byte_stays() -> None:
    changed = with_department(COMMENTED, "shipping", {"channel": "#ship: now", "name": "Ships"})
    assert changed == COMMENTED.replace(b"'#shipping'", b"'#ship: now'").replace(
        b'"Shipping"', b'"Ships"'
    )


def test_a_new_key_stands_in_its_place_and_an_empty_one_goes() -> None:
    changed = with_department(
        COMMENTED, "shipping", {"answer_within": "8 hours", "lead": "", "review_every": "90 days"}
    )
    text = changed.decode()
    assert "    lead:" not in text
    assert (
        '    name: "Shipping"   # as on the door\n'
        "    colour: green\n"
        "    # how to reach them\n"
        "    channel: '#shipping'\n"
        "    answer_within: 8 hours\n"
        "    review_every: 90 days\n"
    ) in text
    department = parse_departments(changed).by_id["shipping"]
    assert (department.lead, department.review_every) == (None, 90)


def test_the_first_key_of_an_entry_can_change_and_go() -> None:
    changed = with_department(COMMENTED, "billing", {"name": "Bills"})
    assert b"  - name: Bills\n    id: billing\n" in changed
    changed = with_department(COMMENTED, "billing", {"name": ""})
    assert b"  - id: billing\n" in changed


def test_holidays_are_a_list_whose_items_keep_their_comments() -> None:
    changed = with_department(
        COMMENTED, "billing", {"holidays": "2026-12-25, 2026-12-26, 2027-01-01"}
    )
    assert b"      - 2026-12-26  # boxing day\n      - 2027-01-01\n" in changed
    changed = with_department(COMMENTED, "shipping", {"holidays": "2026-12-25"})
    assert b"    holidays: [2026-12-25]\n" in changed


def test_a_department_is_added_at_the_end_of_the_list() -> None:
    added = with_new_department(COMMENTED, "returns", {"name": "Returns", "hours": "Mon 9-12"})
    assert added == COMMENTED.replace(
        b"boxing day\n",
        b"boxing day\n  - id: returns\n    name: Returns\n    hours: Mon 9-12\n",
    )
    assert without_department(added, "returns") == COMMENTED
    with pytest.raises(AlreadyThere):
        with_new_department(added, "returns", {"name": "Again"})


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"# nothing yet\n",
        b"departments:\n",
        b"time_zone: UTC\n",
        b"time_zone: UTC",
        b"- id: a\n- id: b",
        b"departments:\n- id: a\n",
        DEPARTMENTS.encode(),
        DEPARTMENTS.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + DEPARTMENTS.encode(),
        DEPARTMENTS.rstrip("\n").encode(),
        b"departments:\n  - id: a\nhours: Mon 9:00-10:00\n",
    ],
)
def test_a_department_can_be_added_to_any_file_and_taken_out_again(raw: bytes) -> None:
    before = parse_departments(raw).by_id
    added = with_new_department(raw, "new-one", {"name": "New: One", "lead": "a@b.example"})
    found = parse_departments(added)
    assert list(found.by_id) == [*before, "new-one"]
    assert (found.by_id["new-one"].name, found.by_id["new-one"].lead) == (
        "New: One",
        "a@b.example",
    )
    assert {id: found.by_id[id] for id in before} == before
    assert parse_departments(without_department(added, "new-one")).by_id == before
    if b"\r\n" in raw:
        assert b"\n" not in added.replace(b"\r\n", b"")
    changed = with_department(added, "new-one", {"name": "Newer", "channel": "#x"})
    assert parse_departments(changed).by_id["new-one"].channel == "#x"


@pytest.mark.parametrize(
    "raw",
    [
        b"departments: [{id: shipping}]\n",
        b"departments:\n  - {id: shipping}\n",
        b"departments:\n  - shipping\n",
        b"departments: 7\n",
        b"departments:\n  - id: [\n",
        "departments:\n  - id: shipping\n".encode("utf-16"),
        b"just text\n",
    ],
)
def test_an_unusual_layout_is_refused_with_a_line(raw: bytes) -> None:
    with pytest.raises((NotAmendable, NotThere)):
        with_department(raw, "shipping", {"name": "Ships"})


def test_an_unknown_department_is_told() -> None:
    for change in (
        lambda: with_department(COMMENTED, "nope", {"name": "x"}),
        lambda: without_department(COMMENTED, "nope"),
    ):
        with pytest.raises(NotThere):
            change()


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30)


@settings(deadline=None)
@given(name=TEXTS, channel=TEXTS)
def test_any_words_are_kept_as_they_are(name: str, channel: str) -> None:
    said = {"name": tidy(name) or "x", "channel": tidy(channel) or "y"}
    try:
        changed = with_department(COMMENTED, "shipping", said)
    except NotAmendable:
        return
    assert {k: said_of(changed, "shipping")[k] for k in said} == said
    assert said_of(changed, "billing") == said_of(COMMENTED, "billing")
