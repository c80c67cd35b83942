"""My questions: what I reported and asked as conversations, with reply, "not solved" and rating."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.feedback.errors import FeedbackError, NotYourDepartment
from kb.feedback.life_cycle import EventKind
from kb.feedback.model import Item, Route, State
from kb.feedback.rating import Parameter, Rating
from kb.feedback.sql.thread import Event
from kb.web.feedback.forms import RatingForm, SeenForm, WordsForm
from kb.web.site import access
from kb.web.site.badges import badges
from kb.web.site.pace import keep_pace
from kb.web.site.pages import Pages, departments, now, number_in, page_number, parts

blueprint = Blueprint("questions", __name__, url_prefix="/questions")
PER_PAGE = 20
AT_HOME = 5


class MyQuestion(Struct, frozen=True):
    """One of my questions: the item, what was said since, and how I found the latest answer."""

    item: Item
    events: tuple[Event, ...]
    rating: Rating | None

    @property
    def talk(self) -> list[Event]:
        """What was written, but for the question itself."""
        return [event for event in self.events if event.words and event.kind != EventKind.OPENED]

    @property
    def fresh(self) -> bool:
        """Is there a word back that I have not seen?"""
        return self.item.state in (State.ANSWERED, State.WAITING) and not self.item.seen


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """All of them: what is new first, then the latest."""
    found = parts().feedback.inbox.questions(access.signed_in().id, page_number(), PER_PAGE)
    return render_template(
        "feedback/questions/listing.html",
        asked=_asked(found.items),
        pages=Pages(page_number(), PER_PAGE, found.total),
    )


def at_home() -> dict[str, object]:
    """What search/home.html shows: answers and questions back that I have not seen."""
    if not badges().unread:
        return {"answers": (), "answers_in_all": 0}
    found = parts().feedback.inbox.questions(access.signed_in().id, 1, AT_HOME)
    fresh = [item for item in found.items if MyQuestion(item, (), None).fresh]
    return {"answers": fresh, "answers_in_all": badges().unread}


@blueprint.get("/<int:item_id>")
def question(item_id: int) -> ResponseReturnValue:
    """One of them as a conversation; where a notice of an answer leads."""
    return _page(_mine_or_404(item_id))


@blueprint.post("/seen")
def seen() -> ResponseReturnValue:
    """These words back are read."""
    form = SeenForm()
    if not form.validate():
        abort(400)
    parts().feedback.inbox.mark_seen(access.signed_in().id, form.item.data or [], now())
    then = number_in(request.form.get("then"))
    if then is not None:
        return redirect(url_for(".question", item_id=then))
    return redirect(url_for(".listing", page=page_number()))


@blueprint.post("/<int:item_id>/replies")
def reply(item_id: int) -> ResponseReturnValue:
    """Say more, most often because the department asked."""
    found, form = _mine_or_404(item_id), WordsForm()
    if not form.validate():
        return _page(found, replying=form), 400
    keep_pace()
    who = access.signed_in().id
    return _done(
        found,
        "Sent.",
        lambda: parts().feedback.inbox.replies.reply(
            item_id, form.words.data, who, now(), _route(found)
        ),
    )


@blueprint.post("/<int:item_id>/reopening")
def reopen(item_id: int) -> ResponseReturnValue:
    """ "Not solved": back to who answered it, within two weeks."""
    found, form = _mine_or_404(item_id), WordsForm()
    if not form.validate():
        return _page(found, objecting=form), 400
    keep_pace()
    who = access.signed_in().id
    return _done(
        found,
        "It is open again, and who answered it knows.",
        lambda: parts().feedback.inbox.replies.reopen(
            item_id, form.words.data, who, now(), _route(found)
        ),
    )


@blueprint.post("/<int:item_id>/withdrawal")
def withdraw(item_id: int) -> ResponseReturnValue:
    """Nothing is to be answered any more."""
    found, who = _mine_or_404(item_id), access.signed_in().id
    return _done(
        found, "Taken back.", lambda: parts().feedback.inbox.replies.withdraw(item_id, who, now())
    )


@blueprint.post("/<int:item_id>/rating")
def rate(item_id: int) -> ResponseReturnValue:
    """How the service was, and thanks."""
    found, form = _mine_or_404(item_id), RatingForm()
    if not form.validate():
        return _page(found, rating=form), 400
    keep_pace()
    who, ratings = access.signed_in().id, parts().feedback.ratings
    told = "Thank you. You can change it for a day; it counts without your name."
    return _done(
        found,
        told,
        lambda: ratings.rate(who, item_id, form.marks(), form.thanks.data or "", now()),
    )


def _mine_or_404(item_id: int) -> Item:
    found = parts().feedback.inbox.question(item_id, access.signed_in().id)
    if found is None:
        abort(404)
    return found


def _asked(listed: tuple[Item, ...]) -> list[MyQuestion]:
    """Two statements, however many there are."""
    told = parts().feedback.inbox.thread.told(listed)
    rated = parts().feedback.ratings.of(access.signed_in().id, [one.id for one in listed])
    return [MyQuestion(one, told[one.id], rated.get((one.id, one.answers))) for one in listed]


def _page(
    found: Item,
    *,
    replying: WordsForm | None = None,
    objecting: WordsForm | None = None,
    rating: RatingForm | None = None,
    refusal: str = "",
) -> str:
    (asked,) = _asked((found,))
    may_read = None
    if found.procedure_id:
        card = parts().catalogue.get(found.procedure_id)
        may_read = card and access.reader().may_read(card.procedure)
    return render_template(
        "feedback/questions/question.html",
        asked=asked,
        item=found,
        may_read=may_read,
        fix=_fix(found),
        replying=replying or WordsForm(formdata=None),
        objecting=objecting or WordsForm(formdata=None),
        rating=rating or _rated(asked.rating),
        parameters=tuple(Parameter),
        refusal=refusal,
    )


def _fix(found: Item) -> str | None:
    """The title of what was saved to answer it, as far as one may read it."""
    card = parts().catalogue.get(found.fix.procedure_id) if found.fix else None
    return card.procedure.title if card and access.reader().may_read(card.procedure) else None


def _rated(rating: Rating | None) -> RatingForm:
    if rating is None:
        return RatingForm(formdata=None)
    marks = {one.value: str(mark) for one, mark in rating.marks.items()}
    return RatingForm(formdata=None, data={**marks, "thanks": rating.thanks})


def _route(found: Item) -> Route:
    card = parts().catalogue.get(found.procedure_id) if found.procedure_id else None
    procedure = card.procedure if card else None
    return parts().feedback.routing.of_item(found, departments(), procedure)


def _done(found: Item, told: str, step: Callable[[], object]) -> ResponseReturnValue:
    """Back to the conversation, or it with what speaks against the step."""
    try:
        step()
    except NotYourDepartment:
        abort(404)
    except FeedbackError as refusal:
        return _page(_mine_or_404(found.id), refusal=str(refusal)), 409
    parts().feedback.inbox.mark_seen(access.signed_in().id, [found.id], now())
    flash(told, "ok")
    return redirect(url_for(".question", item_id=found.id))
