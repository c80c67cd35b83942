"""Days as people write them in cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from kb.importing.sheets import SheetCell

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_PARTS = re.compile(r"(\d{1,2})[./-]\s?(\d{1,2})[./-]\s?(\d{2}|\d{4})")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # 1954 to 2119, as Excel counts days
_EPOCH = date(1899, 12, 30)
_MONTHS = {
    word: nth
    for nth, words in enumerate(
        (
            "january jan januar januari janvier enero gennaio janeiro",
            "february feb februar februari février fevrier febrero febbraio fevereiro",
            "march mar märz maart mars marzo março",
            "april apr avril abril aprile",
            "may mai mei mayo maggio maio",
            "june jun juni juin junio giugno junho",
            "july jul juli juillet julio luglio julho",
            "august aug augustus août aout agosto",
            "september sep sept septembre septiembre settembre setembro",
            "october oct oktober okt octobre octubre ottobre outubro",
            "november nov novembre noviembre novembro",
            "december dec dezember dez décembre decembre diciembre dicembre dezembro",
        ),
        1,
    )
    for word in words.split()
}
_WORDED = re.compile(
    r"(\d{1,2})\.?(?:st|nd|rd|th)?\s+(?:de\s+)?([^\W\d]+)\.?,?\s+(?:de\s+)?(\d{4})"
)
_WORDED_FIRST = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")


def month_first(cells: Iterable[SheetCell]) -> bool:
    """Do days in this column begin with the month, as in the United States? Else with the day."""
    found = [match for cell in cells if (match := _PARTS.fullmatch(cell.text))]
    firsts = any(int(match[1]) > 12 for match in found)
    seconds = any(int(match[2]) > 12 for match in found)
    return seconds and not firsts


def day(cell: SheetCell, *, months_first: bool = False) -> date | None:
    """The day that a cell names; None where it names none."""
    if cell.day:
        return cell.day
    text = " ".join(cell.text.split())
    if cell.number:
        serial = int(text) if text.isdigit() else 0
        known = _FIRST_SERIAL <= serial <= _LAST_SERIAL
        return _EPOCH + timedelta(days=serial) if known else None
    try:
        return _written(text, months_first)
    except ValueError:
        return None


def _written(text: str, months_first: bool) -> date | None:
    if found := _ISO.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _PARTS.fullmatch(text):
        one, two, year = int(found[1]), int(found[2]), int(found[3])
        year += 2000 if year < 100 else 0
        return date(year, one, two) if months_first else date(year, two, one)
    if found := _WORDED.fullmatch(text):
        month = _MONTHS.get(found[2].casefold())
        return date(int(found[3]), month, int(found[1])) if month else None
    if found := _WORDED_FIRST.fullmatch(text):
        month = _MONTHS.get(found[1].casefold())
        return date(int(found[3]), month, int(found[2])) if month else None
    return None
