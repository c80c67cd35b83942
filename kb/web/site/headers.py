"""What every answer tells the browser: what a page may load, and who may frame it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, request

_CONTENT = {
    "default-src": "'self'",
    "img-src": "'self' data:",  # Bootstrap draws its arrows and crosses as data: images
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
}
ALWAYS = {
    "Permissions-Policy": "browsing-topics=()",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
# A year. Subdomains are not ours to promise for.
OVER_HTTPS = {"Strict-Transport-Security": "max-age=31556926"}


def register(app: Flask, *, https: bool, framers: Sequence[str] = ()) -> None:
    """Send them with every answer; with `https`, cookies too go over HTTPS only.

    `framers` are the origins whose pages may show the site in a frame.
    """
    _set_cookies(app, https, framed=bool(framers))
    always = {**ALWAYS, **_framing(framers)}

    def send(response: Response) -> Response:
        response.headers.update(always)
        # The health check comes by plain HTTP, where browsers must not be told to come back so.
        if https and request.is_secure:
            response.headers.update(OVER_HTTPS)
        return response

    app.after_request(send)


def policy(content: str, framers: Sequence[str]) -> str:
    """That policy, with who may frame what it is sent with: nobody, or this site and those."""
    ancestors = " ".join(("'self'", *framers)) if framers else "'none'"
    return f"{content}; frame-ancestors {ancestors}"


def _framing(framers: Sequence[str]) -> dict[str, str]:
    """The older header knows no list of hosts: it is sent only where there is none."""
    content = policy("; ".join(f"{what} {whence}" for what, whence in _CONTENT.items()), framers)
    older = {} if framers else {"X-Frame-Options": "DENY"}
    return {"Content-Security-Policy": content, **older}


def _set_cookies(app: Flask, https: bool, *, framed: bool) -> None:
    """A frame of another site keeps a cookie only like that: for that site alone, and by HTTPS.

    It has a name of its own: beside an older one of the same name nobody could sign out.
    """
    elsewhere = framed and https
    app.config.update(
        SESSION_COOKIE_NAME="kb_session_framed" if elsewhere else "kb_session",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="None" if elsewhere else "Lax",
        SESSION_COOKIE_PARTITIONED=elsewhere,
    )
