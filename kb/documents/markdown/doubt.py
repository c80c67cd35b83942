"""A doubt about a text: something that is shown, and may have been meant otherwise."""

from __future__ import annotations

from msgspec import Struct


class Doubt(Struct, frozen=True):
    """Something that is shown as it stands, and was meant otherwise. `line` is the body's."""

    line: int
    code: str
    message: str
    remedy: str
