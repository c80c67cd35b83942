"""An old version becomes the text again: a save like any other, so that nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from kb.documents.document import parse
from kb.documents.reading import described
from kb.people.editing_rules import Forbidden, Way, way_to_save
from kb.procedures.model import Procedure
from kb.publishing.edits import Author, Collision, Edit, NotSaved, UnusableEdit
from kb.versions.sql.versions import Version
from kb.web.site import access, wording
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


@dataclass(frozen=True, slots=True)
class _Refused(Exception):
    why: str
    status: int


@blueprint.post("/procedures/<path:procedure_id>/restorations")
def restore(procedure_id: str) -> ResponseReturnValue:
    """Save the bytes of an old version anew; what they replace stays in the history."""
    procedure = access.editable_or_404(procedure_id).procedure
    form = RestoreForm()
    if not form.validate():
        abort(400)
    wanted = version_or_404(procedure, form.version.data)
    try:
        waits = _save(procedure, wanted, form.base.data)
    except _Refused as refusal:
        procedure = access.editable_or_404(procedure_id).procedure
        return version_page(procedure, wanted, refusal.why), refusal.status
    if waits is not None:
        flash("The older text waits for a reviewer. Until then this one stays up.", "ok")
        return redirect(url_for("submissions.submission", submission_id=waits))
    flash(f"Restored: this is the version of {wording.moment(wanted.at)} again.", "ok")
    return redirect(url_for("reading.procedure", procedure_id=procedure.id))


def _save(procedure: Procedure, wanted: Version, base: str) -> int | None:
    """At once; or, where that takes a reviewer, the number of the submission."""
    raw = parts().storage.history.blob(wanted.blob)
    if raw is None:
        raise _Refused(_GONE, 409)
    there = _id_of(raw, wanted, procedure)
    if there != procedure.id:
        raise _Refused(_OTHER_ID.format(there=there), 409)
    me = access.signed_in()
    try:
        before = parts().storage.library.read(procedure.path)
        if sha256(before).hexdigest()[:12] != base:
            raise _Refused(_MEANWHILE, 409)
        note = f"Restored the version of {wording.moment(wanted.at)}"
        if _way(procedure, raw) is Way.REVIEW:
            return parts().approval.propose(
                procedure, before, raw, note, worth_telling=True, by=me, now=now()
            )
        edit = Edit(procedure.path, before, raw, note, True, Author(me.name, me.email))
        parts().publishing.saver.save(edit, now())
        parts().approval.take_up(procedure.status, procedure.id, me, now())
        return None
    except Forbidden as error:
        raise _Refused(f"Not restored: {error}", 409) from error
    except Collision:
        raise _Refused(_MEANWHILE, 409) from None
    except UnusableEdit as error:
        raise _Refused(f"Not restored: {error}", 409) from error
    except (NotSaved, OSError) as error:
        raise _Refused(f"Not restored: {error}", 503) from error


def _way(procedure: Procedure, raw: bytes) -> Way:
    after, _ = described(parse(raw, procedure.path), departments())
    four_eyes = parts().settings.four_eyes
    me = access.signed_in()
    return way_to_save(me, procedure, after, departments(), four_eyes=four_eyes)


def _id_of(raw: bytes, wanted: Version, procedure: Procedure) -> str:
    """The id that the restored file would have: without one of its own, the path's."""
    said, named = described(parse(raw, procedure.path), departments())
    kept = not named and not parse(
        parts().storage.library.read(procedure.path), procedure.path
    ).meta.get("id")
    return procedure.id if kept else said.id
