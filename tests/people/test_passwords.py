from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.people.errors import WeakPassword
from kb.people.passwords import LONGEST, SHORTEST, Passwords, generated

FAST = Passwords(fast=True)


@given(st.text(min_size=SHORTEST, max_size=60))
def test_a_password_matches_itself_and_no_other(password: str):
    hashed = FAST.hashed(password)
    assert FAST.match(hashed, password)
    assert not FAST.match(hashed, password + "x")


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
def test_too_short_or_long_a_password_is_refused(length: int):
    with pytest.raises(WeakPassword):
        FAST.hashed("x" * length)


def test_nobody_and_nonsense_match_nothing():
    assert not FAST.match(None, "x" * 20)
    assert not FAST.match("", "x" * 20)
    assert not FAST.match("$argon2id$broken", "x" * 20)
    assert not FAST.match(FAST.hashed("x" * 20), "x" * 2_000_000)


def test_both_spellings_of_an_accent_are_one_password():
    assert FAST.match(FAST.hashed("caf\u00e9 au lait"), "cafe\u0301 au lait")


def test_real_hashes_use_argon2s_own_parameters():
    real = Passwords().hashed("correct horse battery")
    assert real.startswith("$argon2id$")
    assert "m=65536" in real
    assert not Passwords().outdated(real)
    assert Passwords().outdated(FAST.hashed("correct horse battery"))


def test_generated_passwords_are_good_enough_and_differ():
    made = {generated() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 23 and FAST.hashed(one) for one in made)
