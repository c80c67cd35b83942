from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.people.errors import UnusableEmail, UnusableName
from kb.people.person import Person, folded_email, usable_email, usable_name
from kb.procedures.model import UNASSIGNED


def person(**changes: object) -> Person:
    return Person(**{"id": 1, "email": "dana@kb.example", "name": "Dana Reyes", **changes})


def test_a_rep_has_no_department_and_sees_no_draft():
    assert person().departments == frozenset()
    assert person().reader().drafts_of == frozenset()


def test_editors_and_reviewers_see_the_drafts_of_their_departments():
    both = person(editor_of=frozenset({"shipping"}), reviewer_of=frozenset({"billing"}))
    assert both.reader().drafts_of == {"shipping", "billing"}


def test_an_administrator_sees_only_the_drafts_of_no_department():
    assert person(administrator=True).reader().drafts_of == {UNASSIGNED}


@pytest.mark.parametrize(
    ("disabled", "demo", "demo_allowed", "enters"),
    [
        (False, False, False, True),
        (False, False, True, True),
        (False, True, True, True),
        (False, True, False, False),
        (True, False, True, False),
        (True, True, True, False),
    ],
)
def test_who_may_enter(disabled: bool, demo: bool, demo_allowed: bool, enters: bool):
    assert person(disabled=disabled, demo=demo).may_enter(demo_allowed=demo_allowed) is enters


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Dana Reyes", "DR"),
        ("Dana", "D"),
        ("Jean Claude van Damme", "JD"),
        ("élodie öz", "ÉÖ"),
        ("王 小明", "王小"),
        ("(Ops) desk", "D"),
        ("???", "D"),
        ("ßa b", "SS"),
    ],
)
def test_initials(name: str, initials: str):
    assert person(name=name).initials == initials


def test_roles_in_words():
    assert person().role_words == "rep"
    lead = person(
        administrator=True,
        editor_of=frozenset({"shipping", "billing"}),
        reviewer_of=frozenset({"shipping"}),
    )
    assert lead.role_words == ("administrator; editor of billing, shipping; reviewer of shipping")


def test_an_address_is_folded():
    assert usable_email("  Ana.COSTA@Northwind.Example\n") == "ana.costa@northwind.example"
    assert usable_email("E\u0301lodie@kb.example") == usable_email("É".lower() + "lodie@kb.example")


@pytest.mark.parametrize(
    "email",
    [
        *("", " ", "\t", "ana", "@kb.example", "ana@", "a@b@c"),
        *("a b@c", "a\0@b", "a\ud800@b", "a\n@b", "a" * 250 + "@kb.example"),
    ],
)
def test_what_is_no_address_is_refused(email: str):
    with pytest.raises(UnusableEmail):
        usable_email(email)


@given(st.text())
def test_a_usable_address_is_stable(text: str):
    try:
        once = usable_email(text)
    except UnusableEmail:
        return
    assert usable_email(once) == once == folded_email(text)
    once.encode()


def test_a_name_stands_on_one_line():
    assert usable_name(" Dana\n\tReyes\0 ") == "Dana Reyes"
    assert usable_name("<script>alert(1)</script>") == "<script>alert(1)</script>"


@pytest.mark.parametrize("name", ["", " \n ", "\0", "x" * 121])
def test_an_empty_or_too_long_name_is_refused(name: str):
    with pytest.raises(UnusableName):
        usable_name(name)


@given(st.text(max_size=100))
def test_a_usable_name_can_be_stored(text: str):
    try:
        usable_name(text).encode()
    except UnusableName:
        return


@given(st.text(min_size=1))
def test_anybody_has_initials(name: str):
    assert 1 <= len(person(name=name).initials) <= 2
