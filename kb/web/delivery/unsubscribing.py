"""No more mail, by the link in a letter: works without signing in. Looking changes nothing."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kb.people.person import Person
from kb.web.site.pages import now, parts

# Mail programs send this form by themselves: the signed link is the proof, there is no session.
blueprint = Blueprint("unsubscribing", __name__)


@blueprint.get("/unsubscribe/<token>")
def ask(token: str) -> ResponseReturnValue:
    """The question."""
    who = _whose(token)
    if who is None:
        return _page(None, token), 403
    return _page(who, token, done=not parts().delivery.choices.of(who.id).mail)


@blueprint.post("/unsubscribe/<token>")
def stop(token: str) -> ResponseReturnValue:
    """Done."""
    who = _whose(token)
    if who is None:
        return _page(None, token), 403
    parts().delivery.choices.stop_mail(who.id, now())
    return _page(who, token, done=True)


def _whose(token: str) -> Person | None:
    person_id = parts().delivery.courier.ways.leaving.person_of(token)
    return None if person_id is None else parts().people.directory.get(person_id)


def _page(who: Person | None, token: str, *, done: bool = False) -> str:
    return render_template("delivery/unsubscribe.html", who=who, token=token, done=done)
