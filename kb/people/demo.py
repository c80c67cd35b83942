"""The people of the sample company. They may enter in demo mode only."""

from __future__ import annotations

from datetime import datetime

from kb.people.sql.directory import Directory
from kb.people.sql.rows import Newcomer

COMPANY = "Northwind procedures"
PASSWORD = "northwind-demo"
_DOMAIN = "northwind.example"

# Department: who leads it (editor and reviewer), and who else writes for it (editor).
_DEPARTMENTS = {
    "orders": ("Ines Moreau", "Tom Becker"),
    "shipping": ("Dana Reyes", "Ilse Maas"),
    "returns": ("Priya Nair", "Jonas Lind"),
    "billing": ("Ola Berg", "Marta Silva"),
    "accounts": ("Hugo Martin", "Leila Haddad"),
    "technical": ("Kenji Sato", "Freya Olsen"),
    "complaints": ("Grace Okafor", "Paul Weber"),
    "products": ("Nora Fischer", "Luca Romano"),
}
_REPS = ("Ana Costa", "Ben Wright")
_ADMINISTRATOR = "Sam Admin"


def everybody() -> list[Newcomer]:
    """Two reps, an administrator, and two people of each department."""
    people = [Newcomer(_email(name), name) for name in _REPS]
    for department, (lead, second) in _DEPARTMENTS.items():
        own = frozenset({department})
        people.append(Newcomer(_email(lead), lead, editor_of=own, reviewer_of=own))
        people.append(Newcomer(_email(second), second, editor_of=own))
    people.append(Newcomer(_email(_ADMINISTRATOR), _ADMINISTRATOR, administrator=True))
    return people


def ensure(directory: Directory, now: datetime) -> None:
    """Add the demo people who are missing and set their password to the one that is shown."""
    directory.admit(everybody(), PASSWORD, now)


def introduction() -> str:
    """The sign-ins worth trying, a line each, with the password."""
    lead, second = _DEPARTMENTS["shipping"]
    tries = (
        (_REPS[0], "rep: searches, reads, votes, asks"),
        (lead, "editor and reviewer of shipping: answers its inbox"),
        (second, "editor of shipping"),
        (_DEPARTMENTS["billing"][0], "editor and reviewer of billing"),
        (_ADMINISTRATOR, "administrator: people and tokens"),
    )
    lines = [f"  {_email(name):<30} {what}" for name, what in tries]
    return "\n".join([f"Demo sign-ins, all with the password {PASSWORD}:", *lines])


def _email(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@{_DOMAIN}"
