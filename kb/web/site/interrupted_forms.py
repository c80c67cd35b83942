"""What somebody wrote and the site could not take: given back, and sent again only by hand."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from msgspec import Struct
from werkzeug.exceptions import HTTPException

from kb.web.site.field_labels import LABELS, label_of

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
_SECRET = frozenset({"password", "current", "again"})
_NOT_KEPT = frozenset({"csrf_token"}) | _SECRET
_SEALED = frozenset({"base", "mine", "theirs", "seal", "kept", "query"})  # a page's own
_PROSE = 60  # characters


class InterruptedForm(Struct, frozen=True):
    """A form that was not taken: where it was going, and its fields by name."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> list[tuple[str, str]]:
        """What was typed of it, with the words of the page it comes from."""
        return [
            (label_of(name), value)
            for name, value in self.fields
            if value.strip() and name not in _SEALED and _is_written(name, value)
        ]

    def sealed(self) -> str:
        """As a hidden field that nobody can have made but this site."""
        return _serializer().dumps([self.path, self.fields])


def from_request() -> InterruptedForm | None:
    """What this request would have sent, if it is worth keeping and came from a page of ours."""
    return as_sent() if request.endpoint in KEEPING else None


def as_sent() -> InterruptedForm | None:
    """The same of any form. Passwords are never given back."""
    if request.method != "POST" or not _ours():
        return None
    try:
        fields = [pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_KEPT]
    except (HTTPException, OSError):  # more than a form may have, or it never came whole
        return None
    return InterruptedForm(request.path, tuple(fields))


def is_whole() -> bool:
    """Would sending the fields again do the same? Not with a password, nor with a file."""
    return not request.files and not _SECRET & set(request.form)


def _is_written(name: str, value: str) -> bool:
    return name in LABELS or "\n" in value.strip() or len(value) > _PROSE


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
