"""What somebody wrote and the site could not take: given back, and sent again only by hand."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from msgspec import Struct
from werkzeug.exceptions import HTTPException

from kb.web.site.field_labels import LABELS, is_secret, is_typed, label_of
from kb.web.site.mount import rooted

LARGEST = 8_000_000  # bytes; the form of the editor has a file twice
SEALED = 2 * LARGEST  # such a form, sealed
_LASTS = 24 * 60 * 60  # seconds
_PROSE = 60  # characters
_TOKEN, _JSON = "csrf_token", "application/json"


class FormField(Struct, frozen=True):
    """One field as it was sent."""

    name: str
    value: str

    @property
    def label(self) -> str:
        """What its page calls it."""
        return label_of(self.name)

    @property
    def is_typed(self) -> bool:
        """Are these somebody's words?"""
        return bool(self.value.strip()) and is_typed(self.name)

    @property
    def is_choice(self) -> bool:
        """Is it what somebody chose, rather than what the form carries along?"""
        return bool(self.value) and self.name in LABELS and not is_typed(self.name)

    @property
    def rows(self) -> int:
        """Lines to show at once; 1 for what is one line."""
        lines = self.value.strip().count("\n") + 1
        return min(20, max(lines, 3)) if lines > 1 or len(self.value) > _PROSE else 1


class InterruptedForm(Struct, frozen=True):
    """A form that was not taken: where it was going, and its fields by name."""

    path: str
    fields: tuple[FormField, ...]

    @property
    def typed(self) -> list[FormField]:
        """What somebody wrote of it."""
        return [one for one in self.fields if one.is_typed]

    def sealed(self) -> str:
        """As a hidden field that nobody can have made but this site."""
        return _serializer().dumps([self.path, [(one.name, one.value) for one in self.fields]])


def from_request() -> InterruptedForm | None:
    """What this request would have sent, if somebody wrote a word of it."""
    given = as_sent()
    return given if given is not None and given.typed and not _asks_for_secrets() else None


def as_sent() -> InterruptedForm | None:
    """The form of this request, if it came from a page of ours. Passwords are never given back."""
    if request.method != "POST" or not is_ours() or request.accept_mimetypes.best == _JSON:
        return None
    # The page that the form leads to, which would have allowed as much, is not come to.
    request.max_content_length = request.max_form_memory_size = LARGEST
    try:
        pairs = list(request.form.items(multi=True))
    except (HTTPException, OSError):  # more than a form may have, or it never came whole
        return None
    return _form(rooted(request.path), pairs)


def is_whole() -> bool:
    """Would sending the fields again do the same? Not with a password, nor with a file."""
    return not request.files and not _asks_for_secrets()


def is_ours() -> bool:
    """Another site must not put words into the mouth of somebody who is about to sign in."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def opened(sealed: str) -> InterruptedForm | None:
    """What was sealed; None for anything else, or after a day."""
    try:
        path, fields = _serializer().loads(sealed, max_age=_LASTS)
    except BadData:
        return None
    return _form(path, fields)


def _form(path: str, pairs: Iterable[tuple[str, str]]) -> InterruptedForm:
    kept = (FormField(name, value) for name, value in pairs if not is_secret(name))
    return InterruptedForm(path, tuple(kept))


def _asks_for_secrets() -> bool:
    return any(is_secret(name) for name in request.form if name != _TOKEN)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="kept")
