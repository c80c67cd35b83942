"""What is noted of each request: its id, for the log and for whoever asks, and how long it took."""

from __future__ import annotations

import re
import secrets
import time

from flask import Flask, Response, current_app, g, request

from kb import logs
from kb.measuring.timings import Timings, timings_folder
from kb.web.site.access import ASSETS

HEADER = "X-Request-ID"
# Of proxies: 32 hex digits, a UUID, a trace. Nothing that breaks a line, a header or a page.
_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,127}")
_BYTES = 6  # of an id that is made here: twelve digits, which somebody can read out


def register(app: Flask) -> None:
    """Begin before everything else that is done to a request, and end after it."""
    var = app.extensions["kb"].settings.var
    app.jinja_env.globals["request_id"] = request_id
    app.extensions["timings"] = Timings(timings_folder(var), "web")
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request_funcs.setdefault(None, []).insert(0, _end)
    app.teardown_request(lambda _error: _forget())


def _begin() -> None:
    g.began = time.perf_counter()
    logs.about.set(_about)


def request_id() -> str:
    """Of this request: the proxy's, where one is trusted and sent a proper one; else made here."""
    if "request_id" not in g:
        trusted = current_app.extensions["kb"].settings.https
        given = request.headers.get(HEADER, "") if trusted else ""
        g.request_id = given if _SHAPE.fullmatch(given) else secrets.token_hex(_BYTES)
    found: str = g.request_id
    return found


def _about() -> dict[str, object]:
    """What each line of the log says of the request: people by their number, no words."""
    person = g.get("person")
    return {"request": request_id()} | ({"person": person.id} if person else {})


def _forget() -> None:
    logs.about.set(dict)


def _end(response: Response) -> Response:
    took = (time.perf_counter() - g.get("began", time.perf_counter())) * 1000
    shown = request.method == "GET" and response.mimetype == "text/html"
    if shown and response.status_code == 200 and request.endpoint not in ASSETS:
        timings().note("page", took)
    if request.endpoint not in ASSETS:  # those are kept by browsers, for many a request
        response.headers[HEADER] = request_id()
    return response


def timings() -> Timings:
    """Where this process counts how long things take."""
    found: Timings = current_app.extensions["timings"]
    return found
