"""What departments have not answered in time, for the administrators who are told of it.

They read it and see to it that somebody answers; the answer is the department's. What they may
not read themselves, as a draft, is not there, and for everybody else nothing is: a 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.feedback.errors import FeedbackError
from kb.feedback.model import Item
from kb.feedback.routing import Answering
from kb.people.person import Person
from kb.people.rights import Right, may
from kb.procedures.model import UNASSIGNED, Department
from kb.web.feedback import inbox_item, triage
from kb.web.feedback.forms import AssignForm, RouteForm
from kb.web.feedback.responding import to_ask
from kb.web.site import access
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("overdue", __name__, url_prefix="/overdue")
MOST = 200  # shown on the list


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """All of it, or one department's; what is late the longest first."""
    _overseer_or_404()
    wanted = request.args.get("department")
    if wanted and wanted not in departments():
        abort(404)
    found = parts().feedback.inbox.lists.overdue(now(), MOST + 1, department=wanted or None)
    return render_template(
        "feedback/overdue/listing.html",
        items=list(_readable(found[:MOST])),
        more=len(found) > MOST,
        most=MOST,
        wanted=wanted,
    )


@blueprint.get("/<int:item_id>")
def item(item_id: int) -> ResponseReturnValue:
    """One of them, as its reporter sees it, and who could see to it."""
    return _page(_overdue_or_404(item_id))


@blueprint.post("/<int:item_id>/assignment")
def assign(item_id: int) -> ResponseReturnValue:
    """Have somebody of the department work on it, who is told."""
    found = _overdue_or_404(item_id)
    form = AssignForm().offer(inbox_item.able(found.department))
    names = {each.value: each.label for each in form.assignee.choices or [] if each.value}
    wanted = form.assignee.data or ""
    if wanted not in names:
        abort(400)
    told = f"{names[wanted]} works on it, and is told."
    return _done(found, told, lambda me: triage.assigned(found, int(wanted), me))


@blueprint.post("/<int:item_id>/route")
def route(item_id: int) -> ResponseReturnValue:
    """To the department that should answer it."""
    found = _overdue_or_404(item_id)
    form = RouteForm().offer(_elsewhere(found))
    if not form.validate():
        return _page(found, routing=form), 400
    to = parts().feedback.routing.to(form.department.data, departments())
    told = f"Sent on. {to.department.name} answers it now, and {found.reporter} knows."
    steps = parts().feedback.inbox.steps
    return _done(found, told, lambda me: steps.reroute(item_id, form.words.data, to, me, now()))


def _page(found: Item, *, routing: RouteForm | None = None, refusal: str = "") -> str:
    return render_template(
        "feedback/overdue/item.html",
        item=found,
        procedure=inbox_item.procedure_of(found),
        talk=[one for one in parts().feedback.inbox.thread.told((found,))[found.id] if one.words][
            1:
        ],
        able=inbox_item.able(found.department),
        routing=(routing or RouteForm(formdata=None)).offer(_elsewhere(found)),
        refusal=refusal,
    )


def _done(found: Item, told: str, step: Callable[[Answering], object]) -> ResponseReturnValue:
    """On behalf of its department, to which the person need not belong."""
    try:
        step(Answering(access.signed_in().id, frozenset({found.department})))
    except FeedbackError as refusal:
        return _page(_overdue_or_404(found.id), refusal=str(refusal)), 409
    flash(told, "ok")
    return redirect(url_for(".listing"))


def _overseer_or_404() -> Person:
    found = access.signed_in()
    if not may(found, Right.OVERSEE):
        abort(404)
    return found


def _overdue_or_404(item_id: int) -> Item:
    """The item, as long as its department has not answered it in time."""
    _overseer_or_404()
    found = parts().feedback.inbox.get(item_id, {*departments().by_id, UNASSIGNED})
    if found is None or not found.overdue(now()):
        abort(404)
    return next(iter(_readable([found])), None) or abort(404)


def _readable(found: Iterable[Item]) -> Iterable[Item]:
    """Without what is about a procedure that the one who asks may not read."""
    listed = tuple(found)
    cards = parts().catalogue.by_ids({one.procedure_id for one in listed if one.procedure_id})
    reader = access.reader()
    for one in listed:
        card = cards.get(one.procedure_id or "")
        if card is None or reader.may_read(card.procedure):
            yield one


def _elsewhere(found: Item) -> list[Department]:
    return [one for one in to_ask() if one.id != found.department]
