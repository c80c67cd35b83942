"""What somebody wrote in a form that cannot be taken: given back to them, whatever was refused."""

from __future__ import annotations

from flask import g, request

from kb.web.site import access, interrupted_forms
from kb.web.site.interrupted_forms import FormField


def tell_of_draft(number: int) -> None:
    """Say with the words that a draft of that number has them all."""
    g.draft_with_words = number


def draft_told_of() -> int | None:
    """The number that `tell_of_draft` was given."""
    number: int | None = g.get("draft_with_words")
    return number


def of_refused() -> list[FormField]:
    """What was typed into the form that is refused.

    Nothing where it led nowhere: nobody has looked for its token then, so it may be another site's.
    """
    given = interrupted_forms.as_sent() if request.endpoint and access.person() else None
    return given.typed if given else []
