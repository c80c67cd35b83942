"""Who is in an audience, and what is said where nobody can be asked. Pure."""

from __future__ import annotations

from collections.abc import Collection

from kb.must_reads.must_read import EVERYONE, REPS
from kb.people.person import Person

BEFORE, LATE = "before", "late"  # the stages of a reminder


class NotAsked(ValueError):
    """It cannot be asked like that. Its text is a sentence that says why and what to do.

    `about` names the field that it is said of: "audience", "read_by", "note" or "status".
    """

    def __init__(self, why: str, about: str = "") -> None:
        super().__init__(why)
        self.about = about


def belongs(person: Person, audience: Collection[str]) -> bool:
    """Is this person in the audience? Reps are those who are of no department."""
    if EVERYONE in audience:
        return True
    own = person.editor_of | person.reviewer_of
    is_rep = not own and not person.administrator
    return bool(own & set(audience)) or (REPS in audience and is_rep)
