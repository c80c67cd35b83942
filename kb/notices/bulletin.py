"""A bulletin, what one may be, and which searches it stands on top of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from msgspec import Struct

LONGEST_TEXT = 300
LONGEST_WORDS = 200
LONGEST = timedelta(days=60)  # what holds for longer belongs into a procedure


class NotPutUp(ValueError):
    """What cannot be put up. Its text says why; `about` names the field."""

    def __init__(self, why: str, about: str) -> None:
        super().__init__(why)
        self.about = about


class Draft(Struct, frozen=True):
    """What is to be put up: `words` as they were typed, with commas between."""

    department: str
    text: str
    words: tuple[str, ...]
    until: datetime


class Bulletin(Struct, frozen=True):
    """What holds `until` then, of one department; without `words` for all of its searches."""

    id: int
    department: str
    text: str
    words: tuple[str, ...]
    until: datetime
    by: str  # the name of who put it up
    put_up_at: datetime

    def concerns(
        self, stems: Callable[[str], Collection[str]], said: Iterable[str], department: str | None
    ) -> bool:
        """Does a search that `said` these texts and seems to be about `department` meet it?

        `stems` gives the words of a text in a form that is the same for "parcel" and "parcels".
        """
        if not self.words:
            return department == self.department
        known = {stem for text in said for stem in stems(text)}
        return any(
            wanted and wanted <= known for wanted in (set(stems(word)) for word in self.words)
        )


def words_in(typed: str) -> tuple[str, ...]:
    """What stands between commas, each once."""
    words = (" ".join(one.split()) for one in typed.replace("\n", ",").split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def ensure_usable(draft: Draft, now: datetime) -> None:
    """Raises NotPutUp."""
    if not draft.text:
        raise NotPutUp("Say what holds until then.", "text")
    if draft.until <= now:
        raise NotPutUp("That time has passed; choose one to come.", "until")
    if draft.until > now + LONGEST:
        why = f"At most {LONGEST.days} days; what holds for longer belongs into a procedure."
        raise NotPutUp(why, "until")
