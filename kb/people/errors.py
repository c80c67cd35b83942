"""What can be refused, each with a sentence that the person may read."""

from __future__ import annotations


class PeopleError(Exception):
    """Any refusal below. Its text is one sentence: what, and what to do."""


class AlreadyThere(PeopleError):
    """Somebody has this e-mail address already."""


class NoSuchPerson(PeopleError):
    """Nobody has this id or e-mail address."""


class UnusableEmail(PeopleError):
    """Not an e-mail address, or too long a one."""


class UnusableName(PeopleError):
    """An empty or too long name of a person, a label of a token or a department's id."""


class WeakPassword(PeopleError):
    """A password too short or too long to be taken."""


class LastAdministrator(PeopleError):
    """Nobody would be left who may keep people."""


class SignInRefused(PeopleError):
    """Unknown, wrong, disabled or a demo person outside demo mode: all told alike."""


class TooManyAttempts(PeopleError):
    """Too many sign-ins were tried. `wait` is the number of seconds until one is taken again."""

    def __init__(self, wait: int) -> None:
        minutes = -(-wait // 60)
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"Too many attempts to sign in; try again in {minutes} {unit}.")
        self.wait = wait
