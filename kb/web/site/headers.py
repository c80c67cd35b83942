"""What every answer tells the browser: what a page may load, and who may frame it."""

from __future__ import annotations

from flask import Flask, Response, request

_CONTENT = {
    "default-src": "'self'",
    "img-src": "'self' data:",  # Bootstrap draws its arrows and crosses as data: images
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
ALWAYS = {
    "Permissions-Policy": "browsing-topics=()",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "; ".join(f"{what} {whence}" for what, whence in _CONTENT.items()),
    "Referrer-Policy": "same-origin",
}
# A year. Subdomains are not ours to promise for.
OVER_HTTPS = {"Strict-Transport-Security": "max-age=31556926"}


def register(app: Flask, *, https: bool) -> None:
    """Send them with every answer; with `https`, cookies too go over HTTPS only."""
    app.config.update(
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )

    def send(response: Response) -> Response:
        response.headers.update(ALWAYS)
        # The health check comes by plain HTTP, where browsers must not be told to come back so.
        if https and request.is_secure:
            response.headers.update(OVER_HTTPS)
        return response

    app.after_request(send)
