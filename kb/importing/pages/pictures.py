"""How large a picture is, by its first bytes. Pure."""

from __future__ import annotations

import struct

_SMALL = 16  # pixels


def is_icon(raw: bytes) -> bool:
    """Is it so small that it is none that a reader needs?"""
    size = size_of(raw)
    return size is not None and max(size) <= _SMALL


def size_of(raw: bytes) -> tuple[int, int] | None:
    """(width, height) of a PNG or GIF; None for others."""
    if raw.startswith(b"\x89PNG\r\n\x1a\n") and len(raw) >= 24:
        wide, high = struct.unpack(">II", raw[16:24])
        return wide, high
    if raw.startswith((b"GIF87a", b"GIF89a")) and len(raw) >= 10:
        wide, high = struct.unpack("<HH", raw[6:10])
        return wide, high
    return None
