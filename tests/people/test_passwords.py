from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.people.errors import WeakPassword
from kb.people.passwords import LONGEST, SHORTEST, Passwords, generated

FAST = Passwords(fast=True)


@given(st.text(min_size=SHORTEST, max_size=60))
def test_a_password_matches_itself_and_no_other(password: str):
    hashed = FAST.rehashed(password)
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
    assert not FAST.match(FAST.rehashed("x" * 20), "x" * 2_000_000)


def test_both_spellings_of_an_accent_are_one_password():
    assert FAST.match(FAST.rehashed("caf\u00e9 au lait"), "cafe\u0301 au lait")


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


@pytest.mark.parametrize(
    "password",
    [
        "0987654321",
        "qwertzuiop",
        "Passw0rd2026",
        "Winter2025!",
        "xyzxyzxyzxyz",
        "zzzzzzzzzzzz",
        "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10",  # full width
        "dana.reyes@parcels.example",
        "danareyes1",
        "Reyes-Dana-2026",
        "HighlandParcels",
        "highland1parcels",
        "abcdefghij" * 40,
    ],
)
def test_what_others_guess_is_refused(password: str):
    passwords = Passwords("Highland Parcels", fast=True)
    with pytest.raises(WeakPassword, match="easy to guess"):
        passwords.hashed(password, "dana.reyes@parcels.example", "Dana Reyes")


@pytest.mark.parametrize(
    "password", ["plum tractor seven hinge", "vK8#mq2Lz!x4", "\u00e9t\u00e9 gel\u00e9 tuba 77"]
)
def test_what_nobody_guesses_is_taken(password: str):
    assert FAST.hashed(password, "dana.reyes@parcels.example", "Dana Reyes")


@given(st.text(min_size=SHORTEST, max_size=LONGEST))
def test_any_text_is_judged(password: str):
    with suppress(WeakPassword):
        FAST.hashed(password, "a@b.example", "")
