"""An old version becomes the text again: a save like any other, so that nothing is lost."""

from __future__ import annotations

from hashlib import sha256

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from kb.documents.document import parse
from kb.documents.reading import described
from kb.procedures.model import Procedure
from kb.publishing.edits import Clash, Edit, author_of
from kb.publishing.outcomes import Became, Obstacle, Refusal, Waits
from kb.versions.sql.versions import Version
from kb.web.site import access, clock, wording
from kb.web.site.pages import departments, now, parts
from kb.web.versions.forms import RestoreForm
from kb.web.versions.history import version_or_404, version_page

blueprint = Blueprint("restoring", __name__)

_GONE = "The text of that version is gone from the repository, so it cannot be restored."
_OTHER_ID = (
    "That version has another id ({there}), and an id never changes. Copy what you need from its"
    " source instead."
)
_MEANWHILE = (
    "Not restored: the text has changed since you opened this page. Compare the two again, and"
    " restore if you still want to."
)


@blueprint.post("/procedures/<path:procedure_id>/restorations")
def restore(procedure_id: str) -> ResponseReturnValue:
    """Save the bytes of an old version anew; what they replace stays in the history."""
    procedure = access.editable_or_404(procedure_id).procedure
    form = RestoreForm()
    if not form.validate():
        abort(400)
    wanted = version_or_404(procedure, form.version.data)
    done = _restored(procedure, wanted, form.base.data)
    if isinstance(done, Refusal):
        procedure = access.editable_or_404(procedure_id).procedure
        return version_page(procedure, wanted, done.why), 503 if done.for_now else 409
    if isinstance(done, Waits):
        flash("The older text waits for a reviewer. Until then this one stays up.", "ok")
        return redirect(url_for("submissions.submission", submission_id=done.number))
    flash(f"Restored: this is the version of {clock.moment(wanted.at)} again.", "ok")
    return redirect(url_for("reading.procedure", procedure_id=procedure.id))


def _restored(procedure: Procedure, wanted: Version, base: str) -> Became:
    """At once; or, where that takes a reviewer, it waits."""
    raw = parts().storage.history.blob(wanted.blob)
    if raw is None:
        return Refusal(_GONE)
    there = _id_of(raw, wanted, procedure)
    if there != procedure.id:
        return Refusal(_OTHER_ID.format(there=there))
    try:
        before = parts().storage.library.read(procedure.path)
    except OSError as error:
        return Refusal(f"Not restored: {error}", Obstacle.NOT_NOW)
    if sha256(before).hexdigest()[:12] != base:
        return Refusal(_MEANWHILE)
    me, note = access.signed_in(), f"Restored the version of {wording.moment(wanted.at)}"
    edit = Edit(procedure.path, before, raw, note, worth_telling=True, by=author_of(me))
    done = parts().writing.write(procedure, edit, me, now())
    if isinstance(done, Clash):
        return Refusal(_MEANWHILE)
    return replace(done, why=f"Not restored: {done.why}") if isinstance(done, Refusal) else done


def _id_of(raw: bytes, wanted: Version, procedure: Procedure) -> str:
    """The id that the restored file would have: without one of its own, the path's."""
    said, named = described(parse(raw, procedure.path), departments())
    kept = not named and not parse(
        parts().storage.library.read(procedure.path), procedure.path
    ).meta.get("id")
    return procedure.id if kept else said.id
