"""Submitting for review: a draft from its page or the editor, a change instead of a save."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from kb.people.rights import Right
from kb.procedures.model import Status
from kb.publishing.edits import Saved
from kb.publishing.outcomes import Refusal, or_refusal
from kb.web.publishing.forms import EditForm
from kb.web.publishing.save_messages import thanks
from kb.web.site import access
from kb.web.site.pages import now, parts

blueprint = Blueprint("submitting", __name__)
_REFUSED = "not submitted"  # kept until the page of that procedure is shown


@blueprint.post("/procedures/<path:procedure_id>/submissions")
def submit(procedure_id: str) -> ResponseReturnValue:
    """The draft as it is, if it is still what was looked at."""
    card = access.allowed_or_404(Right.SUBMIT, procedure_id)
    version = request.form.get("version", "")
    return _submitted(card.procedure.id, version, request.form.get("note", ""))


def typed(form: EditForm) -> dict[str, str]:
    """What was sent of the fields; what is to be submitted is a draft, whatever else was chosen."""
    texts = form.typed()
    if submits() and texts.get("status") == Status.PUBLISHED.value:
        texts["status"] = Status.DRAFT.value
    return texts


def submits() -> bool:
    """Is the draft to be submitted in the same step?"""
    return request.form.get("then") == "submit"


def saved(done: Saved) -> ResponseReturnValue:
    """After a save: the page of it; where that was asked, the draft is submitted."""
    if submits():
        return _submitted(done.procedure_id, done.version, request.form.get("note", ""))
    return thanks(done)


def proposed(number: int, *, to_read: bool = False) -> ResponseReturnValue:
    """The change waits, the old text stays up."""
    flash("Your change waits for a reviewer. Until then the old text stays up.", "ok")
    if to_read:
        flash("Nobody is asked to read it yet: do so on its page, once it is approved.", "plain")
    return redirect(url_for("submissions.submission", submission_id=number))


def refused(procedure_id: str) -> tuple[str, str]:
    """Why it was not submitted just now, and the word typed for the reviewer. Told once."""
    id, why, word = session.get(_REFUSED, ("", "", ""))
    if id != procedure_id:
        return "", ""
    del session[_REFUSED]
    return why, word


def _submitted(procedure_id: str, version: str, note: str) -> ResponseReturnValue:
    who = access.signed_in()
    done = or_refusal(
        lambda: parts().approval.submit(procedure_id, version, who, note[:500], now())
    )
    if isinstance(done, Refusal):
        session[_REFUSED] = (procedure_id, done.why, note[:500])
        return redirect(url_for("reading.procedure", procedure_id=procedure_id))
    flash("Submitted: it waits for a reviewer.", "ok")
    return redirect(url_for("submissions.submission", submission_id=done))
