"""How much one person may send to others within an hour: votes, questions, replies, comments."""

from __future__ import annotations

from werkzeug.exceptions import TooManyRequests

from kb.web.site import access
from kb.web.site.pages import now, parts


class TooMuchAtOnce(TooManyRequests):
    """More than the site takes from one person within an hour."""


def keep_pace() -> None:
    """Count one more. Raises TooMuchAtOnce."""
    me, most = access.signed_in(), parts().settings.feedback_per_hour
    if not parts().people.directory.may_this_hour(me.id, "feedback", most, now()):
        raise TooMuchAtOnce(
            f"You have sent {most} votes, questions and replies within an hour, and more is not"
            " taken at once. Wait a little, then send it again."
        )
