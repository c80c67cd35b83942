"""An old workbook (.xls) made by code: a compound file of one stream, which holds one sheet."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _LEAST = 512, 4096  # what is shorter would stand in a stream of small sectors


def xls(rows: Sequence[Sequence[str | float | None]], title: str = "Desk") -> bytes:
    """Texts and numbers, in cells."""
    stream = _workbook(rows, title)
    stream += b"\0" * (max(_LEAST, -(-len(stream) // _SECTOR) * _SECTOR) - len(stream))
    sectors = len(stream) // _SECTOR
    assert sectors + 2 <= 128, "one table tells where it stands"
    following = [_TABLE, _END, *range(3, sectors + 2), _END]
    table = struct.pack("<128I", *following, *[_FREE] * (128 - len(following)))
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return _head() + table + folder + b"\0" * (_SECTOR - len(folder)) + stream


def _head() -> bytes:
    mark = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    sizes = struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, _LEAST, _END, 0, _END, 0
    )
    return mark + sizes + struct.pack("<109I", 0, *[_FREE] * 108)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    named = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI16xIQ", named, len(named), kind, 1, _FREE, _FREE, child, 0, start, size
    )


def _workbook(rows: Sequence[Sequence[str | float | None]], title: str) -> bytes:
    begins = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0x0DBB, 0x07CC, 0, 6))
    name = bytes([len(title), 0]) + title.encode("latin-1")
    place = len(begins) + 4 + 6 + len(name) + 4
    listed = _record(0x0085, struct.pack("<IH", place, 0) + name)
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0x0DBB, 0x07CC, 0, 6))
    for nth, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet += _cell(nth, column, value)
    return begins + listed + _record(0x000A) + sheet + _record(0x000A)


def _cell(row: int, column: int, value: str | float | None) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if value is None:
        return b""
    if isinstance(value, str):
        text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        return _record(0x0204, place + text)
    return _record(0x0203, place + struct.pack("<d", value))


def _record(kind: int, said: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(said)) + said
