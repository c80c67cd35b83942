from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from kb.people.endings import Endings
from kb.people.errors import (
    AlreadyThere,
    LastAdministrator,
    NoSuchPerson,
    SignInRefused,
    UnusableEmail,
    UnusableName,
    WeakPassword,
)
from kb.people.passwords import Passwords
from kb.people.sql.directory import Directory
from kb.people.sql.tokens import Tokens

PASSWORD = "correct horse battery"
HERE = "192.0.2.7"


def add(directory: Directory, email: str, now: datetime, **roles: object):
    return directory.add(email, email.partition("@")[0].title(), PASSWORD, now=now, **roles)


def enters(directory: Directory, email: str, now: datetime, *, password: str = PASSWORD) -> bool:
    try:
        directory.sign_in(email, password, HERE, now, demo_allowed=False)
    except SignInRefused:
        return False
    return True


def test_an_added_person_is_found_by_id_and_by_any_spelling(directory: Directory, now: datetime):
    dana = directory.add(
        " Dana@KB.example ", "Dana  Reyes", PASSWORD, editor_of=["shipping"],
        reviewer_of=["shipping", "billing"], now=now,
    )  # fmt: skip
    assert dana.email == "dana@kb.example"
    assert dana.name == "Dana Reyes"
    assert dana.editor_of == {"shipping"}
    assert dana.reviewer_of == {"shipping", "billing"}
    assert directory.get(dana.id) == dana
    assert directory.by_email("DANA@kb.example\n") == dana


@pytest.mark.parametrize("unknown", [0, -1, 99, 2**31, 10**40])
def test_an_unknown_id_is_nobody(directory: Directory, now: datetime, unknown: int):
    assert directory.get(unknown) is None
    for change in (
        lambda: directory.enable(unknown),
        lambda: directory.disable(unknown, now),
        lambda: directory.set_password(unknown, PASSWORD, now),
        lambda: directory.set_roles(unknown, administrator=True, editor_of=(), reviewer_of=()),
        lambda: directory.set_roles(unknown, administrator=False, editor_of=(), reviewer_of=()),
    ):
        with pytest.raises(NoSuchPerson):
            change()


@pytest.mark.parametrize("email", ["", "nobody", "nobody@kb.example", "\ud800@x", "\0"])
def test_an_unknown_address_is_nobody(directory: Directory, now: datetime, email: str):
    assert directory.by_email(email) is None
    assert not enters(directory, email, now)
    assert directory.names([email]) == {}


def test_what_cannot_be_added_changes_nothing(directory: Directory, now: datetime):
    add(directory, "dana@kb.example", now)
    with pytest.raises(AlreadyThere):
        add(directory, "DANA@kb.example", now)
    with pytest.raises(UnusableEmail):
        add(directory, "dana", now)
    with pytest.raises(WeakPassword):
        directory.add("new@kb.example", "New", "short", now=now)
    with pytest.raises(UnusableName):
        directory.add("new@kb.example", " ", PASSWORD, now=now)
    with pytest.raises(UnusableName):
        add(directory, "new@kb.example", now, editor_of=["x" * 81])
    assert set(directory.staff()) == {"dana@kb.example"}


def test_two_adding_the_same_person_at_once_add_one(directory: Directory, now: datetime):
    def attempt(_number: int) -> bool:
        try:
            add(directory, "dana@kb.example", now)
        except AlreadyThere:
            return False
        return True

    with ThreadPoolExecutor(6) as crowd:
        assert sum(crowd.map(attempt, range(6))) == 1
    assert directory.everyone(1, 10).total == 1


def test_names_answer_to_the_spelling_that_was_asked(directory: Directory, now: datetime):
    directory.add("dana@kb.example", "Dana Reyes", PASSWORD, now=now)
    asked = ["Dana@KB.example", "dana@kb.example", "nobody@kb.example", "not an address"]
    assert directory.names(asked) == dict.fromkeys(asked[:2], "Dana Reyes")
    assert directory.names([]) == {}


def test_everyone_comes_by_name_and_page(directory: Directory, now: datetime):
    for name in ("Zoe", "ärmel", "Anna", "bob"):
        directory.add(f"{name}@kb.example", name, PASSWORD, now=now)
    first = directory.everyone(1, 3)
    assert [one.name for one in first.people] == ["Anna", "bob", "Zoe"]
    assert first.total == 4
    assert [one.name for one in directory.everyone(2, 3).people] == ["ärmel"]
    assert directory.everyone(10**30, 3).people == ()
    assert len(directory.everyone(-5, 3).people) == 3


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ÉLO", ["Élodie"]),
        ("élo", ["Élodie"]),
        ("KB.EX", ["100% Real_Name", "Élodie"]),
        ("%", ["100% Real_Name"]),
        ("_", ["100% Real_Name"]),
        ("  ", ["100% Real_Name", "Élodie"]),
        ("\0\ud800", ["100% Real_Name", "Élodie"]),
        ("nobody", []),
    ],
)
def test_everyone_is_searched_by_name_and_address(
    directory: Directory, now: datetime, text: str, names: list[str]
):
    directory.add("elodie@kb.example", "Élodie", PASSWORD, now=now)
    directory.add("odd@kb.example", "100% Real_Name", PASSWORD, now=now)
    found = directory.everyone(1, 10, text)
    assert [one.name for one in found.people] == names
    assert found.total == len(names)


