"""What is noted of each request: its id, for the log; what it was, and how long it took."""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path

from flask import Flask, Response, current_app, g, request

from kb import logs
from kb.measuring import tracing
from kb.measuring.metrics import Metrics, metrics_folder
from kb.measuring.timings import Timings, timings_folder
from kb.web.site.access import ASSETS

# What people do, by the view that keeps it.
DONE = {
    "editing.save": "save",
    "beginning.create": "save",
    "resolving.resolve": "save",
    "responding.vote": "vote",
    "pinpointing.tell": "comment",
    "responding.ask": "request",
    "inbox.answer": "answer",
    "submitting.submit": "submission",
    "deciding.approve": "approved",
    "reviews.confirm": "review",
    "must_reads.confirm": "confirmation",
}
HEADER = "X-Request-ID"
# Of proxies: 32 hex digits, a UUID, a trace. Nothing that breaks a line, a header or a page.
_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,127}")
_BYTES = 6  # of an id that is made here: twelve digits, which somebody can read out


def register(app: Flask) -> None:
    """Begin before everything else that is done to a request, and end after it."""
    var = app.extensions["kb"].settings.var
    app.jinja_env.globals["request_id"] = request_id
    counting = app.extensions["kb"].settings.metrics_token
    app.extensions["metrics"] = Metrics(_counted_in(var)) if counting else None
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request_funcs.setdefault(None, []).insert(0, _end)
    app.teardown_request(_forget)


def _counted_in(var: Path) -> Path:
    folder = metrics_folder(var)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _begin() -> None:
    g.began = time.perf_counter()
    logs.about.set(_about)
    if tracing.on():
        _begin_span()


def _begin_span() -> None:
    trusted = current_app.extensions["kb"].settings.https
    begun = tracing.request_span(dict(request.headers) if trusted else None)
    g.span = begun, begun.__enter__()


def _end_span() -> None:
    begun, _ = g.pop("span", (None, None))
    if begun is not None:
        begun.__exit__(None, None, None)


def _tell_span(response: Response) -> None:
    _, span = g.get("span", (None, None))
    if span is not None:
        route = request.url_rule.rule if request.url_rule else "none"
        span.update_name(f"{request.method} {route}")
        span.set_attribute("http.request.method", request.method)
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", response.status_code)
        span.set_attribute("kb.request", request_id())


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


def _forget(_error: BaseException | None) -> None:
    _end_span()
    logs.about.set(dict)


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    if request.endpoint not in ASSETS:
        # Assets are kept by browsers, for many a request.
        response.headers[HEADER] = request_id()
        _note_timings(response, seconds)
    if metrics := current_app.extensions["metrics"]:
        _count(metrics, response, seconds)
    _tell_span(response)
    return response


def _note_timings(response: Response, seconds: float) -> None:
    if request.method == "GET" and response.status_code == 200:
        if response.mimetype == "text/html":
            timings().note("page", seconds * 1000)
        kind, found = g.get("searched", ("", None))
        if found is not None and kind != "typing":
            timings().note("search", found.took_ms)


def _count(metrics: Metrics, response: Response, seconds: float) -> None:
    route = request.url_rule.rule if request.url_rule else "none"
    metrics.request(request.method, route, response.status_code, seconds)
    kind, found = g.get("searched", ("", None))
    if found is not None:
        took = found.took_ms / 1000
        doubted = not found.convincing
        metrics.search(kind, found=found.total > 0, doubted=doubted, seconds=took)
    if response.status_code < 400 and request.endpoint in DONE and request.method == "POST":
        metrics.done(DONE[request.endpoint])
    if g.get("database_failed"):
        metrics.database_error()


def timings() -> Timings:
    """Where this process counts how long things take: in the home of the parts in service."""
    extensions = current_app.extensions
    var: Path = extensions["kb"].settings.var
    known: tuple[Path, Timings] | None = extensions.get("timings")
    if known is None or (known[0] is not var and known[0] != var):
        known = extensions["timings"] = var, Timings(timings_folder(var), "web")
    return known[1]
