"""What waits for the one who asks, as numbers in the navigation."""

from __future__ import annotations

from flask import Flask, g
from msgspec import Struct

from kb.condition.checks import quick_concerns
from kb.condition.concern import Concern
from kb.people.person import Person
from kb.people.rights import reviews
from kb.web.site import access
from kb.web.site.pages import parts


class Badges(Struct, frozen=True):
    """The numbers in the navigation: news of one's questions, items waiting in the inbox,

    submissions that wait for a reviewer, notices not yet read.
    """

    unread: int = 0
    open: int = 0
    review: int = 0
    notices: int = 0
    answers: bool = False  # is any inbox theirs?


def register(app: Flask) -> None:
    """Give templates `badges`."""
    app.context_processor(lambda: {"badges": badges, "concerns_of_site": concerns_of_site})


def concerns_of_site() -> tuple[Concern, ...]:
    """What administrators are told on every page."""
    who = access.person()
    return quick_concerns(parts()) if who is not None and who.administrator else ()


def badges() -> Badges:
    """Counted once a request, and only where a page shows them, in a fixed number of statements."""
    if "badges" not in g:
        g.badges = _counted(access.person())
    found: Badges = g.badges
    return found


def _counted(who: Person | None) -> Badges:
    if who is None:
        return Badges()
    inbox, mine = parts().feedback.inbox, access.own_inboxes().departments
    waiting = inbox.lists.waiting(mine) if mine else 0
    return Badges(
        unread=inbox.unread_answers(who.id),
        open=waiting,
        review=_for_review(who),
        notices=parts().notices.received.unread(who.id),
        answers=bool(mine),
    )


def _for_review(who: Person) -> int:
    """How much waits for this person to approve it or send it back."""
    own = [each for each in who.departments if reviews(who, each)]
    approving = parts().approval
    return approving.waiting.count(own, who.id, own_too=not approving.four_eyes) if own else 0
