from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents.settings_files.departments import parse_departments, spoilt
from kb.procedures.model import Department, Detour

GOOD = b"""\
departments:
  - id: shipping
    name: Shipping
    lead: Dana.Reyes@kb.example
    channel: "#shipping-now, ext. 4410"
    answer_within: 8 hours
    review_every: 6 months
    colour: blue
  - id: north-west
  - billing
"""


def test_a_sound_file() -> None:
    found = parse_departments(GOOD)
    assert found.faults == ()
    assert list(found.by_id) == ["shipping", "north-west", "billing"]
    assert found.get("shipping") == Department(
        "shipping",
        "Shipping",
        "dana.reyes@kb.example",
        "#shipping-now, ext. 4410",
        timedelta(hours=8),
        183,
    )
    assert found.get("north-west") == Department("north-west", "North west")


def test_changes_are_direct_unless_a_department_has_them_reviewed() -> None:
    found = parse_departments(
        b"- id: a\n- id: b\n  changes: Reviewed\n- id: c\n  changes: direct\n"
    )
    assert [one.changes_reviewed for one in found.by_id.values()] == [False, True, False]
    (fault,) = parse_departments(b"- id: a\n  changes: perhaps\n").faults
    assert (fault.line, fault.code) == (2, "unusable-value")


@pytest.mark.parametrize("raw", [b"", b"\n", b"# nothing\n", b"departments:\n"])
def test_no_departments_are_no_fault(raw: bytes) -> None:
    found = parse_departments(raw)
    assert (found.by_id, found.faults) == ({}, ())


def test_a_bare_list_will_do() -> None:
    assert list(parse_departments(b"- id: a\n- id: b\n").by_id) == ["a", "b"]


@pytest.mark.parametrize(
    ("raw", "line", "code"),
    [
        (b"departments:\n  - id: a\n    name: x: y\n", 3, "broken-yaml"),
        (b"departments: shipping\n", 1, "unusable-value"),
        (b"departments:\n  - id: a\n  - name: B\n", 1, "unusable-id"),
        (b"departments:\n  - id: a\n  - id: b c\n", 3, "unusable-id"),
        (b"departments:\n  - id: unassigned\n", 2, "unusable-id"),
        (b"departments:\n  - id: new\n", 2, "unusable-id"),
        (b"departments:\n  - id: history\n", 2, "unusable-id"),
        (b"departments:\n  - id: a\n  - id: a\n", 3, "duplicate-id"),
        (b"departments:\n  - id: a\n    answer_within: soon\n", 3, "unusable-value"),
        (b"departments:\n  - id: a\n    review_every: often\n", 3, "unusable-value"),
        (b"departments:\n  - id: a\n    name: [x, y]\n", 3, "unusable-value"),
        (b"departments:\n  - id: a\n    name: caf\xe9\n", 3, "not-utf8"),
    ],
)
def test_each_fault_has_its_line(raw: bytes, line: int, code: str) -> None:
    (fault,) = parse_departments(raw).faults
    assert (fault.line, fault.code, fault.path) == (line, code, "departments.yml")
    assert fault.remedy


def test_one_wrong_department_hides_no_other() -> None:
    found = parse_departments(b"departments:\n  - id: a\n  - 7 up\n  - [b]\n  - id: c\n")
    assert list(found.by_id) == ["a", "c"]
    assert len(found.faults) == 2


@given(st.binary(max_size=200) | st.text(alphabet="id: ab-\n[]{}", max_size=80).map(str.encode))
def test_no_bytes_raise(raw: bytes) -> None:
    parse_departments(b"departments:\n" + raw)
    parse_departments(raw)


ROUTES = b"departments: [{id: billing}, {id: shipping}]\nroutes:\n"


def test_routes_are_read_as_detours():
    raw = (
        ROUTES
        + b"  - category: Refund\n    to: billing\n  - audience: partners\n    to: shipping\n"
    )
    found = parse_departments(raw)
    assert found.faults == ()
    assert found.detours == (
        Detour("billing", category="Refund"),
        Detour("shipping", audience="partners"),
    )


@pytest.mark.parametrize(
    ("written", "line", "code"),
    [
        (b"  - category: Refund\n    to: biling\n", 4, "unknown-department"),
        (b"  - to: billing\n", 3, "unusable-value"),
        (b"  - category: Refund\n", 2, "unusable-value"),
        (b"  - category: [a, b]\n    to: billing\n", 4, "unusable-value"),
        (b"  - billing\n", 2, "unusable-value"),
    ],
)
def test_a_route_that_leads_nowhere_is_a_fault(written: bytes, line: int, code: str):
    found = parse_departments(ROUTES + written)
    assert found.detours == ()
    assert [(fault.line, fault.code) for fault in found.faults] == [(line, code)]
    if code == "unknown-department":
        assert 'did you mean "billing"' in found.faults[0].remedy


@pytest.mark.parametrize(
    ("raw", "line", "meant"),
    [
        (b"departments:\n  - id: a\n    nmae: Post\n", 3, "name"),
        (b"departments:\n  - id: a\n    chnages: reviewed\n", 3, "changes"),
        (b"- id: a\n  answer within: 8 hours\n", 2, "answer_within"),
        (b"- id: a\n  Lead: x@kb.example\n", 2, "lead"),
        (b"hour: Mon 8:00-9:00\ndepartments:\n  - id: a\n", 1, "hours"),
        (
            b"departments:\n  - id: a\nroutes:\n  - to: a\n    audienc: X\n    category: X\n",
            5,
            "audience",
        ),
    ],
)
def test_a_slip_in_a_name_is_told_with_its_line(raw: bytes, line: int, meant: str) -> None:
    read = parse_departments(raw)
    (fault,) = read.faults
    assert fault.line == line
    assert fault.code == "misspelt-key"
    assert f'"{meant}"' in fault.remedy
    assert spoilt(read)


@pytest.mark.parametrize("own", [b"building: 7", b"colour: red", b"names: Post", b"x: 1"])
def test_a_name_of_ones_own_costs_nothing(own: bytes) -> None:
    read = parse_departments(b"- id: a\n  name: Post\n  " + own + b"\n")
    assert read.faults == ()
    assert read.by_id["a"].name == "Post"
