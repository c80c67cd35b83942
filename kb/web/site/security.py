"""What every answer carries and every form must bring: headers, CSP, cookies, CSRF tokens."""

from __future__ import annotations

import secrets
from base64 import b64decode, urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect, generate_csrf
from werkzeug.middleware.proxy_fix import ProxyFix

from kb.secret_file import DamagedKey, key_in
from kb.settings import SettingsError
from kb.web.site import headers, mount
from kb.web.site.access import ASSETS

LARGEST_REQUEST = 1024 * 1024  # bytes: the longest form is a few thousand characters
SESSION_LASTS = timedelta(hours=12)


class SessionCookies(SecureCookieSessionInterface):
    """Sessions in signed cookies, of which nothing is told with what any cache may keep."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """With a page that may be made for one person only; assets are everybody's."""
        if request.endpoint not in ASSETS:
            super().save_session(app, session, response)


def register(app: Flask) -> None:
    """Make the site safe to stand in a browser. Raises SettingsError on a damaged secret key."""
    settings = app.extensions["kb"].settings
    app.secret_key = secret_key(settings.var)
    app.session_interface = SessionCookies()
    app.config.update(
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        # A late answer with an older session would undo the newer one; `access` renews it.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        # A page stays open all day beside a call: its token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.https:
        _trust_the_proxy(app)
    mount.register(app)
    headers.register(app, https=settings.https, framers=settings.framers)
    MaskedTokens(app)
    app.after_request(_keep_private)


class MaskedTokens(CSRFProtect):
    """The token looks another way on every page, so that how well a page is compressed tells
    nothing of it (`kb.web.site.compression`).
    """

    def init_app(self, app: Flask) -> None:
        """As ever, but for the token that templates write."""
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = _masked_token
        app.context_processor(lambda: {"csrf_token": _masked_token})

    def _get_csrf_token(self) -> str | None:
        given: str | None = super()._get_csrf_token()
        return given and unmasked(given)


def masked(token: str) -> str:
    """That token under a mask of its own length, which comes along."""
    plain = token.encode()
    mask = secrets.token_bytes(len(plain))
    return urlsafe_b64encode(mask + _crossed(mask, plain)).decode()


def unmasked(given: str) -> str:
    """What was masked; anything else as it is."""
    try:
        both = b64decode(given, altchars=b"-_", validate=True)
        half = len(both) // 2
        return _crossed(both[:half], both[half:]).decode("ascii")
    except ValueError:
        return given


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _masked_token() -> str:
    """The same in all forms of a page."""
    if "masked_token" not in g:
        g.masked_token = masked(generate_csrf())
    token: str = g.masked_token
    return token


def secret_key(folder: Path) -> str:
    """The key in folder/secret_key, made on first use; two first starts at once agree on one.

    Raises SettingsError when the file is too short to be a key.
    """
    path = folder / "secret_key"
    try:
        return key_in(path, "everybody signs in again")
    except DamagedKey as damaged:
        raise SettingsError(str(damaged)) from damaged


def _trust_the_proxy(app: Flask) -> None:
    """Behind one HTTPS proxy, the browser's address and scheme stand in its headers."""
    site: Any = app  # mypy takes wsgi_app for a method, Flask's manual for a place to wrap
    site.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)


def _keep_private(response: Response) -> Response:
    """What is made for one person is kept in no shared cache, and asked for anew."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
