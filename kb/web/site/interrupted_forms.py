"""What somebody wrote while their session ended: kept through the sign-in, sent only by hand."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from msgspec import Struct
from werkzeug.exceptions import RequestEntityTooLarge

# Where somebody writes more than a click: these texts survive a session that ended meanwhile.
KEEPING = frozenset(
    {
        "responding.vote",
        "responding.ask",
        "pinpointing.tell",
        "inbox.answer",
        "editing.save",
        "beginning.create",
    }
)
_LASTS = 24 * 60 * 60  # seconds
_NOT_KEPT = frozenset({"csrf_token"})


class InterruptedForm(Struct, frozen=True):
    """A form that was not taken: where it was going, and its fields by name."""

    path: str
    fields: tuple[tuple[str, str], ...]

    def sealed(self) -> str:
        """As a hidden field that nobody can have made but this site."""
        return _serializer().dumps([self.path, self.fields])


def from_request() -> InterruptedForm | None:
    """What this request would have sent, if it is worth keeping and came from a page of ours."""
    if request.method != "POST" or request.endpoint not in KEEPING or not _ours():
        return None
    try:
        fields = [pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_KEPT]
    except RequestEntityTooLarge:  # nobody is asked to sign in with more than that in hand
        return None
    return InterruptedForm(request.path, tuple(fields))


def opened(sealed: str) -> InterruptedForm | None:
    """What was sealed; None for anything else, or after a day."""
    try:
        path, fields = _serializer().loads(sealed, max_age=_LASTS)
    except BadData:
        return None
    return InterruptedForm(path, tuple((name, value) for name, value in fields))


def _ours() -> bool:
    """Another site must not put words into the mouth of somebody who is about to sign in."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="kept")
