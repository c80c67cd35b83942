"""What is asked of a save, what it answers, and the ways in which it says no."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from kb.people.person import Person
from kb.publishing.three_way_merge import Stretch, merged
from kb.storage.git.repository import Author

__all__ = [
    "Again",
    "Author",
    "Clash",
    "Collision",
    "Edit",
    "Leave",
    "NeedsReview",
    "NotAllowed",
    "NotSaved",
    "Saved",
    "Standing",
    "UnusableEdit",
    "author_of",
]


class Edit(Struct, frozen=True):
    """A whole file as somebody wants it. `base` is the file as they first read it.

    `base` is b"" for a new file. `note` says what changed and why.
    """

    path: str
    base: bytes
    text: bytes
    note: str
    worth_telling: bool
    by: Author


class Saved(Struct, frozen=True):
    """Where an edit went. `version` names the bytes now on disk (12 hex digits, as on pages).

    `merged`: somebody else's change is in it too. `searchable`: the index has it already; if
    not, a refresh at work will see to it. `path` is another than the edit's when the file was
    moved meanwhile.
    """

    procedure_id: str
    path: str
    version: str
    commit: str
    merged: bool
    searchable: bool = True


class Clash(Struct, frozen=True):
    """Somebody else changed the same lines; nothing is written.

    `theirs` is the file now (b"" when it was removed). To save all the same, let the person
    decide each clash, and save `merged_with_choices` with `theirs` as the new base.
    """

    base: bytes
    mine: bytes
    theirs: bytes
    stretches: tuple[Stretch, ...]

    @property
    def clashes(self) -> tuple[Stretch, ...]:
        """The stretches that somebody must decide, in order."""
        return tuple(stretch for stretch in self.stretches if stretch.clash)

    def merged_with_choices(self, choices: list[bytes]) -> bytes:
        """The whole text with one choice for each clash. Raises ValueError for too few or many."""
        return merged(self.stretches, choices)


class Collision(Exception):
    """There is a `clash`; nothing is written."""

    def __init__(self, clash: Clash) -> None:
        super().__init__("somebody else changed the same lines")
        self.clash = clash


class NotSaved(Exception):
    """It could not be written; everything is as it was. Its text says why and what to do."""


class Again(NotSaved):
    """Somebody without kb wrote the file at the same moment: the next try finds that."""


class UnusableEdit(ValueError):
    """What was asked cannot be. Its text is a sentence that says why and what to do.

    `about` names the field that it is said of, where it is one.
    """

    def __init__(self, why: str, about: str = "") -> None:
        super().__init__(why)
        self.about = about


class NotAllowed(Exception):
    """This person may not do that. `about` names the field that it is said of, if it is one."""

    def __init__(self, why: str, about: str = "") -> None:
        super().__init__(why)
        self.about = about


class NeedsReview(NotAllowed):
    """Not at once: a reviewer has to let it up first."""


class Standing(Struct, frozen=True):
    """A file as it stands, or shall stand: where, and what it says."""

    path: str
    text: bytes


# May the first become the second? None is no file. It is asked of the very bytes that are about to
# be written, while nobody else writes. Raises NotAllowed.
Leave = Callable[[Standing | None, Standing | None], None]


def author_of(person: Person) -> Author:
    """The person as the history names them."""
    return Author(person.name, person.email)
