"""A department's inbox: what is to be answered, and the answering. Everybody else gets a 404."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.feedback.errors import AlreadyAnswered, FeedbackError, NotYourDepartment
from kb.feedback.listing import Listed, Sort
from kb.feedback.model import OPEN, Counts, Item, Outcome, State
from kb.procedures.model import Procedure
from kb.web import access, wording
from kb.web.forms import AnswerForm
from kb.web.pages import Pages, now, page_number, parts

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")
blueprint.add_app_template_filter(wording.apart)
blueprint.add_app_template_filter(wording.ago)
PER_PAGE = 20
_SHOWN = ("open", "answered")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items are listed, as the address says it."""

    state: str
    department: str | None
    newest_first: bool


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """The items of my departments, filtered and ordered."""
    mine = access.answering().departments
    chosen = _filter(mine)
    asked = Listed(
        mine,
        states=OPEN if chosen.state == "open" else frozenset({State.ANSWERED}),
        department=chosen.department,
        sort=Sort.NEWEST if chosen.newest_first else Sort.OLDEST,
        page=page_number(),
        per_page=PER_PAGE,
    )
    found = parts().inbox.lists.page(asked, now())
    return render_template(
        "inbox/listing.html",
        items=found.items,
        pages=Pages(page_number(), PER_PAGE, found.total),
        chosen=chosen,
        counts=_counts(mine),
        mine=sorted(mine),
    )


@blueprint.get("/<int:item_id>")
def item(item_id: int) -> ResponseReturnValue:
    """One item, and the form to answer it."""
    return _item_page(_mine_or_404(item_id), AnswerForm())


@blueprint.post("/<int:item_id>/answer")
def answer(item_id: int) -> ResponseReturnValue:
    """Close it with a word to the reporter; whoever is second sees what the first one wrote."""
    asked = _mine_or_404(item_id)
    form = AnswerForm()
    if not form.validate():
        return _item_page(asked, form), 400
    me = access.answering()
    try:
        parts().inbox.steps.answer(item_id, Outcome(form.outcome.data), form.reply.data, me, now())
    except AlreadyAnswered as refusal:
        return _item_page(_mine_or_404(item_id), form, str(refusal)), 409
    except NotYourDepartment:
        abort(404)
    except FeedbackError as refusal:
        form.reply.errors = [str(refusal)]
        return _item_page(asked, form), 400
    flash(f"Answered. {asked.reporter} sees it under My questions.", "ok")
    return redirect(url_for(".listing"))


def _filter(mine: frozenset[str]) -> Filter:
    state, department = request.args.get("state", "open"), request.args.get("department")
    if state not in _SHOWN or (department and department not in mine):
        abort(404)
    oldest_first = request.args.get("order", "newest") == "oldest"
    return Filter(state, department or None, newest_first=not oldest_first)


def _counts(mine: frozenset[str]) -> Counts:
    return parts().inbox.lists.counts(mine, now())


def _mine_or_404(item_id: int) -> Item:
    mine = access.answering().departments
    found = parts().inbox.get(item_id, mine)
    if found is None:
        abort(404)
    return found


def _item_page(found: Item, form: AnswerForm, refusal: str = "") -> str:
    return render_template(
        "inbox/item.html",
        item=found,
        form=form,
        refusal=refusal,
        procedure=_procedure_of(found),
    )


def _procedure_of(found: Item) -> Procedure | None:
    """What the feedback is about as it is now; None for a request, or when it is gone."""
    card = parts().catalogue.get(found.procedure_id) if found.procedure_id else None
    return card.procedure if card and access.reader().may_read(card.procedure) else None
