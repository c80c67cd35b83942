"""How I want to be told: by kind and by way, and a message to try a way with."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.delivery.chat import LONGEST_URL, NotDelivered, UnusableUrl
from kb.delivery.letters import Item, Receiver, UnusableAddress, chat_words, letter
from kb.delivery.mail import NotTaken, Post, Unclear
from kb.delivery.visible_notices import trial
from kb.notices.kinds import WORDS, Choice, Kind, Pace
from kb.people.person import Person
from kb.web.site import access
from kb.web.site.pages import now, parts

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
    who, way = access.signed_in(), request.form.get("way")
    choice = parts().delivery.choices.of(who.id)
    if way == "mail" and parts().delivery.courier.ways.post is not None:
        refusal = _mailed(who)
    elif way == "chat" and parts().delivery.courier.ways.chat is not None and choice.chat_url:
        refusal = _chatted(who, choice.chat_url)
    else:
        abort(400)
    if refusal:
        flash(f"The test message did not go out: {refusal}.", "bad")
    else:
        where = who.email if way == "mail" else "your chat"
        flash(f"A test message went to {where}. It may take a minute to arrive.", "ok")
    return redirect(url_for(".choices"))


def _mailed(who: Person) -> str:
    """Why it did not go out; "" when it did. By a connection of its own."""
    ways = parts().delivery.courier.ways
    assert ways.post is not None
    told, message_id = trial(ways.site, who, now())
    to = Receiver(who.name, who.email, ways.leaving.path(who.id))
    post = Post(ways.post.server)
    try:
        written = letter(ways.site, to, [Item(told)], message_id, now(), digest=False)
        post.send(written, who.email, lambda: None)
    except (NotTaken, Unclear, UnusableAddress) as refusal:
        return str(refusal)
    finally:
        post.close()
    return ""


def _chatted(who: Person, url: str) -> str:
    ways = parts().delivery.courier.ways
    assert ways.chat is not None
    told, _ = trial(ways.site, who, now())
    title, text = chat_words(ways.site, [Item(told)], digest=False)
    try:
        ways.chat.send(url, title, text)
    except (NotDelivered, UnusableUrl) as refusal:
        return str(refusal).rstrip(".")
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
        words=WORDS,
        paces=_PACES,
        mail_set_up=ways.post is not None,
        chat=ways.chat,
        problem=problem,
        typed=typed,
    )
