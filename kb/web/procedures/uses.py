""" "Used for ticket …": a use that counts in insight, where the address of tickets is known."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kb.insight.sql.uses import ticket_in
from kb.web.site import access, search_log
from kb.web.site.access import readable_or_404
from kb.web.site.pages import now, parts

blueprint = Blueprint("uses", __name__)


@blueprint.app_template_global()
def ticket_address(ticket: str) -> str | None:
    """Where that ticket stands; None where the setting does not say."""
    form = parts().settings.ticket_link
    return form.replace("{ticket}", quote(ticket, safe="")) if form else None


@blueprint.post("/procedures/<path:procedure_id>/uses")
def note(procedure_id: str) -> ResponseReturnValue:
    """Count it, with the ticket's number and nothing else."""
    id = readable_or_404(procedure_id).procedure.id
    access.signed_in()
    if not parts().settings.ticket_link:
        abort(404)
    ticket = ticket_in(request.form.get("ticket", ""))
    if ticket is None:
        flash("That is no ticket’s number: letters, digits and signs, no blanks.", "warn")
    else:
        parts().insight.uses.note(id, ticket, search_log.person_key(), now())
        flash(Markup(render_template("procedures/_used.html", ticket=ticket)), "ok")
    return redirect(url_for("reading.procedure", procedure_id=id, _anchor="used"))
