"""A person as the knowledge base knows them: name, roles, what they may open. Pure."""

from __future__ import annotations

import unicodedata

from msgspec import Struct
from msgspec.structs import replace

from kb.people.errors import UnusableEmail, UnusableName
from kb.procedures.model import UNASSIGNED, Departments
from kb.procedures.visibility import Reader

LONGEST_EMAIL = 254
LONGEST_NAME = 120
LONGEST_DEPARTMENT = 80


class Person(Struct, frozen=True):
    """Somebody who may sign in. `sessions` is raised to end every session begun before.

    `leads` is empty until `leading` has filled it in.
    """

    id: int
    email: str
    name: str
    administrator: bool = False
    editor_of: frozenset[str] = frozenset()
    reviewer_of: frozenset[str] = frozenset()
    disabled: bool = False
    demo: bool = False
    sessions: int = 1
    leads: frozenset[str] = frozenset()

    @property
    def departments(self) -> frozenset[str]:
        """The ids of the departments whose drafts and inbox are theirs."""
        return self.writes_for | self.leads

    @property
    def writes_for(self) -> frozenset[str]:
        """Those of them whose procedures they write: a lead without a role only looks on."""
        unassigned = {UNASSIGNED} if self.administrator else set()
        return self.editor_of | self.reviewer_of | unassigned

    def leading(self, departments: Departments) -> Person:
        """The person with what they lead, which departments.yml says and not the database."""
        led = departments.led_by(self.email)
        return replace(self, leads=led) if led != self.leads else self

    def reader(self) -> Reader:
        """What this person may see."""
        return Reader(drafts_of=self.departments)

    def may_enter(self, *, demo_allowed: bool) -> bool:
        """May they be here at all, by session or token? Demo people only in demo mode."""
        return not self.disabled and (demo_allowed or not self.demo)

    @property
    def initials(self) -> str:
        """One or two capital letters for a badge."""
        words = [word for word in self.name.split() if word[0].isalnum()]
        letters = [words[0][0], words[-1][0]] if len(words) > 1 else [(words or [self.email])[0][0]]
        return "".join(letters).upper()[:2]

    @property
    def role_words(self) -> str:
        """All roles in words: "administrator, editor of shipping", or "rep" for none."""
        roles = ["administrator"] if self.administrator else []
        for role, departments in (
            ("editor", self.editor_of),
            ("reviewer", self.reviewer_of),
            ("lead", self.leads),
        ):
            if departments:
                roles.append(f"{role} of {', '.join(sorted(departments))}")
        return "; ".join(roles) or "rep"


def folded_email(email: str) -> str:
    """The one spelling under which an address is stored and looked up."""
    return unicodedata.normalize("NFC", email.strip().casefold())


def usable_email(email: str) -> str:
    """The folded address. Raises UnusableEmail."""
    folded = folded_email(email)
    local, at, domain = folded.partition("@")
    # isprintable is False for blanks other than " ", control characters and lone surrogates.
    fits = len(folded) <= LONGEST_EMAIL and folded.isprintable() and " " not in folded
    if not (fits and local and at and domain and "@" not in domain):
        raise UnusableEmail("That is no e-mail address; write it like ana.costa@example.com.")
    return folded


def usable_name(name: str, what: str = "name", longest: int = LONGEST_NAME) -> str:
    """The name on one line without control characters. Raises UnusableName."""
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    shown = " ".join(unicodedata.normalize("NFC", shown).split())
    if not shown:
        raise UnusableName(f"The {what} is empty; write one.")
    if len(shown) > longest:
        raise UnusableName(f"The {what} is too long; write at most {longest} characters.")
    return shown
