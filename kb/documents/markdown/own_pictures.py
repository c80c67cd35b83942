"""Pictures that a text carries in itself, as `data:` addresses. Pure.

They may be megabytes long, and a parser looks at each letter: so they are taken out before, and
put back where the page shows them.
"""

from __future__ import annotations

import re

from msgspec import Struct

LARGEST, MOST = 4_000_000, 8_000_000  # characters: of one, and of all that one text shows
_DATA = re.compile(r"data:image/([\w.+-]{1,20});base64,([A-Za-z0-9+/=%]*)", re.IGNORECASE)
_SAFE = frozenset({"png", "jpeg", "jpg", "gif", "webp"})
_PLACE = "data:image/png;kept,"  # what stands in the text meanwhile


class Pictures(Struct, frozen=True):
    """The pictures of a text in their order; "" for one that is not shown."""

    addresses: tuple[str, ...] = ()

    def address(self, target: str) -> str | None:
        """What a target in the text stood for; None where it is none of these, or not shown."""
        number = target.removeprefix(_PLACE)
        if number == target or not number.isdecimal() or int(number) >= len(self.addresses):
            return None
        return self.addresses[int(number)] or None

    def refuses(self, target: str) -> bool:
        """Is it a picture of the text's own that cannot be shown?"""
        return target.casefold().startswith("data:") and self.address(target) is None


def taken_out(body: str) -> tuple[str, Pictures]:
    """The text with short addresses in the place of its pictures, and those."""
    if "data:image/" not in body.lower():
        return body, Pictures()
    addresses: list[str] = []

    def short(found: re.Match[str]) -> str:
        kind, fits = found[1].lower(), len(found[2]) <= LARGEST
        room = sum(map(len, addresses)) + len(found[2]) <= MOST
        shown = kind in _SAFE and fits and room and found[2]
        addresses.append(f"data:image/{kind};base64,{found[2]}" if shown else "")
        return f"{_PLACE}{len(addresses) - 1}"

    return _DATA.sub(short, body), Pictures(tuple(addresses))
