"""What a paragraph's or run's style says, by its own name and those that it is based on. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.documents.word.parts import Xml, is_on, number, value

_LEVELS = 6
_HEADING = re.compile(r"heading ([1-9])\Z")


class Styles:
    """Of one document."""

    def __init__(self, root: Xml | None) -> None:
        every = root.findall("w_style") if root is not None else []
        self._by_id = {one.get("w_styleId", ""): one for one in every}
        self._default = next(
            (
                one.get("w_styleId", "")
                for one in every
                if one.get("w_default") in ("1", "true") and one.get("w_type") == "paragraph"
            ),
            "",
        )

    def chain(self, id: str | None) -> Iterator[Xml]:
        """The style and those that it is based on, the nearest first."""
        seen: set[str] = set()
        while id and id not in seen and id in self._by_id:
            seen.add(id)
            one = self._by_id[id]
            yield one
            id = value(one, "w_basedOn")

    def names(self, id: str | None) -> list[str]:
        """What Word calls them, whatever the language of the program."""
        return [(value(one, "w_name") or "").casefold() for one in self.chain(id)]

    def level(self, id: str | None, properties: Xml | None) -> int:
        """The level of a heading from 1; 0 for a paragraph that is none."""
        own = value(properties, "w_outlineLvl")
        if own is not None:
            return _as_level(own)
        for one in self.chain(id):
            outline = value(one, "w_pPr/w_outlineLvl")
            if outline is not None:
                return _as_level(outline)
            if found := _HEADING.match((value(one, "w_name") or "").casefold()):
                return min(int(found[1]), _LEVELS)
        return 0

    def switch(self, id: str | None, name: str) -> bool:
        """Is that property of runs on in the style?"""
        for one in self.chain(id):
            found = is_on(one, f"w_rPr/{name}")
            if found is not None:
                return found
        return False

    def numbering(self, id: str | None) -> tuple[str, int] | None:
        """The list that a style belongs to, and the level where it says one."""
        for one in self.chain(id or self._default):
            found = value(one, "w_pPr/w_numPr/w_numId")
            if found is not None:
                return found, number(value(one, "w_pPr/w_numPr/w_ilvl"), -1)
        return None

    def is_indented(self, id: str | None) -> bool:
        """Is its text set in?"""
        for one in self.chain(id):
            if one.find("w_pPr/w_ind") is not None:
                return _left(one.find("w_pPr/w_ind")) > 0
        return False


def left(properties: Xml | None) -> int | None:
    """How far a paragraph is set in, in twentieths of a point; None where it does not say."""
    found = properties.find("w_ind") if properties is not None else None
    return None if found is None else _left(found)


def _left(indent: Xml | None) -> int:
    if indent is None:
        return 0
    written = indent.get("w_left") or indent.get("w_start")
    return number(written) + number(indent.get("w_firstLine"))


def _as_level(outline: str) -> int:
    level = number(outline, 9)
    return level + 1 if 0 <= level < 9 and level < _LEVELS else (_LEVELS if level < 9 else 0)
