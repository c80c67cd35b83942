"""Pages go out by gzip to whoever takes that, so that their length tells nothing of what they hold.

How well a page is compressed depends on how alike its parts are. Whoever makes a browser ask for
pages with words of their own choice, and sees how long the answers are, could guess a secret that
stands in them letter by letter (BREACH, 2013). Two things are in the way: the one secret of a page,
its CSRF token, is never written twice alike (`kb.web.site.security`), and every answer is longer by
a random number of bytes, in a field of gzip that all readers skip (Heal-the-BREACH, 2022).
"""

from __future__ import annotations

import secrets
import struct

from flask import Flask, Response, request
from isal import isal_zlib

_TEXTS = frozenset(
    {
        *("text/html", "text/plain", "text/csv", "text/xml", "text/javascript"),
        *("application/json", "application/xml", "application/problem+json"),
        *("application/opensearchdescription+xml", "application/atom+xml"),
        *("application/manifest+json", "text/calendar"),
    }
)
_SHORT = 700  # bytes: less is not worth it
_LEVEL = 1  # of isal: 20 KB as 6 KB in 0.04 ms; level 2 saves one part in a hundred
_MOST_PADDING = 256
# Deflate, with an extra field, no time, no name, unknown system.
_HEAD = bytes((0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255))
_FIELD = b"kb"  # the field's two letters


def register(app: Flask) -> None:
    """Behind everything else that is done to an answer."""
    app.after_request_funcs.setdefault(None, []).insert(0, _compress)


def gzipped(raw: bytes) -> bytes:
    """As gzip, with a random number of bytes that mean nothing."""
    padding = bytes(secrets.randbelow(_MOST_PADDING))
    extra = _FIELD + struct.pack("<H", len(padding)) + padding
    body = isal_zlib.compress(raw, _LEVEL, -15)
    tail = struct.pack("<II", isal_zlib.crc32(raw), len(raw) & 0xFFFFFFFF)
    return b"".join((_HEAD, struct.pack("<H", len(extra)), extra, body, tail))


def _compress(response: Response) -> Response:
    if response.mimetype not in _TEXTS or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    raw = response.get_data()
    if response.status_code not in (204, 304) and len(raw) >= _SHORT:
        response.set_data(gzipped(raw))
        response.content_encoding = "gzip"
        tag, weak = response.get_etag()
        if tag and not weak:  # other bytes, the same meaning
            response.set_etag(tag, weak=True)
    return response
