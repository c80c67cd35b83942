"""An image or document put beside a procedure, by a button, pasted or dropped."""

from __future__ import annotations

import posixpath

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from kb.catalogue.listings import Card
from kb.documents.attachments import UnusableAttachment, checked
from kb.documents.source.manuscript import Manuscript
from kb.publishing.edits import NotSaved, UnusableEdit
from kb.web.publishing import opened_file
from kb.web.publishing.edit_page import Sheet, show
from kb.web.publishing.editing import typed_in
from kb.web.publishing.forms import EditForm
from kb.web.publishing.save_messages import wants_piece
from kb.web.site import access
from kb.web.site.pages import now, parts

blueprint = Blueprint("attaching", __name__)


@blueprint.post("/procedures/<path:procedure_id>/attachments")
def attach(procedure_id: str) -> ResponseReturnValue:
    """Store it beside the procedure; the text gets a line that shows it."""
    card = access.editable_or_404(procedure_id)
    folder = posixpath.dirname(card.procedure.path)
    if wants_piece():
        return told(folder)
    form, manuscript, _ = typed_in(card)
    return with_line(card, manuscript, form, folder)


def told(folder: str) -> ResponseReturnValue:
    """The line of Markdown as JSON, for our script."""
    try:
        return jsonify(markdown=_stored(request.files.get("file"), folder)), 201
    except (UnusableAttachment, UnusableEdit) as reason:
        return jsonify(problem=str(reason)), 400
    except NotSaved as reason:
        return jsonify(problem=str(reason)), 503


def with_line(
    card: Card | None, manuscript: Manuscript, form: EditForm, folder: str
) -> ResponseReturnValue:
    """The form again, with the line at the end of the text."""
    try:
        line = _stored(request.files.get("file"), folder)
    except (UnusableAttachment, UnusableEdit) as reason:
        return show(Sheet(card, manuscript, form, problem=str(reason))), 400
    except NotSaved as reason:
        return show(Sheet(card, manuscript, form, problem=str(reason))), 503
    form.body.data = f"{(form.body.data or '').rstrip()}\n\n{line}\n"
    return show(Sheet(card, manuscript, form))


def _stored(sent: FileStorage | None, folder: str) -> str:
    if sent is None or not sent.filename:
        raise UnusableAttachment("Choose a file first.")
    file = checked(sent.filename, sent.read(), parts().settings.upload_mb)
    path = parts().publishing.saver.attach(
        posixpath.join(folder, file.name), file.raw, opened_file.author(), now()
    )
    return file.markdown(posixpath.basename(path))
