"""Tables as CSV files. What a spreadsheet would take for a formula is made a text."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from flask import Response

_FORMULA = ("=", "+", "-", "\u2212", "@", "\t", "\r", "\n")


def csv_file(file: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table as a file of that name."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    answer = Response("\ufeff" + text.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _is_formula(value) else value


def _is_formula(text: str) -> bool:
    """Programs trim blanks and what cannot be seen, and take a full-width sign for a plain one."""
    if text[:1] in _FORMULA[-3:]:
        return True
    seen = (one for one in text if one.isprintable() and not one.isspace())
    return unicodedata.normalize("NFKC", next(seen, "")).startswith(_FORMULA)
