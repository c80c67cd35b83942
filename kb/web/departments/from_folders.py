"""Folders that become departments: seen before it is done, done at once, undone at once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.departments.administration import DepartmentRefused
from kb.procedures.counting import counted
from kb.publishing.outcomes import Refusal
from kb.web.site import access
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("from_folders", __name__, url_prefix="/departments/from-folders")
_MOST = 200


@blueprint.before_request
def _administrators_only() -> None:
    access.administrator_or_404()


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """What would be made; after that, the way back."""
    return _page()


@blueprint.post("")
def make() -> ResponseReturnValue:
    """Those that are ticked."""
    ids = request.form.getlist("folder")[:_MOST]
    done = parts().departments.folders.make(ids, access.signed_in(), now())
    if isinstance(done, Refusal):
        flash(done.why, "bad")
        return redirect(url_for(".listing"))
    if not done:
        return _page("Tick the folders that shall become departments."), 400
    flash(f"{counted(len(done), 'department')} made. Their procedures follow in a moment.", "ok")
    return redirect(url_for(".listing", made=done))


@blueprint.post("/undoing")
def undo() -> ResponseReturnValue:
    """As it was, as long as nobody uses them."""
    ids = [id for id in request.form.getlist("made")[:_MOST] if id in departments()]
    try:
        done = parts().departments.folders.unmake(ids, access.signed_in(), now())
    except (DepartmentRefused, LookupError) as refusal:
        done = Refusal(str(refusal))
    if isinstance(done, Refusal):
        flash(f"Not undone: {done.why}", "bad")
    else:
        flash("Undone.", "ok")
    return redirect(url_for(".listing"))


def _page(unticked: str = "") -> str:
    proposed = parts().departments.folders.proposed()
    made = [id for id in request.args.getlist("made")[:_MOST] if id in departments()]
    leads = {one.lead for one in proposed if one.lead}
    return render_template(
        "departments/from_folders.html",
        proposed=[one for one in proposed if one.id not in departments()],
        made=[departments().get(id) for id in made],
        names=parts().people.directory.names(leads),
        unticked=unticked,
    )
