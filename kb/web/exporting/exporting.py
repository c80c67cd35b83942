"""Take out: what somebody may read of a department, or of all, as a file that is made for them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from kb.documents.text.plain_text import slug
from kb.exporting.exports import KEPT, Export
from kb.exporting.making import ExportForm
from kb.exporting.printing import MISSING, printable
from kb.people.person import Person
from kb.people.rights import Case, Right, allows, may
from kb.procedures.model import UNASSIGNED, Status
from kb.web.site import access
from kb.web.site.pages import departments, now, parts

blueprint = Blueprint("exporting", __name__, url_prefix="/exports")
WORDS = {
    ExportForm.ZIP: "Markdown files (zip)",
    ExportForm.WORKBOOK: "Workbook (Excel)",
    ExportForm.HTML: "Book to print (HTML)",
    ExportForm.PDF: "Book (PDF)",
}
_ALL = "all"


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What may be taken out, and what I took out in the last day."""
    me = access.department_member_or_404()
    return render_template(
        "exporting/index.html",
        places=_places(me),
        forms=WORDS,
        missing="" if printable() else MISSING,
        exports=parts().exporting.exports.of(me.id),
        about=_about,
        hours=int(KEPT.total_seconds()) // 3600,
    )


@blueprint.post("")
def ask() -> ResponseReturnValue:
    """The worker makes it."""
    me = access.department_member_or_404()
    _checked_form()
    said, form = request.form.get("department", ""), request.form.get("form", "")
    if said not in dict(_places(me)) or form not in {one.value for one in ExportForm}:
        flash("Choose what to take out, and as what.", "bad")
        return redirect(url_for(".index"))
    department = "" if said == _ALL else said
    parts().exporting.exports.ask(me.id, ExportForm(form), department, me.reader(), now())
    return redirect(url_for(".index"))


@blueprint.get("/<export_id>")
def file(export_id: str) -> ResponseReturnValue:
    """The file, while it is there and I still may."""
    me = access.department_member_or_404()
    export = parts().exporting.exports.one(me.id, export_id)
    if export is None or (export.department or _ALL) not in dict(_places(me)):
        abort(404)
    found = parts().exporting.exports.file(export, me.reader(), now())
    if found is None:
        abort(404)
    name = f"{slug(_about(export))}-{export.asked_at.date()}.{export.ending}"
    answer = send_file(found, as_attachment=True, download_name=name, max_age=0)
    answer.cache_control.private = True
    return answer


@blueprint.post("/<export_id>/removal")
def remove(export_id: str) -> ResponseReturnValue:
    """I do not need it any more."""
    me = access.department_member_or_404()
    _checked_form()
    if (export := parts().exporting.exports.one(me.id, export_id)) is not None:
        parts().exporting.exports.forget(export)
    return redirect(url_for(".index"))


def _places(me: Person) -> list[tuple[str, str]]:
    """What the person may take out: departments by id and name; all of it first."""
    known = departments()
    every = [*known.by_id.values(), known.get(UNASSIGNED)]
    own = [
        (one.id, one.name)
        for one in every
        if allows(me, Right.TAKE_OUT, Case(one, Status.PUBLISHED))
    ]
    return [(_ALL, "All departments"), *own] if may(me, Right.TAKE_OUT) else own


def _about(export: Export) -> str:
    return departments().get(export.department).name if export.department else "All departments"


def _checked_form() -> None:
    if not FlaskForm().validate():
        abort(400)
