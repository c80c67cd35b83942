"""A department's inbox: the list, and one item with its answer. Everybody else gets a 404."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.feedback.errors import AlreadyAnswered, FeedbackError, NotYourDepartment
from kb.feedback.model import Item, Outcome, Reason
from kb.feedback.sql.facets import MOST
from kb.feedback.sql.selection import Due, Sort
from kb.web.documents import passages
from kb.web.feedback import inbox_item
from kb.web.feedback.forms import AnswerForm, ViewForm
from kb.web.feedback.grouped import grouped
from kb.web.feedback.inbox_access import mine_or_404
from kb.web.feedback.inbox_filter import PER_PAGE, InboxFilter, Show, chosen, offered, pages
from kb.web.site import access, wording
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")
blueprint.add_app_template_filter(wording.apart)
blueprint.add_app_template_filter(wording.ago)
blueprint.add_app_template_filter(passages.section_of, "section")
blueprint.add_app_template_filter(passages.name_of, "place_name")


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """The items of my departments, as they were chosen and ordered."""
    return listing_page(ViewForm(formdata=None))


def listing_page(view_form: ViewForm) -> str:
    """The list as the address asks for it, with the form to keep it as a view."""
    now_shown = chosen(access.answering())
    asked = now_shown.listed()
    found = parts().feedback.facets.found(asked, now_shown.me, now_shown.assignee_id, now())
    shown = parts().feedback.inbox.lists.shown(found.listed(asked), now())
    counted = offered(found, now_shown)
    return render_template(
        "feedback/inbox/listing.html",
        items=shown[:PER_PAGE],
        groups=grouped(shown[:PER_PAGE]),
        pages=pages(shown, counted, now_shown.show),
        chosen=now_shown,
        offered=counted,
        most=MOST,
        views=parts().feedback.views.of(now_shown.me),
        shared=parts().insight.shared.count(now_shown.departments),
        members=_members(now_shown),
        mine=[one for one in departments().by_id if one in now_shown.departments]
        + sorted(now_shown.departments - set(departments().by_id)),
        shows=tuple(Show),
        dues=tuple(Due),
        sorts=tuple(Sort),
        reasons=tuple(Reason),
        view_form=view_form,
    )


@blueprint.get("/<int:item_id>")
def item(item_id: int) -> ResponseReturnValue:
    """One item, and what can be done with it."""
    return inbox_item.page(mine_or_404(item_id), answer=_prefilled())


@blueprint.post("/<int:item_id>/answer")
def answer(item_id: int) -> ResponseReturnValue:
    """Close it with a word to the reporter; whoever is second sees what the first one wrote."""
    asked = mine_or_404(item_id)
    form = AnswerForm()
    if not form.validate():
        return inbox_item.page(asked, answer=form), 400
    me = access.answering()
    try:
        parts().feedback.inbox.steps.answer(
            item_id, Outcome(form.outcome.data), form.reply.data, me, now()
        )
    except AlreadyAnswered as refusal:
        again = mine_or_404(item_id)
        return inbox_item.page(again, refusal=str(refusal), unsent=form.reply.data), 409
    except NotYourDepartment:
        abort(404)
    except FeedbackError as refusal:
        form.reply.errors = [str(refusal)]
        return inbox_item.page(asked, answer=form), 400
    parts().feedback.closings.drop([item_id])
    flash(f"Answered. {told(asked)} under My questions.", "ok")
    return redirect(url_for(".listing"))


def told(asked: Item) -> str:
    """Who sees the answer: "Rita Rep and 2 others see it"."""
    if not asked.duplicates:
        return f"{asked.reporter} sees it"
    others = "1 other" if asked.duplicates == 1 else f"{asked.duplicates} others"
    return f"{asked.reporter} and {others} see it"


def _prefilled() -> AnswerForm:
    """With ?outcome= and ?reply=, as another page leads here after something was done."""
    said = {name: request.args.get(name, "")[:500] for name in ("outcome", "reply")}
    return AnswerForm(formdata=None, data=said)


def _members(now_shown: InboxFilter) -> list[tuple[int, str]]:
    """Who may work on what is listed, and who asks first."""
    me = access.signed_in()
    found = {one.id: one.name for one in parts().people.directory.members(now_shown.departments)}
    others = [(id, name) for id, name in found.items() if id != me.id]
    return [(me.id, f"{me.name} (me)"), *others]
