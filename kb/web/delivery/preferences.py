"""How I want to be told: by kind and by way, and a message to try a way with."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from kb.delivery.channel import Parcel, Personal
from kb.delivery.chat import LONGEST_URL, UnusableUrl
from kb.delivery.errors import NotTaken, Unclear, Unusable
from kb.delivery.letters import LetterItem, Receiver
from kb.delivery.visible_notices import trial
from kb.notices.kinds import KINDS, Choice, Kind, Pace
from kb.people.person import Person
from kb.web.site import access
from kb.web.site.pages import now, parts

_MOST_TRIALS = 6  # within a quarter of an hour: each waits for another server
blueprint = Blueprint("preferences", __name__)
_PACES = {
    Pace.AT_ONCE: "At once",
    Pace.DAILY: "In one summary a day",
    Pace.PAGE: "On the page only",
}


@blueprint.get("/account/notices")
def choices() -> ResponseReturnValue:
    """The choice as it is."""
    return _page(parts().delivery.choices.of(access.signed_in().id))


@blueprint.post("/account/notices")
def choose() -> ResponseReturnValue:
    """Another choice. An address of a chat that is left empty stays the one it was."""
    who = access.signed_in()
    before = parts().delivery.choices.of(who.id)
    wanted = replace(before, mail=request.form.get("mail") == "y", paces=_paces_or_400())
    typed = request.form.get("chat_url", "").strip()
    if request.form.get("no_chat") == "y":
        wanted = replace(wanted, chat_url=None)
    elif typed:
        try:
            wanted = replace(wanted, chat_url=_checked(typed))
        except UnusableUrl as refusal:
            return _page(wanted, str(refusal), typed[:LONGEST_URL]), 400
    parts().delivery.choices.save(who.id, wanted, now())
    flash("From now on you are told like this.", "ok")
    return redirect(url_for(".choices"))


@blueprint.post("/account/notices/trials")
def try_out() -> ResponseReturnValue:
    """A message by that way, at once; the answer says what came of it."""
    who, way = access.signed_in(), request.form.get("way", "")
    channel = parts().delivery.courier.personal.get(way)
    to = channel.to(who, parts().delivery.choices.of(who.id)) if channel else None
    if channel is None or to is None:
        abort(400)
    if not parts().people.directory.may_again(who.id, "trial message", _MOST_TRIALS, now()):
        flash("You have sent many test messages: try again in a quarter of an hour.", "bad")
    elif refusal := _tried(channel.another(), who, to):
        flash(f"The test message did not go out: {refusal}.", "bad")
    else:
        where = who.email if to.address == who.email else f"your {channel.name}"
        flash(f"A test message went to {where}. It may take a minute to arrive.", "ok")
    return redirect(url_for(".choices"))


def _tried(channel: Personal, who: Person, to: Receiver) -> str:
    """Why it did not go out; "" when it did."""
    told, message_id = trial(parts().delivery.courier.ways.site, who, now())
    try:
        channel.send(Parcel(message_id, [LetterItem(told)], to), now(), lambda: None)
    except (NotTaken, Unclear, Unusable) as refusal:
        return str(refusal).rstrip(".")
    finally:
        channel.close()
    return ""


def _checked(url: str) -> str:
    chat = parts().delivery.courier.ways.chat
    if chat is None:
        raise UnusableUrl("Chat is not set up on this site; ask an administrator.")
    return chat.check(url)


def _paces_or_400() -> dict[str, str]:
    chosen = {kind.value: request.form.get(f"pace-{kind.value}", "") for kind in Kind}
    if not set(chosen.values()) <= set(Pace):
        abort(400)
    return chosen


def _page(choice: Choice, problem: str = "", typed: str = "") -> str:
    ways = parts().delivery.courier.ways
    return render_template(
        "delivery/preferences.html",
        choice=choice,
        words={kind: KINDS[kind].words for kind in Kind},
        paces=_PACES,
        mail_set_up=ways.post is not None,
        chat=ways.chat,
        problem=problem,
        typed=typed,
    )
