"""Several items at once: first who gets what, then the deed; and views that are kept by name."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.feedback.errors import FeedbackError
from kb.feedback.model import Item, Outcome
from kb.feedback.sql.saved_views import UnusableView
from kb.web.feedback import inbox, inbox_item, triage
from kb.web.feedback.forms import MOST_SELECTED, BulkAnswerForm, BulkAssignForm, ViewForm
from kb.web.feedback.inbox_access import QUERY, listed
from kb.web.site import access
from kb.web.site.fields import mark
from kb.web.site.pages import now, number_in, parts, stand_at

_NONE = "Select at least one."
blueprint = Blueprint("bulk_steps", __name__, url_prefix="/inbox")


@blueprint.get("/answers")
def answers() -> ResponseReturnValue:
    """Who would get the same answer, and the form for it."""
    return _answer_page(_selected(request.args.getlist("item")), BulkAnswerForm(formdata=None))


@blueprint.post("/answers")
def answer() -> ResponseReturnValue:
    """The same answer to each of them; who was faster is told."""
    form = BulkAnswerForm()
    chosen = _selected(request.form.getlist("item"))
    if not form.validate() or not chosen:
        return _answer_page(_offered(), form), 400
    ids = [one.id for one in chosen]
    try:
        closed, refused = parts().feedback.inbox.steps.answer_all(
            ids, Outcome(form.outcome.data), form.reply.data, access.answering(), now()
        )
    except FeedbackError as refusal:
        form.reply.errors = [str(refusal)]
        return _answer_page(_offered(), form), 400
    parts().feedback.closings.drop([one.id for one in closed])
    flash(f"{_items(len(closed))} answered; each reporter sees it under My questions.", "ok")
    if refused:
        flash(f"{_items(len(refused))} had been dealt with meanwhile.", "warn")
    return redirect(listed())


@blueprint.get("/assignments")
def assignments() -> ResponseReturnValue:
    """Which items, and whom to give them to."""
    chosen = _selected(request.args.getlist("item"))
    return _assign_page(chosen, BulkAssignForm(formdata=None))


@blueprint.post("/assignments")
def assign() -> ResponseReturnValue:
    """Let one person work on all of them."""
    form = BulkAssignForm()
    chosen = _selected(request.form.getlist("item"))
    wanted = form.assignee.data or ""
    if not chosen:
        mark(form, "item", _NONE)
        return _assign_page(_offered(), form), 400
    if wanted not in {str(id) for id, _ in _able(chosen)} | {""}:
        mark(form, "assignee", "Choose somebody who answers for all of these departments.")
        return _assign_page(_offered(), form), 400
    done = 0
    for one in chosen:
        try:
            triage.assigned(one, int(wanted or 0), access.answering())
            done += 1
        except FeedbackError:
            continue
    flash(f"{_items(done)} assigned.", "ok")
    if done < len(chosen):
        flash(f"{_items(len(chosen) - done)} had been dealt with meanwhile.", "warn")
    return redirect(listed())


@blueprint.post("/views")
def save_view() -> ResponseReturnValue:
    """Keep what is listed now under a name."""
    access.answering()
    form = ViewForm()
    query = form.query.data or ""
    if not QUERY.fullmatch(query):
        abort(400)
    if not form.validate():
        return _refused_view(form)
    try:
        parts().feedback.views.save(access.signed_in().id, form.name.data, query)
    except UnusableView as refusal:
        mark(form, "name", str(refusal))
        return _refused_view(form)
    flash("Kept under My views.", "ok")
    return redirect(listed(query))


@blueprint.post("/views/<int:view_id>/removal")
def remove_view(view_id: int) -> ResponseReturnValue:
    """Forget a view."""
    access.answering()
    parts().feedback.views.remove(access.signed_in().id, view_id)
    flash("The view is removed.", "ok")
    return redirect(listed())


def _refused_view(form: ViewForm) -> ResponseReturnValue:
    stand_at(url_for("inbox.listing"))
    return inbox.listing_page(form), 400


def _selected(asked: list[str]) -> tuple[Item, ...]:
    """Those of them that are open and in one's inbox, oldest first; 404 for what is no number."""
    numbers = [number for one in asked if (number := number_in(one, 10)) is not None]
    if len(asked) > MOST_SELECTED or len(numbers) < len(asked):
        abort(404)
    mine = access.answering().departments
    found = parts().feedback.duplicates.open_ones(numbers, mine)
    return found[::-1]


def _offered() -> tuple[Item, ...]:
    """All that the page showed, ticked or not, as far as they are open still."""
    return _selected(request.form.getlist("offered") or request.form.getlist("item"))


def _answer_page(chosen: tuple[Item, ...], form: BulkAnswerForm) -> str:
    return render_template(
        "feedback/inbox/answers.html", items=chosen, form=form, then=_then(), ticked=_ticked()
    )


def _assign_page(chosen: tuple[Item, ...], form: BulkAssignForm) -> str:
    return render_template(
        "feedback/inbox/assignments.html",
        items=chosen,
        form=form,
        able=_able(chosen),
        then=_then(),
        ticked=_ticked(),
    )


def _able(chosen: tuple[Item, ...]) -> list[tuple[int, str]]:
    """Who may work on every one of them."""
    departments = {one.department for one in chosen}
    each = [{(one.id, one.name) for one in inbox_item.able(each)} for each in departments]
    both = set.intersection(*each) if each else set()
    return sorted(both, key=lambda one: one[1].casefold())


def _ticked() -> frozenset[str] | None:
    """Those that were, where the form came back; None where all are."""
    return frozenset(request.form.getlist("item")) if request.method == "POST" else None


def _then() -> str:
    return request.values.get("then", "")[:2000]


def _items(number: int) -> str:
    return f"{number} item" if number == 1 else f"{number} items"
