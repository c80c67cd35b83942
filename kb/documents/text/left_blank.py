"""What a template left to be written, and nobody wrote: by line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A blank: three dots that stand as a word, within marks or alone.
_BLANK = re.compile(r"(?:^|(?<=[\s*_`|>(\[€$£/]))(?:…|\.\.\.)(?=[\s*_`|.,:;!?)\]/%]|$)")
# What the templates that come with kb, and the editor's inserts, say instead of a blank.
_SAID = tuple(
    phrase.casefold()
    for phrase in (
        "First step.",
        "Last step.",
        "A question to decide?",
        "Yes: do this.",
        "Name of the method",
        "When it may be used, and how.",
        "When, to whom, and how to reach them.",
        "The answer in one or two sentences, as a customer wants to hear it.",
        "The rule, its limits, and since when.",
    )
)
_WARNING = "what must never be done, and why."
_ELISIONS = ("> …", "> ...")  # of who quotes somebody
_MARKS = "#>*_-+. \t0123456789"
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_ROW = "| first | here |"
_LONGEST = 60


def left_blank(body: str) -> Iterator[tuple[int, str]]:
    """The lines, from 1, on which a template's words stand, with those words."""
    fence = ""
    for number, line in enumerate(body.split("\n"), 1):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and _is_left(line):
            yield number, line.strip()[:_LONGEST]


def _is_left(line: str) -> bool:
    bare = line.lstrip(_MARKS).rstrip().casefold()
    said = any(bare.startswith(one) and len(bare) <= len(one) + 2 for one in _SAID)
    blank = _BLANK.search(line) is not None and line.strip() not in _ELISIONS
    return said or blank or bare.endswith(_WARNING) or _ROW in line
