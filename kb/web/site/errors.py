"""What a person sees when something cannot be: what happened, and what to do now."""

from __future__ import annotations

import os

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct
from werkzeug.exceptions import HTTPException, InternalServerError

from kb.database import DatabaseTrouble
from kb.logs import log
from kb.web.site import interrupted_forms, unsaved_words
from kb.web.site.pace import TooMuchAtOnce


class ErrorText(Struct, frozen=True):
    """What happened, and what to do. Plain sentences."""

    title: str
    what_now: str


_TOLD = {
    400: ErrorText("This cannot be read", "Go back, reload the page and try again."),
    403: ErrorText("This is not yours to do", "Ask an administrator if you think it should be."),
    404: ErrorText(
        "There is nothing here",
        "It may have moved, or never have been here, or not be for you."
        " Search for it, or look through the departments.",
    ),
    405: ErrorText("This cannot be opened like that", "Go back and use the button on the page."),
    409: ErrorText("This has changed meanwhile", "Open it again, and look at it as it is now."),
    410: ErrorText(
        "This is erased", "An administrator has erased it for good, and nothing of it is kept."
    ),
    413: ErrorText("That is too much at once", "Go back and send less."),
    414: ErrorText("That address is too long", "Search for fewer words."),
    429: ErrorText("Too many attempts", "Wait a little, then try again."),
    503: ErrorText(
        "This cannot be read at the moment",
        "Try again in a minute. If it stays so, tell the people who run this site.",
    ),
}
_GONE = ErrorText(
    "It is gone, or no longer yours",
    "Somebody removed it, gave it another id or another department while you wrote, or it was never"
    " here. Nothing that you wrote is lost.",
)
_BROKEN = ErrorText(
    "Something broke here",
    "It is not your doing, and it has been noted. Try again; if it happens again, tell the people"
    " who run this site what you did.",
)


_AWAY = ErrorText(
    "This cannot be done at the moment",
    "It has been noted, and administrators see it. Try again in a minute.",
)
_AGAIN_AFTER = "30"  # seconds


def register(app: Flask) -> None:
    """Answer every error in the site's own words."""
    app.logger.disabled = True  # Flask's own line has no id: ours has all
    app.register_error_handler(OSError, away)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(InternalServerError, _broken)


def _refused(error: HTTPException) -> ResponseReturnValue:
    """A page for any refusal. Redirects, and answers made whole where they arose, pass through."""
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error
    told = _TOLD.get(status, _TOLD[400])
    headers = [pair for pair in error.get_headers() if pair[0] in {"Allow", "Retry-After"}]
    if _wants_json():
        return _as_json(error=told.title, what_now=told.what_now), status, headers
    words, draft = unsaved_words.of_refused(), unsaved_words.draft_told_of()
    told = _GONE if words and status == 404 else told
    if isinstance(error, TooMuchAtOnce):
        told = ErrorText("That is more than fits into an hour", error.description or "")
    try:
        shown = render_template(
            "site/error.html", told=told, status=status, words=words, draft=draft
        )
    except OSError as trouble:  # what is refused has a page like any other, which may be made of it
        return away(trouble)
    return shown, status, headers


def _broken(error: InternalServerError) -> ResponseReturnValue:
    """A page that needs nothing which may be what is broken: no database, no session."""
    what = {"method": request.method, "path": request.path, "exc_info": error.original_exception}
    log().error("broken", **what)
    if _wants_json():
        return _as_json(error=_BROKEN.title, what_now=_BROKEN.what_now), 500
    template = current_app.jinja_env.get_template("site/broken.html")
    return template.render(told=_BROKEN, given=interrupted_forms.as_sent()), 500


def told_of(error: OSError) -> None:
    """Write down that the database, the disk or git cannot be used."""
    if isinstance(error, DatabaseTrouble):
        g.database_failed = True
        log().error("database_away", path=request.path, why=str(error.__cause__ or error))
    else:
        log().exception("away", path=request.path)


def away(error: OSError) -> ResponseReturnValue:
    """The database, the disk or git cannot be used now: why, and what was typed, to be sent again.

    The page needs none of them.
    """
    told_of(error)
    headers, why = {"Retry-After": _AGAIN_AFTER}, _reason(error)
    if _wants_json():
        return _as_json(error=_AWAY.title, why=why), 503, headers
    given = interrupted_forms.as_sent()
    template = current_app.jinja_env.get_template("site/away.html")
    shown = template.render(
        told=_AWAY,
        why=why,
        sent=request.method == "POST",
        given=given,
        whole=given is not None and interrupted_forms.is_whole(),
        files=[file.filename for file in request.files.values() if file.filename] if given else [],
    )
    return shown, 503, headers


def _reason(error: OSError) -> str:
    """The end of a sentence. What else an error says may name places, which are nobody's here."""
    if isinstance(error, DatabaseTrouble):
        return error.strerror or "the database cannot be used"
    if error.errno:
        return f"the disk says: {os.strerror(error.errno)}"
    return "the files or their history cannot be used"


def _as_json(**told: str) -> Response:
    """With the id of the request, by which the log is searched."""
    return jsonify(**told, request=g.get("request_id", ""))


def _wants_json() -> bool:
    return request.path.startswith("/api/")
