"""E-mail addresses and telephone numbers in texts, and whether a sheet is a dump of tickets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from kb.importing.sheets import SheetRow, SheetTable

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(r"(?<![\w.])(?:\+|00|\(0|0)[\d(][\d ()/.-]{5,18}\d(?![\w])")
_DIGITS = re.compile(r"\d")
_OF_TICKETS = frozenset(
    "requester customer caller reporter ticket status priority assignee agent created closed phone "
    "subject melder anrufer kunde priorität bearbeiter erstellt telefon klant prioriteit "
    "demandeur client statut priorité créé solicitante cliente estado prioridad creado "
    "richiedente stato priorità creato solicitante estado prioridade criado".split()
)
_LEAST_ROWS = 20


class PersonalData(Struct, frozen=True):
    """How many there are."""

    addresses: int = 0
    numbers: int = 0

    def __bool__(self) -> bool:
        return bool(self.addresses or self.numbers)


def found_in(texts: Iterable[str]) -> PersonalData:
    """All e-mail addresses and telephone numbers of these texts, each counted once."""
    addresses: set[str] = set()
    numbers: set[str] = set()
    for text in texts:
        if "@" in text:
            addresses.update(found.casefold() for found in _ADDRESS.findall(text))
        numbers.update(filter(None, map(_digits, _PHONE.findall(text))))
    return PersonalData(len(addresses), len(numbers))


def _digits(number: str) -> str:
    digits = "".join(_DIGITS.findall(number))
    return digits if 7 <= len(digits) <= 15 else ""


def is_dump_of_tickets(sheet: SheetTable, header: SheetRow | None) -> bool:
    """Does each row hold a person, below headers that ticket systems write?"""
    names = {cell.text.casefold() for cell in header.cells} if header else set()
    words = {word for name in names for word in re.split(r"[\s_-]+", name)}
    rows = [row for row in sheet.rows if header is None or row.number > header.number]
    if len(rows) < _LEAST_ROWS or len(words & _OF_TICKETS) < 2:
        return False
    with_person = sum(bool(found_in(cell.text for cell in row.cells)) for row in rows)
    return with_person * 2 > len(rows)
