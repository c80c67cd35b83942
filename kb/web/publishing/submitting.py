"""Submitting for review: a draft from its page or the editor, a change instead of a save."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kb.approval.submission import SubmissionError
from kb.catalogue.listings import Card
from kb.people.rights import Right
from kb.procedures.model import Status
from kb.publishing.edits import Edit, NotAllowed, NotSaved, Saved, UnusableEdit
from kb.web.publishing.forms import EditForm
from kb.web.publishing.save_messages import thanks
from kb.web.site import access
from kb.web.site.pages import now, parts

blueprint = Blueprint("submitting", __name__)


@blueprint.post("/procedures/<path:procedure_id>/submissions")
def submit(procedure_id: str) -> ResponseReturnValue:
    """The draft as it is, if it is still what was looked at."""
    card = access.allowed_or_404(Right.SUBMIT, procedure_id)
    version = request.form.get("version", "")
    return _submitted(card.procedure.id, version, request.form.get("note", ""))


def typed(form: EditForm) -> dict[str, str]:
    """What was sent of the fields; what is to be submitted is a draft, whatever else was chosen."""
    texts = form.typed()
    if request.form.get("then") == "submit" and texts.get("status") == Status.PUBLISHED.value:
        texts["status"] = Status.DRAFT.value
    return texts


def saved(done: Saved, before: Status) -> ResponseReturnValue:
    """After a save: what waits is what is saved, and it is submitted where that was asked."""
    who = access.signed_in()
    if request.form.get("then") == "submit":
        return _submitted(done.procedure_id, done.version, request.form.get("note", ""))
    if before.kept_back:
        parts().approval.take_up(before, done.procedure_id, who, now())
    return thanks(done)


def proposed(
    card: Card, wanted: Edit, draft_id: int | None = None, *, to_read: bool = False
) -> ResponseReturnValue:
    """The change waits, the old text stays up. The draft of it has done its work."""
    who = access.signed_in()
    number = parts().approval.propose(
        card.procedure,
        wanted.base,
        wanted.text,
        wanted.note,
        worth_telling=wanted.worth_telling,
        by=who,
        now=now(),
    )
    if draft_id is not None:
        parts().publishing.drafts.finish(who.id, draft_id)
    flash("Your change waits for a reviewer. Until then the old text stays up.", "ok")
    if to_read:
        flash("Nobody is asked to read it yet: do so on its page, once it is approved.", "plain")
    return redirect(url_for("submissions.submission", submission_id=number))


def _submitted(procedure_id: str, version: str, note: str) -> ResponseReturnValue:
    try:
        number = parts().approval.submit(
            procedure_id, version, access.signed_in(), note[:500], now()
        )
    except (SubmissionError, NotAllowed, NotSaved, UnusableEdit) as reason:
        flash(f"Not submitted: {reason}", "bad")
        return redirect(url_for("reading.procedure", procedure_id=procedure_id))
    flash("Submitted: it waits for a reviewer.", "ok")
    return redirect(url_for("submissions.submission", submission_id=number))
