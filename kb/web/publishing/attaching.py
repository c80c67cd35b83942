"""An image or document put beside a procedure, by a button, pasted or dropped."""

from __future__ import annotations

import posixpath

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from kb.catalogue.listings import Card
from kb.documents.attachments import UnusableAttachment, checked
from kb.documents.source.manuscript import Manuscript
from kb.publishing.outcomes import Refusal
from kb.web.publishing import homeless
from kb.web.publishing.edit_page import Sheet, show
from kb.web.publishing.editing import typed_in
from kb.web.publishing.forms import EditForm
from kb.web.publishing.save_messages import status_of, wants_piece
from kb.web.site import access
from kb.web.site.pages import now, parts

blueprint = Blueprint("attaching", __name__)
_MOST = 100  # files of one person within a quarter of an hour


@blueprint.post("/procedures/<path:procedure_id>/attachments")
def attach(procedure_id: str) -> ResponseReturnValue:
    """Store it beside the procedure; the text gets a line that shows it."""
    card = homeless.editable_or_kept(procedure_id)
    folder = posixpath.dirname(card.procedure.path)
    if wants_piece():
        return told(folder)
    form, manuscript, _ = typed_in(card)
    return with_line(card, manuscript, form, folder)


def told(folder: str) -> ResponseReturnValue:
    """The line of Markdown as JSON, for our script."""
    line = _stored(request.files.get("file"), folder)
    if isinstance(line, Refusal):
        return jsonify(problem=line.why), status_of(line, 400)
    return jsonify(markdown=line), 201


def with_line(
    card: Card | None, manuscript: Manuscript, form: EditForm, folder: str
) -> ResponseReturnValue:
    """The form again, with the line at the end of the text."""
    line = _stored(request.files.get("file"), folder)
    if isinstance(line, Refusal):
        return show(Sheet(card, manuscript, form, problem=line.why)), status_of(line, 400)
    form.body.data = f"{(form.body.data or '').rstrip()}\n\n{line}\n"
    return show(Sheet(card, manuscript, form))


def _stored(sent: FileStorage | None, folder: str) -> str | Refusal:
    if sent is None or not sent.filename:
        return Refusal("Choose a file first.")
    try:
        file = checked(sent.filename, sent.read(), parts().settings.upload_mb)
    except UnusableAttachment as reason:
        return Refusal(str(reason))
    wanted, me = posixpath.join(folder, file.name), access.signed_in()
    if not parts().people.directory.may_again(me.id, "attach", _MOST, now()):
        return Refusal("You have added many files: add more in a quarter of an hour.")
    path = parts().writing.attach(wanted, file.raw, me, now())
    return path if isinstance(path, Refusal) else file.markdown(posixpath.basename(path))
