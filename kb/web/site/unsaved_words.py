"""What somebody wrote in a form that cannot be taken: given back to them, whatever was refused."""

from __future__ import annotations

from flask import g, request
from msgspec import Struct
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from kb.web.site import access
from kb.web.site.field_labels import label_of

# Not written by hand: what forms carry along, and what is chosen rather than typed.
_CARRIED = frozenset(
    "csrf_token base mine theirs seal version shown draft item then when which from to show anchor"
    " passage helpful said outcome status worth_telling must_audience must_read_by audience"
    " department assignee quiet next kept file ticked chosen whole case anyway page".split()
)
_SECRET = ("password", "token", "chat_url")
_REFUSED = frozenset({400, 404, 409, 410})


class UnsavedText(Struct, frozen=True):
    """What was typed into one field."""

    label: str
    text: str

    @property
    def rows(self) -> int:
        """Lines to show at once."""
        return max(2, min(20, self.text.count("\n") + 1))


def tell_of_draft(number: int) -> None:
    """Say with the words that a draft of that number has them all."""
    g.draft_with_words = number


def draft_told_of() -> int | None:
    """The number that `tell_of_draft` was given."""
    number: int | None = g.get("draft_with_words")
    return number


def of_refused(error: HTTPException) -> tuple[UnsavedText, ...]:
    """What was typed into the form that got this error.

    Nothing where it led nowhere: nobody has looked for its token then, so it may be another site's.
    """
    refused = request.method == "POST" and error.code in _REFUSED and request.endpoint
    try:
        return typed() if refused and access.person() else ()
    except RequestEntityTooLarge:
        return ()


def typed() -> tuple[UnsavedText, ...]:
    """All that was typed into the form of this request, in its order."""
    pairs = request.form.items(multi=True)
    return tuple(
        UnsavedText(label_of(name), text) for name, text in pairs if text.strip() and _by_hand(name)
    )


def _by_hand(name: str) -> bool:
    carried = name in _CARRIED or name.startswith("choice-")
    return not (carried or any(part in name for part in _SECRET))
