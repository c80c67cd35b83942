from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from kb.people import demo
from kb.people.errors import SignInRefused
from kb.people.sql.directory import Directory

HERE = "192.0.2.1"


def test_everybody_of_the_sample_company_is_there(directory: Directory, now: datetime):
    demo.ensure(directory, now)
    assert directory.everyone(1, 100).total == len(demo.everybody()) == 19
    dana = directory.by_email("dana.reyes@northwind.example")
    assert dana.editor_of == dana.reviewer_of == {"shipping"}
    ilse = directory.by_email("ilse.maas@northwind.example")
    assert (ilse.editor_of, ilse.reviewer_of) == ({"shipping"}, frozenset())
    assert directory.by_email("ana.costa@northwind.example").role_words == "rep"
    assert directory.by_email("sam.admin@northwind.example").administrator
    assert all(one.demo for one in directory.everyone(1, 100).people)


def test_they_enter_in_demo_mode_only(directory: Directory, now: datetime):
    demo.ensure(directory, now)
    ana = "ana.costa@northwind.example"
    assert directory.sign_in(ana, demo.PASSWORD, HERE, now, demo_allowed=True)
    with pytest.raises(SignInRefused):
        directory.sign_in(ana, demo.PASSWORD, HERE, now, demo_allowed=False)


def test_again_changes_nothing_but_a_changed_password(directory: Directory, now: datetime):
    demo.ensure(directory, now)
    ben = directory.by_email("ben.wright@northwind.example")
    directory.set_roles(ben.id, administrator=False, editor_of=["orders"], reviewer_of=[])
    ben = directory.set_password(ben.id, "forgotten by now", now)
    ana = directory.by_email("ana.costa@northwind.example")
    directory.disable(ana.id, now)
    before = directory.everyone(1, 100)
    demo.ensure(directory, now)
    demo.ensure(directory, now)
    assert directory.everyone(1, 100) == before
    assert directory.sign_in(ben.email, demo.PASSWORD, HERE, now, demo_allowed=True) == ben


def test_a_real_person_of_that_address_is_left_alone(directory: Directory, now: datetime):
    real = directory.add("ana.costa@northwind.example", "Real Ana", "her own password", now=now)
    demo.ensure(directory, now)
    assert directory.by_email(real.email) == real
    assert directory.sign_in(real.email, "her own password", HERE, now, demo_allowed=False)


def test_at_once_from_several_sides_is_once(directory: Directory, now: datetime):
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(lambda _number: demo.ensure(directory, now), range(4)))
    assert directory.everyone(1, 100).total == 19


def test_the_introduction_names_people_who_exist(directory: Directory, now: datetime):
    demo.ensure(directory, now)
    named = [word for word in demo.introduction().split() if "@" in word]
    assert len(named) == 5
    assert all(directory.by_email(email) for email in named)
    assert demo.PASSWORD in demo.introduction()
