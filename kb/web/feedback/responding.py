"""A word back: "Was this helpful?", "I could not find it", and the answers to both."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.feedback.model import Reason, Tally, Vote
from kb.procedures.model import UNASSIGNED, Department, Procedure
from kb.web.documents.read_version import read_or_404, seal_of
from kb.web.feedback.forms import AskForm, VoteForm
from kb.web.site import access, search_log
from kb.web.site.fields import LONGEST_QUERY
from kb.web.site.pace import keep_pace
from kb.web.site.pages import departments, now, parts, today

blueprint = Blueprint("responding", __name__)


class VotePanel(Struct, frozen=True):
    """ "Was this helpful?" about `procedure` in the version that is read; `seal` vouches for it."""

    procedure: Procedure
    seal: str
    tally: Tally
    vote: Vote | None
    form: VoteForm | None  # where somebody says, or changes, why it did not help


def vote_panel(procedure: Procedure) -> dict[str, VotePanel]:
    """What _parts/vote.html shows, for the procedure with the version that stands on the page."""
    return {"vote_panel": _vote_panel(procedure)}


def ask_panel(query: str, likely: str | None) -> dict[str, AskForm | None]:
    """What _parts/ask.html shows: the search, and the likely department preselected."""
    if access.person() is None:
        return {"ask_form": None}
    return {"ask_form": _ask_form({"q": query, "department": likely or ""})}


def to_ask() -> list[Department]:
    """The departments that can be asked."""
    return list(departments().by_id.values()) or [Department(UNASSIGNED, "The administrators")]


@blueprint.get("/procedures/<path:procedure_id>/votes")
def vote_page(procedure_id: str) -> ResponseReturnValue:
    """The question as a page of its own, about the version that was read."""
    read = read_or_404(procedure_id, request.args.get("version"), request.args.get("seal"))
    return _vote_page(_vote_panel(read))


@blueprint.post("/procedures/<path:procedure_id>/votes")
def vote(procedure_id: str) -> ResponseReturnValue:
    """Cast or change one's vote on the version that was read."""
    form = VoteForm()
    read = read_or_404(procedure_id, form.version.data, form.seal.data)
    if not form.validate():
        return _vote_page(_vote_panel(read, form)), 400
    keep_pace()
    _cast(read, form.helpful.data == "yes", form)
    search_log.voted(read.id, helpful=form.helpful.data == "yes")
    return redirect(_back_to(read))


@blueprint.route("/requests", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """ "I could not find it": whom to ask, and what comes of it."""
    if request.method != "POST":
        query = request.args.get("q", "").strip()[:LONGEST_QUERY]
        likely = request.args.get("department") or _likely(query)
        return _ask_page(_ask_form({"q": query, "department": likely or ""}))
    form = _ask_form()
    if not form.validate():
        return _ask_page(form), 400
    keep_pace()
    asked = _send(form)
    search_log.asked(form.q.data)
    who = "the administrators" if asked.id == UNASSIGNED else asked.name
    flash(f"Thanks, {who} will see it. The answer comes here.", "ok")
    return redirect(url_for("questions.listing"))


def _vote_panel(read: Procedure, form: VoteForm | None = None) -> VotePanel:
    who, votes = access.person(), parts().feedback.inbox.votes
    cast = votes.of(who.id, read.id, read.version) if who else None
    if form is None and cast and not cast.helpful:
        said = {
            "reason": cast.reason and cast.reason.value,
            "comment": cast.comment,
            "quiet": not cast.answer_wanted,
        }
        form = VoteForm(formdata=None, data=said)
    return VotePanel(
        procedure=read,
        seal=seal_of(read),
        tally=votes.tally(read.id),
        vote=cast,
        form=form,
    )


def _vote_page(panel: VotePanel) -> str:
    return render_template("feedback/responding/vote.html", vote_panel=panel)


def _cast(read: Procedure, helpful: bool, form: VoteForm) -> None:
    parts().feedback.inbox.votes.cast(
        access.signed_in().id,
        read,
        helpful,
        now(),
        parts().feedback.routing.of(read, departments()),
        reason=Reason(form.reason.data) if form.reason.data and not helpful else None,
        comment="" if helpful else form.comment.data,
        query=search_log.led_to(read.id),
        answer_wanted=not form.quiet.data,
    )


def _back_to(read: Procedure) -> str:
    """To the page it was asked on, or to the question alone where that page has changed since."""
    current = access.readable_or_404(read.id).procedure
    if current.version == read.version:
        return url_for("reading.procedure", procedure_id=read.id, _anchor="helpful")
    return url_for(".vote_page", procedure_id=read.id, version=read.version, seal=seal_of(read))


def _ask_form(said: dict[str, str] | None = None) -> AskForm:
    form = AskForm(formdata=None, data=said) if said is not None else AskForm()
    return form.offer(to_ask())


def _ask_page(form: AskForm) -> str:
    return render_template("feedback/responding/ask.html", ask_form=form)


def _likely(query: str) -> str | None:
    if not query:
        return None
    found = parts().search.searcher.search(query, access.reader(), today(), limit=1)
    return found.likely_department


def _send(form: AskForm) -> Department:
    query, routing = form.q.data, parts().feedback.routing
    if form.department.data:
        route = routing.to(form.department.data, departments())
    else:
        route = routing.guessed(query, _likely(query), departments())
    parts().feedback.inbox.ask(
        access.signed_in().id,
        query,
        route,
        form.comment.data,
        now(),
        reason=Reason(form.reason.data or Reason.NOT_FOUND),
        answer_wanted=not form.quiet.data,
    )
    return route.department
