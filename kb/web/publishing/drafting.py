"""Drafts: written down every few seconds, found again, put away, had back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from kb.documents.source.lines import NotAmendable
from kb.publishing.sql.drafts import Draft
from kb.web.publishing import homeless, opened_file
from kb.web.publishing.draft_changes import DraftLine, changes, changes_of
from kb.web.publishing.forms import EditForm
from kb.web.site import access
from kb.web.site.pages import now, number_in, parts

blueprint = Blueprint("drafting", __name__)


@blueprint.post("/procedures/<path:procedure_id>/draft")
def keep(procedure_id: str) -> ResponseReturnValue:
    """Write down what was typed so far; asked by our script only."""
    try:
        return kept(access.editable_or_404(procedure_id).procedure.id)
    except NotFound:
        number = homeless.kept(procedure_id)
        return jsonify(draft=number, at=now().isoformat(), gone=True) if number else abort(404)


def kept(procedure_id: str | None) -> ResponseReturnValue:
    """The draft's number and time as JSON."""
    form = EditForm()
    who = access.signed_in().id
    draft_id = number_in((form.draft.data or "").strip())
    base = opened_file.unsealed(form.base.data, procedure_id or "")
    kept_as = parts().publishing.drafts.keep(
        who, procedure_id, base, form.everything(), now(), draft_id
    )
    return jsonify(draft=kept_as, at=now().isoformat())


@blueprint.get("/drafts")
def listing() -> ResponseReturnValue:
    """My drafts, and what I discarded lately."""
    who = access.department_member_or_404()
    drafts = parts().publishing.drafts.all(who.id)
    return render_template(
        "publishing/drafts.html",
        drafts=drafts,
        homeless=homeless.homeless(drafts),
        discarded=parts().publishing.drafts.discarded(who.id, now()),
    )


@blueprint.get("/drafts/<int:draft_id>")
def difference(draft_id: int) -> ResponseReturnValue:
    """What a draft changes in its file."""
    draft = _own(draft_id)
    return render_template(
        "publishing/draft.html",
        draft=draft,
        changes=_changes(draft),
        homeless=homeless.homeless((draft,)),
    )


@blueprint.post("/drafts/<int:draft_id>/discarding")
def discard(draft_id: int) -> ResponseReturnValue:
    """Put it away; for a day it can be had back."""
    draft = _own(draft_id)
    parts().publishing.drafts.discard(draft.person_id, draft.id, now())
    flash("The draft is discarded. You can have it back from “My drafts” for a day.", "ok")
    if request.form.get("then") == "edit" and draft.procedure_id is not None:
        return redirect(url_for("editing.edit", procedure_id=draft.procedure_id))
    return redirect(url_for(".listing"))


@blueprint.post("/drafts/<int:draft_id>/restoring")
def restore(draft_id: int) -> ResponseReturnValue:
    """Have a discarded one back."""
    draft = _own(draft_id)
    if parts().publishing.drafts.restore(draft.person_id, draft.id) is None:
        flash("You have begun a newer draft of it: save or discard that one first.", "warn")
    else:
        flash("Here it is again.", "ok")
    return redirect(url_for(".listing"))


@blueprint.post("/drafts/<int:draft_id>/renewal")
def renew(draft_id: int) -> ResponseReturnValue:
    """Go on with it as a new procedure: the one that it was of is gone, or another's by now."""
    draft = _own(draft_id)
    parts().publishing.drafts.part_from_procedure(draft.person_id, draft.id)
    return redirect(url_for("beginning.new", draft=draft.id))


def way_to(draft: Draft) -> str:
    """Where it goes on."""
    if draft.procedure_id is None:
        return url_for("beginning.new", draft=draft.id)
    return url_for("editing.edit", procedure_id=draft.procedure_id, draft="continue")


def _own(draft_id: int) -> Draft:
    """The draft of that number, if it is of the one who asks: nobody else's is ever shown."""
    who = access.department_member_or_404()
    return parts().publishing.drafts.get(who.id, draft_id) or abort(404)


def _changes(draft: Draft) -> list[DraftLine]:
    if draft.procedure_id is not None:
        card = parts().catalogue.get(draft.procedure_id)
        if card is not None and access.may_edit(card.procedure):
            return changes_of(draft, opened_file.manuscript_of(card))
    try:
        text = opened_file.manuscript_from(draft.base, "new.md").written(draft.form)
    except NotAmendable:
        text = draft.base
    return changes(draft.base, text)


@blueprint.app_context_processor
def _for_every_page() -> dict[str, object]:
    return {"way_to_draft": way_to}
