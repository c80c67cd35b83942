"""Passwords: what is taken, and argon2 with its recommended parameters."""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kb.people.errors import WeakPassword
from kb.people.guessable import ensure_not_guessable

SHORTEST = 10
LONGEST = 1_000


class Passwords:
    """Hashes and compares. `company` is a name that everybody here knows.

    `fast` is for tests only: it makes a hash that is cheap to guess.
    """

    def __init__(self, company: str = "", *, fast: bool = False) -> None:
        self._company = company
        self._hasher = (
            PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if fast else PasswordHasher()
        )

    def hashed(self, password: str, *known: str) -> str:
        """What is stored of a new password of somebody of whom that is known: address and name.

        Raises WeakPassword.
        """
        if len(password) < SHORTEST:
            raise WeakPassword(f"The password is too short; use {SHORTEST} characters or more.")
        if len(password) > LONGEST:
            raise WeakPassword(f"The password is too long; use at most {LONGEST:,} characters.")
        ensure_not_guessable(password, [*known, self._company])
        return self.rehashed(password)

    def rehashed(self, password: str) -> str:
        """The same for a password that is in use, whatever is asked of new ones today."""
        return self._hasher.hash(_bytes(password))

    def match(self, hashed: str | None, password: str) -> bool:
        """Is it the password? With `hashed` None (nobody has that e-mail) it takes as long."""
        if len(password) > LONGEST:
            return False
        if hashed is None:
            self._hasher.hash(_bytes(password))
            return False
        try:
            return self._hasher.verify(hashed, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, hashed: str) -> bool:
        """Was it made with other parameters than today's?"""
        return self._hasher.check_needs_rehash(hashed)


def generated() -> str:
    """A new password that nobody guesses: four groups of letters and digits to be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def _bytes(password: str) -> bytes:
    # The same key gives "é" as one character or as two, depending on the keyboard.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
