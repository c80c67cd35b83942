"""Say it where it hurts: feedback about one section or step, in two clicks."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.feedback.model import About, Passage, Reason, Vote
from kb.procedures.model import UNASSIGNED, Procedure
from kb.web.documents.passages import NamedPassage, place_of
from kb.web.documents.read_version import page_of, read_or_404, seal_of
from kb.web.feedback.forms import PassageForm
from kb.web.site import access, search_log
from kb.web.site.pace import keep_pace
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("pinpointing", __name__)


class PassagePanel(Struct, frozen=True):
    """ "Was this helpful?" about a passage of `procedure` in the version that is read.

    `place` is the section that it stands in. `query` is the search that led there, sent along.
    """

    procedure: Procedure
    seal: str
    place: NamedPassage
    passage: Passage
    vote: Vote | None
    query: str


@blueprint.get("/procedures/<path:procedure_id>/feedback")
def ask(procedure_id: str) -> ResponseReturnValue:
    """The question about the passage named in the address, with its words as they read then."""
    arguments = request.args
    read = read_or_404(procedure_id, arguments.get("version"), arguments.get("seal"))
    panel = _panel_or_404(read, arguments.get("passage", ""))
    vote = panel.vote
    said = {"comment": vote.comment, "quiet": not vote.answer_wanted} if vote else {}
    return _page(panel, PassageForm(formdata=None, data=said))


@blueprint.post("/procedures/<path:procedure_id>/feedback")
def tell(procedure_id: str) -> ResponseReturnValue:
    """What somebody says about it: that it helped, or why not."""
    form = PassageForm()
    read = read_or_404(procedure_id, form.version.data, form.seal.data)
    panel = _panel_or_404(read, form.passage.data or "")
    if not form.validate():
        return _page(panel, form), 400
    keep_pace()
    helpful = form.said.data == "yes"
    cast = _cast(panel, helpful, form)
    search_log.voted(read.id, helpful=helpful)
    thanks = _thanks(read, cast)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(said=thanks)
    flash(thanks, "ok")
    section = panel.place.passage.anchor
    return redirect(url_for("reading.procedure", procedure_id=read.id, _anchor=section))


def _panel_or_404(read: Procedure, anchor: str) -> PassagePanel:
    page = page_of(read)
    found = place_of(page, anchor) if page else None
    if page is None:  # the file was changed by hand and its old text is nowhere
        found = _unknown(anchor)
    if found is None:
        abort(404)
    me = access.signed_in()
    return PassagePanel(
        procedure=read,
        seal=seal_of(read),
        place=found[0],
        passage=found[1],
        vote=parts().feedback.inbox.votes.of(me.id, read.id, read.version, found[1].anchor),
        query=search_log.led_to(read.id),
    )


def _unknown(anchor: str) -> tuple[NamedPassage, Passage]:
    """A passage of a text that was never kept: only its name is known."""
    lost = Passage(About.SECTION, anchor[:200], "")
    return NamedPassage(lost.anchor, lost), lost


def _cast(panel: PassagePanel, helpful: bool, form: PassageForm) -> Vote:
    read = panel.procedure
    return parts().feedback.inbox.votes.cast(
        access.signed_in().id,
        read,
        helpful,
        now(),
        parts().feedback.routing.of(read, departments()),
        None if helpful else Reason(form.said.data),
        "" if helpful else form.comment.data,
        passage=panel.passage,
        query=panel.query,
        answer_wanted=not form.quiet.data,
    )


def _thanks(read: Procedure, cast: Vote) -> str:
    if cast.helpful:
        return "Thanks, good to know."
    asked = departments().get(read.department).name
    who = "the administrators" if read.department == UNASSIGNED else asked
    after = " The answer comes to My questions." if cast.answer_wanted else ""
    return f"Thanks, {who} will see it.{after}"


def _page(panel: PassagePanel, form: PassageForm) -> str:
    return render_template("feedback/pinpointing/passage.html", panel=panel, form=form)
