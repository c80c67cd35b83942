"""Own files at /static and Bootstrap's: kept by browsers for a year, sent compressed.

Their addresses change with their content. They hold no secret, so that how well they are
compressed tells nothing.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import update_wrapper
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, make_response, request
from flask_bootstrap import Bootstrap5

from kb.resources import STATIC

_A_YEAR = 365 * 24 * 3600
_TEXTS = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})


def serve(app: Flask) -> None:
    """Give the site its assets."""
    app.static_folder = str(STATIC)
    app.static_url_path = "/static"
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=app.send_static_file)
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, SEND_FILE_MAX_AGE_DEFAULT=_A_YEAR)
    Bootstrap5(app)
    for endpoint in ("static", "bootstrap.static"):
        app.view_functions[endpoint] = Compressed(app.view_functions[endpoint])


def versions() -> dict[str, str]:
    """Of each own file, what its address carries to change with it."""
    return {path.name: _digest(path) for path in STATIC.iterdir() if path.is_file()}


class Compressed:
    """A view that sends files, whose texts go by gzip to whoever takes that. Each is made once."""

    def __init__(self, view: Callable[..., Any]) -> None:
        self._view = view
        update_wrapper(self, view)  # extensions look for the name of a view
        self._made: dict[str, bytes] = {}  # by the file's tag
        update_wrapper(self, view)  # flask_wtf asks every view for its name

    def __call__(self, filename: str) -> Response:
        response = make_response(self._view(filename=filename))
        if response.mimetype in _TEXTS:
            response.vary.add("Accept-Encoding")
            if response.status_code == 200 and request.accept_encodings["gzip"]:
                self._compress(response)
        return response

    def _compress(self, response: Response) -> None:
        response.direct_passthrough = False
        whole, tag = response.get_data(), response.get_etag()[0] or ""
        if tag not in self._made:
            self._made[tag] = gzip.compress(whole, mtime=0)
        response.set_data(self._made[tag])
        response.content_encoding = "gzip"
        response.set_etag(f"{tag}-gzip")
        response.make_conditional(request)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]
