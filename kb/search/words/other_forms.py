"""What stands in a text besides its words as written: parts of a name, digits of a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

HUMP = re.compile(r"[a-z0-9][A-Z]|\b[A-Z]{2,}s\b")
_SEVERAL = re.compile(r"[A-Z]{2,}s(?![a-z])")  # PDFs
_PART = re.compile(rf"{_SEVERAL.pattern}|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
LEAST_PART = 2  # letters
# A number in groups, as telephones and forms have them: "+31 (0)20 555-0177".
_NUMBER = re.compile(r"(?<![\w.])\+?\(?\d(?:[ \t\u00a0().\-/‑–]{0,3}\d){5,19}(?![\w])")
FEWEST, MOST = 7, 15  # digits of a telephone number
LEAST_LEFT = 6  # digits of its end, without what is dialled from elsewhere
_MOST_NUMBERS = 50  # of one text
_COUNTRY = 3  # digits at most


def name_parts(written: str) -> list[str]:
    """ "get", "order" and "status" for getOrderStatus, "pdf" for PDFs; nothing for a word that is
    one."""
    if not HUMP.search(written):
        return []
    parts = [part for part in _PART.findall(written) if len(part) >= LEAST_PART]
    return [(part[:-1] if _SEVERAL.fullmatch(part) else part).lower() for part in parts]


def numbers(text: str) -> Iterator[tuple[int, set[str]]]:
    """Where each number in groups begins, and its digits: all, and those from each group on.

    Of "+31205550177", and with 00 for the plus, also those after each possible country.
    """
    found = 0
    for match in _NUMBER.finditer(text):
        groups = re.findall(r"\d+", match[0])
        if FEWEST <= sum(map(len, groups)) <= MOST and found < _MOST_NUMBERS:
            found += 1
            ends = {"".join(groups[nth:]) for nth in range(len(groups))}
            if match[0].startswith(("+", "00")) and len(groups[0].lstrip("0")) > _COUNTRY:
                rest = "".join(groups).lstrip("0")
                ends |= {rest[nth:] for nth in range(1, _COUNTRY + 1)}
            ends |= {end.lstrip("0") for end in ends}
            yield match.start(), {end for end in ends if len(end) >= LEAST_LEFT}


def number_as_dialled(digits: str) -> list[str]:
    """The same number with and without what is dialled from elsewhere, the likeliest first."""
    if not FEWEST <= len(digits) <= MOST + 2:
        return []
    rest = digits.lstrip("0")
    shorter = [rest[nth:].lstrip("0") for nth in range(1, _COUNTRY + 1)]
    every = [digits, rest, *(one for one in shorter if len(one) > FEWEST)]
    return list(dict.fromkeys(one for one in every if len(one) >= LEAST_LEFT))
