"""People are named where they are shown and typed; files and rows have their addresses."""

from __future__ import annotations

from kb.web.site.pages import parts

_MOST = 20  # who have a name in common with what was typed


def address_of(text: str) -> str:
    """The address of the one person of that name; of none, or of several, what was typed."""
    name = " ".join(text.split()).casefold()
    if not name or "@" in name:
        return text
    found = parts().people.directory.everyone(1, _MOST, name).people
    named = [one.email for one in found if one.name.casefold() == name]
    return named[0] if len(named) == 1 else text


def name_of(address: str) -> str:
    """Who has that address, by a name that leads back to it; else the address."""
    name = parts().people.directory.names([address]).get(address, "") if address else ""
    return name if name and address_of(name) == address.casefold() else address
