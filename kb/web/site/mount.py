"""The site below a path of its host, as `https://desk.example/kb`: what is elsewhere is not its."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import NotFound

_STRIPPED = "HTTP_X_FORWARDED_PREFIX"


def register(app: Flask) -> None:
    """Put it where the settings say, and give templates and scripts `rooted`."""
    mount = app.extensions["kb"].settings.mount
    app.jinja_env.globals["rooted"] = rooted
    if mount:
        # Another site of the same host is not sent the session.
        app.config["SESSION_COOKIE_PATH"] = mount
        site: Any = app  # mypy takes wsgi_app for a method, Flask's manual for a place to wrap
        site.wsgi_app = Mounted(app.wsgi_app, mount)


def rooted(path: str) -> str:
    """A path within the site, as a browser asks for it; "" stays what it is."""
    return f"{request.script_root}{path}" if path else path


class Mounted:
    """A site below `mount`, behind a proxy that passes the whole path on or one that strips it.

    One that strips it says so by X-Forwarded-Prefix. Whoever makes that up gets 404, no more.
    """

    def __init__(self, site: Callable[..., Iterable[bytes]], mount: str) -> None:
        self._site, self._mount = site, mount

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = self._within(environ)
        if path is None:
            return NotFound("The site is elsewhere on this host.")(environ, start)
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = self._mount, path
        return self._site(environ, start)

    def _within(self, environ: dict[str, Any]) -> str | None:
        """The path from the top of the site; None for one outside of it."""
        path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        if environ.get(_STRIPPED, "").rstrip("/") == self._mount:
            return path or "/"
        if path == self._mount:
            return "/"
        below = path.startswith(f"{self._mount}/")
        return path.removeprefix(self._mount) if below else None
