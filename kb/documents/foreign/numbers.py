"""Numbers as lists show them: in letters, in Roman, as they are. Pure."""

from __future__ import annotations

from msgspec import Struct

_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "m cm d cd c xc l xl x ix v iv i".split(),
        strict=True,
    )
)


def counted(number: int, kind: str) -> str:
    """A number in letters ("lower", "upper"), in Roman ("roman", "ROMAN"), or as it is."""
    if number <= 0 or not kind:
        return str(number)
    if kind in ("lower", "upper"):
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(97 + rest) + letters
        return letters.upper() if kind == "upper" else letters
    if number > 3999:
        return str(number)
    found = ""
    for value, sign in _ROMAN:
        while number >= value:
            found, number = found + sign, number - value
    return found if kind == "roman" else found.upper()


class Numbered(Struct, frozen=True):
    """What stands before one paragraph. `series` and `level` say which list it goes on with.

    `count` is its place there; `number` the same where its own number alone is shown; `label` is
    all that is shown. `bare`: nothing is.
    """

    series: str
    level: int
    count: int
    number: int | None = None
    label: str = ""
    bullet: bool = False
    bare: bool = False
