"""What a department does with an item short of answering it: see, assign, ask, merge, send on."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kb.feedback.errors import FeedbackError, NotYourDepartment
from kb.feedback.model import Item
from kb.feedback.routing import Answering
from kb.web.feedback import inbox_item
from kb.web.feedback.forms import AssignForm, MergeForm, RouteForm, WordsForm
from kb.web.feedback.inbox_access import listed, mine_or_404
from kb.web.feedback.responding import to_ask
from kb.web.site import access
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("triage", __name__, url_prefix="/inbox")
Step = Callable[[Answering], object]


@blueprint.post("/<int:item_id>/sight")
def see(item_id: int) -> ResponseReturnValue:
    """Somebody of the department has looked at it."""
    mine_or_404(item_id)
    return _done(item_id, "", lambda me: parts().feedback.inbox.steps.see(item_id, me, now()))


@blueprint.post("/<int:item_id>/assignment")
def assign(item_id: int) -> ResponseReturnValue:
    """Who works on it: oneself, somebody of the department, or nobody."""
    found = mine_or_404(item_id)
    form = AssignForm().offer(inbox_item.able(found.department))
    wanted = form.assignee.data or ""
    if wanted not in {each.value for each in form.assignee.choices or []}:
        abort(400)
    name = {each.value: each.label for each in form.assignee.choices or []}[wanted]
    told = f"{name} works on it." if wanted else "It is the whole department’s again."
    return _done(item_id, told, lambda me: assigned(found, int(wanted or 0), me))


@blueprint.post("/<int:item_id>/questions")
def ask_back(item_id: int) -> ResponseReturnValue:
    """Ask the reporter; the clock stands meanwhile."""
    found, form = mine_or_404(item_id), WordsForm()
    if not form.validate():
        return inbox_item.page(found, asking=form), 400
    told = f"Asked. {found.reporter} sees it under My questions."
    steps = parts().feedback.inbox.steps
    return _done(item_id, told, lambda me: steps.ask_back(item_id, form.words.data, me, now()))


@blueprint.post("/<int:item_id>/notes")
def note(item_id: int) -> ResponseReturnValue:
    """Something that only the department sees."""
    found, form = mine_or_404(item_id), WordsForm()
    if not form.validate():
        return inbox_item.page(found, noting=form), 400
    steps = parts().feedback.inbox.steps
    return _done(item_id, "Kept.", lambda me: steps.note(item_id, form.words.data, me, now()))


@blueprint.post("/<int:item_id>/route")
def route(item_id: int) -> ResponseReturnValue:
    """To the department that should answer it."""
    found, form = mine_or_404(item_id), RouteForm().offer(to_ask())
    if not form.validate():
        return inbox_item.page(found, routing=form), 400
    to = parts().feedback.routing.to(form.department.data, departments())
    told = f"Sent on. {to.department.name} answers it now, and {found.reporter} knows."
    steps = parts().feedback.inbox.steps
    answered = _done(
        item_id, told, lambda me: steps.reroute(item_id, form.words.data, to, me, now())
    )
    if to.department.id in access.answering().departments:
        return answered
    return redirect(url_for("inbox.listing"))


@blueprint.post("/<int:item_id>/merging")
def merge(item_id: int) -> ResponseReturnValue:
    """Have it answered with another one that says the same."""
    found, form = mine_or_404(item_id), MergeForm()
    if not form.validate() or not form.into.data:
        abort(400)
    into = mine_or_404(form.into.data)
    told = f"{found.reporter} gets the same answer as {into.reporter}."
    steps = parts().feedback.inbox.steps
    answered = _done(item_id, told, lambda me: steps.merge(item_id, into.id, me, now()))
    return answered if isinstance(answered, tuple) else redirect(_to(into.id))


@blueprint.post("/<int:item_id>/keeping-open")
def keep_open(item_id: int) -> ResponseReturnValue:
    """What was promised for it does not answer it."""
    mine_or_404(item_id)
    parts().feedback.closings.drop([item_id])
    flash("It stays open until somebody answers it.", "ok")
    return redirect(_to(item_id))


def assigned(found: Item, person_id: int, me: Answering) -> object:
    """Let that person work on it (0: nobody in particular). Raises as the steps do."""
    steps = parts().feedback.inbox.steps
    if not person_id:
        return steps.give_back(found.id, me, now())
    if person_id == me.id:
        return steps.take(found.id, me, now())
    person = parts().people.directory.get(person_id)
    if person is None:
        raise NotYourDepartment("That person no longer exists.")
    to = parts().feedback.routing.answering(person, departments())
    return steps.assign(found.id, to, me, now())


def _done(item_id: int, told: str, step: Step) -> ResponseReturnValue:
    """Back to where it was done, or the item again with what speaks against it."""
    try:
        step(access.answering())
    except NotYourDepartment:
        abort(404)
    except FeedbackError as refusal:
        unsent = request.form.get("words", "")
        return inbox_item.page(mine_or_404(item_id), refusal=str(refusal), unsent=unsent), 409
    if told:
        flash(told, "ok")
    return redirect(_back(item_id))


def _back(item_id: int) -> str:
    """To the list where it was done there: `then` is what stood behind its ?."""
    if "then" not in request.form:
        return _to(item_id)
    return f"{listed()}#item-{item_id}"


def _to(item_id: int) -> str:
    return url_for("inbox.item", item_id=item_id)
