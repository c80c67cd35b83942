"""Deciding about what waits: comment, approve now or later, call off, send back, withdraw, mend."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kb.approval.submission import Comment, Submission, SubmissionKind, SubmissionState
from kb.documents.source.manuscript import opened
from kb.publishing.edits import Clash
from kb.publishing.outcomes import Obstacle, Refusal, became, or_refusal
from kb.publishing.three_way_merge import clashes, merge
from kb.web.approval.submissions import CommentedSection, page_of, passages, submission_or_404
from kb.web.publishing import resolving
from kb.web.publishing.forms import filled
from kb.web.site import access
from kb.web.site.pace import keep_pace
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("deciding", __name__, url_prefix="/submissions/<int:submission_id>")
_COLLIDED = (
    "Others have changed the same lines since it was submitted, so it went back to {name} to decide"
    " which to keep. Nothing is lost."
)


@blueprint.post("/comments")
def comment(submission_id: int) -> ResponseReturnValue:
    """About a passage, kept with the words it has now."""
    it = submission_or_404(submission_id)
    keep_pace()
    asked = request.form.get("anchor", "")
    on = next((one for one in passages(it) if one.anchor == asked), CommentedSection())
    said = Comment(it.id, "", now(), on.anchor, on.heading, on.words, _typed("text"))
    me = access.signed_in()
    done = or_refusal(lambda: parts().approval.comment(it, me, said, now()))
    if isinstance(done, Refusal):
        if done.obstacle is Obstacle.NOT_YOURS:
            abort(404)
        return page_of(it, done.why), 400
    flash("Your comment is kept.", "ok")
    to = f"on.{on.anchor}" if on.anchor else "review.comments"
    return redirect(url_for("submissions.submission", submission_id=it.id, _anchor=to))


@blueprint.post("/approval")
def approve(submission_id: int) -> ResponseReturnValue:
    """Now, or at a time by the department's clocks."""
    it = submission_or_404(submission_id)
    approving, who, word = parts().approval, access.signed_in(), _typed("word")
    when = request.form.get("when", "now")
    if when == "nothing":  # Enter in a field
        return page_of(it, "Nothing is decided yet: approve it with one of the buttons."), 400
    shown = request.form.get("shown", "")
    if when != "later":
        verb = partial(approving.approve, it, who, word, now(), shown)
        return _decided(it, verb, "Approved: it is up.")
    at = _time_typed(it)
    if at is None:
        return page_of(it, "Choose a day and a time."), 400
    later = partial(approving.approve_later, it, who, at, word, now(), shown)
    return _decided(it, later, "Approved: it comes up then.")


@blueprint.post("/calling-off")
def call_off(submission_id: int) -> ResponseReturnValue:
    """Not at its time after all: it waits for a decision again."""
    it = submission_or_404(submission_id)
    verb = partial(parts().approval.call_off, it, access.signed_in(), _typed("word"), now())
    return _decided(it, verb, "Called off: it waits for a decision again.")


@blueprint.post("/return")
def send_back(submission_id: int) -> ResponseReturnValue:
    """To who submitted it, with a word or a comment."""
    it = submission_or_404(submission_id)
    verb = partial(parts().approval.send_back, it, access.signed_in(), _typed("word"), now())
    return _decided(it, verb, f"Sent back to {it.by_name}.")


@blueprint.post("/withdrawal")
def withdraw(submission_id: int) -> ResponseReturnValue:
    """By who submitted it."""
    it = submission_or_404(submission_id)
    verb = partial(parts().approval.withdraw, it, access.signed_in(), _typed("word"), now())
    return _decided(it, verb, "Withdrawn.")


@blueprint.post("/mending")
def mend(submission_id: int) -> ResponseReturnValue:
    """Go on writing at a change that came back: its text becomes a draft of one's own."""
    it = submission_or_404(submission_id)
    card = access.editable_or_404(it.procedure_id)
    to = url_for("editing.edit", procedure_id=it.procedure_id, draft="continue")
    who = access.signed_in()
    if it.is_draft or parts().publishing.drafts.of(who.id, it.procedure_id) is not None:
        return redirect(url_for("editing.edit", procedure_id=it.procedure_id))
    path = card.procedure.path
    texts = or_refusal(lambda: filled(opened(it.proposal.text, path, departments())))
    if isinstance(texts, Refusal):
        return page_of(it, texts.why), 409
    form = {**texts, "note": it.proposal.note}
    parts().publishing.drafts.keep(who.id, it.procedure_id, it.proposal.base, form, now())
    return redirect(to)


@blueprint.get("/resolution")
def resolution(submission_id: int) -> ResponseReturnValue:
    """A change that others' changes touch: both texts, to decide place by place."""
    it = submission_or_404(submission_id)
    card = access.editable_or_404(it.procedure_id)
    if it.proposal.kind is not SubmissionKind.CHANGE or it.state is not SubmissionState.SENT_BACK:
        abort(404)
    base, mine = it.proposal.base, it.proposal.text
    theirs = parts().storage.library.read(card.procedure.path)
    stretches = merge(base, mine, theirs)
    if not clashes(stretches):
        return redirect(url_for("submissions.submission", submission_id=it.id))
    clash = Clash(base, mine, theirs, stretches)
    return resolving.ask(card, clash, it.proposal.note, it.proposal.worth_telling)


def _decided(it: Submission, verb: Callable[[], object], said: str) -> ResponseReturnValue:
    """Do it, and say so; or say on the page why not."""
    done = became(verb)
    if isinstance(done, Refusal):
        if done.obstacle is Obstacle.NOT_YOURS and it.by_id != access.signed_in().id:
            abort(404)  # a button that was never shown
        return page_of(_again(it), done.why), 503 if done.for_now else 409
    if isinstance(done, Clash):
        flash(_COLLIDED.format(name=it.by_name), "warn")
    else:
        flash(said, "ok")
    return redirect(url_for("submissions.submission", submission_id=it.id))


def _again(it: Submission) -> Submission:
    return submission_or_404(it.id)


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n")


def _time_typed(it: Submission) -> datetime | None:
    """The time by the department's clocks; None for what is no time."""
    zone = departments().get(it.department).calendar.zone
    try:
        typed = datetime.fromisoformat(request.form.get("at", "").strip())
        return typed.replace(tzinfo=zone).astimezone(UTC) if typed.tzinfo is None else None
    except (ValueError, OverflowError):
        return None
