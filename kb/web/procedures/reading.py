"""A procedure as a page, the files beside it, and the ways from where it once was."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from kb.catalogue.files_seen import FilesSeen
from kb.catalogue.listings import Card
from kb.procedures.model import Procedure
from kb.web.approval import submissions
from kb.web.documents.rendered import Shelf, Text, text_of
from kb.web.feedback import responding
from kb.web.insight import learned_words
from kb.web.must_reads import must_reads
from kb.web.procedures import favourites
from kb.web.procedures.related import Onward
from kb.web.reviews import reviews
from kb.web.site import access, headers, search_log
from kb.web.site.access import readable_or_404
from kb.web.site.pages import departments, parts
from kb.web.versions import history, lately

blueprint = Blueprint("reading", __name__)

# What a browser shows without running anything; all else is offered for saving.
SHOWN = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".csv": "text/plain; charset=utf-8",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
}
_UNKNOWN = "application/octet-stream"
# A file opened by itself is a document: it may draw, and nothing else.
_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions["kb_shelf"] = Shelf()
    state.app.extensions["kb_onward"] = Onward()
    # First in the list is last to run: after the headers that give every answer the site's policy.
    state.app.after_request_funcs.setdefault(None, []).insert(0, _with_own_policy)


@blueprint.get("/procedures/<path:procedure_id>")
def procedure(procedure_id: str) -> ResponseReturnValue:
    """The procedure of that id; from a path or a former id, the way to it."""
    try:
        card = readable_or_404(procedure_id)
    except NotFound:
        return redirect(_found_elsewhere(procedure_id))
    if "as_of" in request.args:
        asked = request.args["as_of"]
        return redirect(url_for("history.listing", procedure_id=card.procedure.id, as_of=asked))
    text = text_or_404(card)
    search_log.opened(card.procedure.id)
    latest = history.latest(text.procedure)
    return render_template(
        "procedures/procedure.html",
        text=text,
        searched=request.args.get("q", ""),
        ways=current_app.extensions["kb_onward"].ways(text, access.reader()),
        mends=_mends(text.procedure),
        department=departments().get(text.procedure.department),
        names=parts().people.directory.names(people_of(text.procedure)),
        **responding.vote_panel(text.procedure),
        **learned_words.panel(text.procedure),
        **latest,
        **reviews.panel(text.procedure),
        **submissions.panel(text.procedure),
        **must_reads.on_page(text.procedure),
        **lately.on_page(text.procedure, latest["latest"]),
        **favourites.on_page(text.procedure),
        takes_tickets=bool(parts().settings.ticket_link),
    )


@blueprint.get("/procedures/<path:procedure_id>/preview")
def preview(procedure_id: str) -> ResponseReturnValue:
    """Its text alone, to be read beside the results: looking at it is no opening."""
    text = text_or_404(readable_or_404(procedure_id))
    department = departments().get(text.procedure.department)
    return render_template("procedures/preview.html", text=text, department=department)


@blueprint.get("/files/<path:path>")
def attachment(path: str) -> ResponseReturnValue:
    """A picture or document beside the procedures, for who may read one that shows it."""
    if path not in FilesSeen(parts().catalogue, departments(), access.reader()):
        abort(404)
    if "of" in request.args:  # from a hit that was found in it
        search_log.opened(readable_or_404(request.args["of"]).procedure.id)
    try:
        file = parts().storage.library.attachment(path)
    except OSError:  # a name may also be too long for the file system
        abort(404)
    suffix = PurePosixPath(path).suffix.lower()
    kind = SHOWN.get(suffix)
    if kind is None or suffix == ".svg":
        g.policy = headers.policy(_FILE_POLICY, parts().settings.framers)
    answer = send_file(file, mimetype=kind or _UNKNOWN, as_attachment=kind is None, max_age=0)
    answer.cache_control.private = True
    return answer


def _found_elsewhere(asked: str) -> str:
    """The address of what was at that path, or had that id, before. Aborts with 404."""
    moved = parts().catalogue.at_path(asked) or parts().catalogue.at_path(f"{asked}.md")
    if moved is None or moved == asked:
        abort(404)
    # A redirect names the id: only to those who may read it.
    return url_for("reading.procedure", procedure_id=readable_or_404(moved).procedure.id)


def text_or_404(card: Card) -> Text:
    """The text, unless its file went away or became somebody's draft a moment ago."""
    try:
        text = text_of(card, access.reader(), current_app.extensions["kb_shelf"])
    except FileNotFoundError:
        abort(404 if parts().settings.content.is_dir() else 503)
    except OSError:
        abort(503)
    if not access.reader().may_read(text.procedure):
        abort(404)
    return text


def people_of(procedure: Procedure) -> set[str]:
    lead = departments().get(procedure.department).lead
    return {email for email in (procedure.owner, procedure.deputy, lead) if email}


def _mends(procedure: Procedure) -> bool:
    """Is the one who reads somebody who can put the file right?"""
    who = access.person()
    if who is None:
        return False
    answers = {procedure.owner, procedure.deputy}
    return who.administrator or procedure.department in who.departments or who.email in answers


def _with_own_policy(response: Response) -> Response:
    if "policy" in g:
        response.headers["Content-Security-Policy"] = g.policy
    return response
