"""What a spreadsheet program shows for a value. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

# Characters that XML cannot hold, and blanks; openpyxl has put the others right already.
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|0020)_")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LEADING_ZEROS = re.compile(r"0{2,}")
_DECIMALS = re.compile(r"0\.(0+)")
ERRORS = frozenset("#N/A #VALUE! #REF! #NAME? #DIV/0! #NUM! #NULL! #SPILL! #CALC!".split())


def clean(text: str) -> str:
    """Text with line feeds only, and with what the file format writes as _x000D_ put right."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if "\r" in text or "\x0b" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n")
    return _CONTROLS.sub("", text).encode("utf-8", "ignore").decode().replace("\xa0", " ")


def shown(value: Any, number_format: str = "") -> str:
    """A value as text: 1.0 is "1", 42 under the format 0000 is "0042", a day is 2026-03-31."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02}"
    return clean(str(value))


def _number(value: float, number_format: str) -> str:
    first = number_format.partition(";")[0]
    if _LEADING_ZEROS.fullmatch(first) and value == int(value):
        return f"{int(value):0{len(first)}d}"
    decimals = _DECIMALS.search(first)
    places = len(decimals[1]) if decimals else 0
    if first.endswith("%"):
        return f"{value * 100:.{places}f}%"
    if decimals:
        return f"{value:.{places}f}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(round(value, 10)) if isinstance(value, float) else str(value)


def day_of(value: Any) -> date | None:
    """The day, where the value is one."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
