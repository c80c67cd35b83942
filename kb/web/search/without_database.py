"""Searching and reading while the database is away: from the index and the files alone.

Whoever was let in within the last hour finds and reads what is published. Nothing else can be
told, so nothing else is shown: no drafts, no names of people, no complaints.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, abort, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace
from werkzeug.exceptions import HTTPException

from kb.database import DatabaseTrouble
from kb.documents.document import parse
from kb.documents.markdown.rendering import Renderer
from kb.documents.reading import procedure_from
from kb.procedures.visibility import Reader
from kb.search.query import Lookup
from kb.web.documents.rendered import Text
from kb.web.site import access, errors
from kb.web.site.pages import departments, parts, today

_MOST = 20
_ANYBODY = Reader()


def register(app: Flask) -> None:
    """Answer so wherever the database is missing."""
    app.register_error_handler(DatabaseTrouble, _answer)


def _answer(trouble: DatabaseTrouble) -> ResponseReturnValue:
    page = _PAGES.get(request.endpoint or "")
    if page is None or request.method not in ("GET", "HEAD") or not access.was_let_in_lately():
        return errors.away(trouble)
    errors.told_of(trouble)
    try:
        answer = make_response(page(**(request.view_args or {})))
    except HTTPException as refused:
        code = refused.code or 404
        answer = make_response(_shown("search/without_database.html", hits=(), gone=True), code)
    except OSError:
        return errors.away(trouble)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _home() -> ResponseReturnValue:
    return _shown("search/without_database.html", hits=())


def _results() -> ResponseReturnValue:
    text = request.args.get("q", "").strip()
    if not text:
        return _home()
    found = parts().search.searcher.find(Lookup(text, _ANYBODY, today(), limit=_MOST))
    if found.opens:
        return redirect(url_for("reading.procedure", procedure_id=found.opens))
    return _shown("search/without_database.html", hits=found.hits, searched=text)


def _procedure(procedure_id: str) -> ResponseReturnValue:
    return _shown("procedures/without_database.html", **_read(procedure_id))


def _preview(procedure_id: str) -> ResponseReturnValue:
    return _shown("procedures/preview.html", **_read(procedure_id))


_PAGES: dict[str, Callable[..., ResponseReturnValue]] = {
    "searching.home": _home,
    "searching.results": _results,
    "reading.procedure": _procedure,
    "reading.preview": _preview,
}


def _read(asked: str) -> dict[str, object]:
    """The text that is published under that id or path. Aborts with 404; raises OSError."""
    indexed = parts().search.searcher.of_id(asked)
    path = indexed.path if indexed else asked  # where links lead
    if path not in parts().search.index.fingerprints():
        abort(404)
    try:
        document = parse(parts().storage.library.read(path), path)
    except FileNotFoundError:
        abort(404)
    filed = procedure_from(document, departments())
    procedure = replace(filed.procedure, id=indexed.id) if indexed else filed.procedure
    if not _ANYBODY.may_read(procedure):
        abort(404)
    page = Renderer().render(document.body, path, _address, procedure.title)
    department = departments().get(procedure.department)
    return {"text": Text(procedure, (), page), "department": department}


def _address(path: str) -> str | None:
    """Where a link to that file leads: a procedure's own page tells whether it may be read."""
    return url_for("reading.procedure", procedure_id=path) if path.endswith(".md") else None


def _shown(template: str, **told: object) -> str:
    """Without what every page shares: that asks the database."""
    return current_app.jinja_env.get_template(template).render(told)
