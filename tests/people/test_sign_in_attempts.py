from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from kb.people.errors import SignInRefused, TooManyAttempts
from kb.people.sql.directory import Directory
from kb.people.sql.sign_in_attempts import PER_ADDRESS, PER_EMAIL, Attempts, network

PASSWORD = "correct horse battery"
DANA = "dana@kb.example"


def fail(directory: Directory, email: str, address: str, now: datetime, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            directory.sign_in(email, "a wrong password", address, now, demo_allowed=False)


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM sign_in_attempts").scalar_one()


def test_the_eleventh_attempt_on_one_person_waits(directory: Directory, now: datetime):
    directory.add(DANA, "Dana", PASSWORD, now=now)
    for number in range(PER_EMAIL):
        fail(directory, DANA, f"192.0.2.{number}", now + timedelta(seconds=number))
    later = now + timedelta(minutes=10)
    with pytest.raises(TooManyAttempts) as refused:
        directory.sign_in(DANA.upper(), PASSWORD, "192.0.2.99", later, demo_allowed=False)
    assert refused.value.wait == 5 * 60
    assert "5 minutes" in str(refused.value)
    free = later + timedelta(seconds=refused.value.wait)
    assert directory.sign_in(DANA, PASSWORD, "192.0.2.99", free, demo_allowed=False)


def test_an_unknown_person_is_limited_just_the_same(directory: Directory, now: datetime):
    fail(directory, "nobody@kb.example", "192.0.2.1", now, PER_EMAIL)
    with pytest.raises(TooManyAttempts):
        directory.sign_in("nobody@kb.example", "x", "192.0.2.1", now, demo_allowed=False)


def test_one_address_trying_many_people_waits(directory: Directory, now: datetime):
    for number in range(PER_ADDRESS):
        fail(directory, f"p{number}@kb.example", "192.0.2.1", now)
    with pytest.raises(TooManyAttempts):
        directory.sign_in("new@kb.example", "x", "192.0.2.1", now, demo_allowed=False)
    fail(directory, "new@kb.example", "192.0.2.2", now)


def test_knocking_while_waiting_does_not_lengthen_the_wait(directory: Directory, now: datetime):
    fail(directory, DANA, "192.0.2.1", now, PER_EMAIL)
    for minute in range(15):
        with pytest.raises(TooManyAttempts):
            directory.sign_in(
                DANA, PASSWORD, "192.0.2.1", now + timedelta(minutes=minute), demo_allowed=False
            )
    fail(directory, DANA, "192.0.2.1", now + timedelta(minutes=15))


def test_a_whole_shift_signs_in_from_one_address(directory: Directory, now: datetime):
    for number in range(PER_ADDRESS + 10):
        directory.add(f"p{number}@kb.example", "P", PASSWORD, now=now)
        directory.sign_in(f"p{number}@kb.example", PASSWORD, "192.0.2.1", now, demo_allowed=False)


def test_success_forgets_ones_own_failures_from_there_only(
    directory: Directory, engine: Engine, now: datetime
):
    directory.add(DANA, "Dana", PASSWORD, now=now)
    fail(directory, DANA, "192.0.2.1", now, PER_EMAIL - 2)
    fail(directory, DANA, "198.51.100.1", now)
    fail(directory, "ben@kb.example", "192.0.2.1", now)
    directory.sign_in(DANA, PASSWORD, "192.0.2.1", now, demo_allowed=False)
    assert rows(engine) == 2


def test_attempts_at_the_same_moment_do_not_get_past_the_limit(engine: Engine, now: datetime):
    attempts = Attempts(engine)

    def attempt(_number: int) -> bool:
        try:
            attempts.begin(DANA, "192.0.2.1", now)
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(attempt, range(40))) == PER_EMAIL


def test_workers_share_the_count(engine: Engine, now: datetime):
    one, other = Attempts(engine), Attempts(engine)
    for _ in range(PER_EMAIL // 2):
        one.begin(DANA, "192.0.2.1", now)
        other.begin(DANA, "192.0.2.1", now)
    with pytest.raises(TooManyAttempts):
        other.begin(DANA, "192.0.2.1", now)


def test_old_attempts_are_forgotten(directory: Directory, engine: Engine, now: datetime):
    fail(directory, DANA, "192.0.2.1", now, 5)
    fail(directory, "ben@kb.example", "192.0.2.1", now + timedelta(minutes=61))
    assert rows(engine) == 1


def test_what_was_typed_is_not_kept(directory: Directory, engine: Engine, now: datetime):
    fail(directory, "my secret password", "192.0.2.1", now)
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM sign_in_attempts").one()
    assert "secret" not in str(kept)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("x" * 999, "unknown"),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str):
    assert network(address) == counted


def test_other_things_are_done_so_often_and_no_more(directory: Directory, now: datetime):
    may = directory.may_again
    assert [may(1, "wave", 2, now) for _ in range(3)] == [True, True, False]
    assert may(2, "wave", 2, now)
    assert may(1, "nod", 2, now)
    assert may(1, "wave", 2, now + timedelta(minutes=16))


def test_the_measure_of_an_hour_leaves_that_of_a_quarter_alone(directory: Directory, now: datetime):
    at = [now + timedelta(minutes=minutes) for minutes in (0, 20, 40, 59, 61)]
    assert [directory.may_this_hour(1, "send", 3, each) for each in at] == [
        True,
        True,
        True,
        False,
        True,
    ]
    assert [directory.may_again(1, "wave", 1, each) for each in at] == [
        True,
        True,
        True,
        True,
        False,
    ]


def test_nobody_waits_longer_when_the_clock_is_set_back(directory: Directory, now: datetime):
    directory.add(DANA, "Dana", PASSWORD, now=now)
    fail(directory, DANA, "192.0.2.1", now + timedelta(days=400), PER_EMAIL)
    assert directory.sign_in(DANA, PASSWORD, "192.0.2.1", now, demo_allowed=False)
    assert directory.may_again(1, "wave", 1, now + timedelta(days=1))
    assert directory.may_again(1, "wave", 1, now)
