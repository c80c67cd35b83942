"""What is noted of each request: how long it took."""

from __future__ import annotations

import time

from flask import Flask, Response, current_app, g, request

from kb.measuring.timings import Timings, timings_folder
from kb.web.site.access import ASSETS


def register(app: Flask) -> None:
    """Begin before everything else that is done to a request, and end after it."""
    var = app.extensions["kb"].settings.var
    app.extensions["timings"] = Timings(timings_folder(var), "web")
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request_funcs.setdefault(None, []).insert(0, _end)


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    took = (time.perf_counter() - g.get("began", time.perf_counter())) * 1000
    shown = request.method == "GET" and response.mimetype == "text/html"
    if shown and response.status_code == 200 and request.endpoint not in ASSETS:
        timings().note("page", took)
    return response


def timings() -> Timings:
    """Where this process counts how long things take."""
    found: Timings = current_app.extensions["timings"]
    return found