def test_the_list_costs_the_same_for_10_and_200_people(
    directory: Directory, engine: Engine, now: datetime
):
    def statements(size: int) -> int:
        seen: list[str] = []
        listen = event.listens_for(engine, "before_cursor_execute")
        counter = listen(lambda *arguments: seen.append(arguments[2]))
        roster = directory.everyone(1, 500)
        event.remove(engine, "before_cursor_execute", counter)
        assert roster.total == len(roster.people) == size
        return len(seen)

    for number in range(10):
        add(directory, f"p{number}@kb.example", now, editor_of=["shipping", "billing"])
    few = statements(10)
    for number in range(10, 200):
        add(directory, f"p{number}@kb.example", now, reviewer_of=["shipping"])
    assert statements(200) == few


def test_sign_in_takes_the_right_password_only(directory: Directory, now: datetime):
    dana = add(directory, "dana@kb.example", now)
    signed_in = directory.sign_in(" Dana@KB.Example", PASSWORD, HERE, now, demo_allowed=False)
    assert signed_in == dana
    assert not enters(directory, "dana@kb.example", now, password=PASSWORD + "x")
    assert not enters(directory, "dana@kb.example", now, password="")


def test_a_refusal_does_not_tell_why(directory: Directory, now: datetime):
    add(directory, "dana@kb.example", now)
    gone = add(directory, "gone@kb.example", now)
    directory.disable(gone.id, now)
    add(directory, "demo@kb.example", now, demo=True)
    sentences = set()
    for email, password in [
        ("nobody@kb.example", PASSWORD),
        ("dana@kb.example", "wrong password"),
        ("gone@kb.example", PASSWORD),
        ("demo@kb.example", PASSWORD),
    ]:
        with pytest.raises(SignInRefused) as refused:
            directory.sign_in(email, password, HERE, now, demo_allowed=False)
        sentences.add(str(refused.value))
    assert len(sentences) == 1


def test_demo_people_enter_in_demo_mode(directory: Directory, now: datetime):
    demo = add(directory, "demo@kb.example", now, demo=True)
    assert directory.sign_in(demo.email, PASSWORD, HERE, now, demo_allowed=True) == demo


def test_a_disabled_person_is_out_at_once(directory: Directory, engine: Engine, now: datetime):
    dana = add(directory, "dana@kb.example", now)
    token = Tokens(engine).create(dana.id, "report", now)
    gone = directory.disable(dana.id, now)
    assert gone.disabled
    assert gone.sessions > dana.sessions
    assert not enters(directory, dana.email, now)
    assert Tokens(engine).person_id_of(token, now) is None
    assert directory.staff() == {dana.email: None}
    assert not directory.enable(dana.id).disabled
    assert enters(directory, dana.email, now)


def test_a_new_password_ends_other_sessions(directory: Directory, now: datetime):
    dana = add(directory, "dana@kb.example", now)
    changed = directory.set_password(dana.id, "another good one", now)
    assert changed.sessions == dana.sessions + 1
    assert not enters(directory, dana.email, now)
    assert enters(directory, dana.email, now, password="another good one")
    with pytest.raises(WeakPassword):
        directory.set_password(dana.id, "short", now)


def test_new_roles_take_the_place_of_the_old(directory: Directory, now: datetime):
    dana = add(directory, "dana@kb.example", now, editor_of=["shipping"], reviewer_of=["shipping"])
    changed = directory.set_roles(
        dana.id, administrator=True, editor_of=["billing", "billing"], reviewer_of=[]
    )
    assert (changed.administrator, changed.editor_of, changed.reviewer_of) == (
        True, {"billing"}, frozenset(),
    )  # fmt: skip
    with pytest.raises(UnusableName):
        directory.set_roles(dana.id, administrator=True, editor_of=[""], reviewer_of=[])
    assert directory.get(dana.id) == changed


def test_the_last_administrator_stays(directory: Directory, now: datetime):
    ada = add(directory, "ada@kb.example", now, administrator=True)
    add(directory, "demo@kb.example", now, administrator=True, demo=True)
    with pytest.raises(LastAdministrator):
        directory.disable(ada.id, now)
    with pytest.raises(LastAdministrator):
        directory.set_roles(ada.id, administrator=False, editor_of=["x"], reviewer_of=[])
    assert directory.get(ada.id) == ada
    bea = add(directory, "bea@kb.example", now, administrator=True)
    assert directory.disable(ada.id, now).disabled
    with pytest.raises(LastAdministrator):
        directory.disable(bea.id, now)
    # Disabled already, so nothing is lost with the role.
    assert not directory.set_roles(
        ada.id, administrator=False, editor_of=(), reviewer_of=()
    ).administrator


def test_a_demo_administrator_may_go_while_another_is_there(directory: Directory, now: datetime):
    demo = add(directory, "demo@kb.example", now, administrator=True, demo=True)
    assert not directory.has_administrator()
    with pytest.raises(LastAdministrator):
        directory.disable(demo.id, now)
    add(directory, "ada@kb.example", now, administrator=True)
    assert directory.has_administrator()
    assert directory.disable(demo.id, now).disabled


def test_administrators_who_disable_each_other_leave_one(directory: Directory, now: datetime):
    crowd = [
        add(directory, f"a{number}@kb.example", now, administrator=True) for number in range(6)
    ]

    def leave(person_id: int) -> bool:
        try:
            directory.disable(person_id, now)
        except LastAdministrator:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        left = list(threads.map(leave, [one.id for one in crowd]))
    assert sum(left) == 5


def test_an_old_hash_is_renewed_at_sign_in(
    engine: Engine, directory: Directory, now: datetime, tmp_path: Path
):
    dana = add(directory, "dana@kb.example", now)
    real = Directory(engine, Passwords(), Endings(tmp_path / "ended"))
    assert enters(real, dana.email, now)
    with engine.connect() as connection:
        hashed = connection.exec_driver_sql("SELECT password FROM people").scalar_one()
    assert "m=65536" in hashed
    assert enters(real, dana.email, now)
    assert directory.get(dana.id).sessions == dana.sessions
