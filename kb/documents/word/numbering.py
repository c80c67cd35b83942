"""The numbers that Word shows before paragraphs: counted as Word counts them. Pure."""

from __future__ import annotations

import re

from kb.documents.foreign.numbers import Numbered, counted
from kb.documents.word.parts import Xml, is_on, number, value
from kb.documents.word.styles import Styles

_LEVELS = 9
_KINDS = {
    "lowerLetter": "lower",
    "upperLetter": "upper",
    "lowerRoman": "roman",
    "upperRoman": "ROMAN",
}
_BULLETS = frozenset({"bullet", "none"})


class Numbering:
    """Counts along a document: to be asked once for each paragraph, in order."""

    def __init__(self, root: Xml | None, styles: Styles) -> None:
        self._styles = styles
        every: list[Xml] = list(root) if root is not None else []
        self._abstract = {
            one.get("w_abstractNumId", ""): one for one in every if one.tag == "w_abstractNum"
        }
        self._lists = {one.get("w_numId", ""): one for one in every if one.tag == "w_num"}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def of(self, properties: Xml | None, style: str | None) -> Numbered | None:
        """What this paragraph shows; None where it belongs to no list. It is counted."""
        named = self._named(properties, style)
        if named is None:
            return None
        id, level = named
        one = self._lists.get(id)
        series = self._series(value(one, "w_abstractNumId"))
        if one is None or series is None:
            return None
        if level < 0:
            level = self._level_of(series, style)
        level = min(level, _LEVELS - 1)
        definition = self._definition(one, series, level)
        if definition is None:
            return None
        return self._counted(id, one, series, level, definition)

    def _named(self, properties: Xml | None, style: str | None) -> tuple[str, int] | None:
        own = value(properties, "w_numPr/w_numId")
        level = value(properties, "w_numPr/w_ilvl")
        styled = self._styles.numbering(style)
        if own is None and styled is None:
            return None
        id = own if own is not None else styled[0] if styled else ""
        if id == "0":
            return None
        if level is not None:
            return id, max(number(level), 0)
        return id, styled[1] if styled and own is None else 0

    def _series(self, id: str | None) -> str | None:
        """The list's definition; one that is a link to a style leads to that style's."""
        for _ in range(5):
            one = self._abstract.get(id or "")
            link = value(one, "w_numStyleLink")
            if one is None or link is None:
                return id if one is not None else None
            found = self._styles.numbering(link)
            id = value(self._lists.get(found[0]), "w_abstractNumId") if found else None
        return None

    def _level_of(self, series: str, style: str | None) -> int:
        """The level that names this style as its own."""
        ids = {one.get("w_styleId") for one in self._styles.chain(style)}
        for level in self._abstract[series].findall("w_lvl"):
            if value(level, "w_pStyle") in ids:
                return number(level.get("w_ilvl"))
        return 0

    def _definition(self, one: Xml, series: str, level: int) -> Xml | None:
        for override in one.findall("w_lvlOverride"):
            own = override.find("w_lvl")
            if number(override.get("w_ilvl")) == level and own is not None:
                return own
        levels = self._abstract[series].findall("w_lvl")
        return next((each for each in levels if number(each.get("w_ilvl")) == level), None)

    def _counted(self, id: str, one: Xml, series: str, level: int, definition: Xml) -> Numbered:
        counts = self._counts.setdefault(series, [None] * _LEVELS)
        start = self._start(id, one, level)
        if start is None:
            before = counts[level]
            start = number(value(definition, "w_start"), 1) if before is None else before + 1
        counts[level] = start
        for deeper in range(level + 1, _LEVELS):
            counts[deeper] = None
        kind = value(definition, "w_numFmt") or "decimal"
        if kind in _BULLETS and not re.search(r"%\d", value(definition, "w_lvlText") or ""):
            return Numbered(series, level, start, bullet=kind == "bullet", bare=kind == "none")
        label = self._label(one, series, counts, level, definition)
        own = re.fullmatch(rf"\D*%{level + 1}\D*", value(definition, "w_lvlText") or "")
        plain = kind in ("decimal", "decimalZero", "ordinal") and own
        return Numbered(series, level, start, start if plain else None, label)

    def _start(self, id: str, one: Xml, level: int) -> int | None:
        """Where the list begins anew at its first paragraph of that level."""
        if (id, level) in self._begun:
            return None
        self._begun.add((id, level))
        for override in one.findall("w_lvlOverride"):
            found = value(override, "w_startOverride")
            if number(override.get("w_ilvl")) == level and found is not None:
                return number(found, 1)
        return None

    def _label(
        self, one: Xml, series: str, counts: list[int | None], level: int, definition: Xml
    ) -> str:
        legal = bool(is_on(definition, "w_isLgl"))

        def shown(found: re.Match[str]) -> str:
            nth = int(found[1]) - 1
            other = self._definition(one, series, nth)
            kind = _KINDS.get(value(other, "w_numFmt") or "", "") if not legal else ""
            count = counts[nth] if nth < _LEVELS else None
            return counted(count if count is not None else number(value(other, "w_start"), 1), kind)

        return re.sub(r"%([1-9])", shown, value(definition, "w_lvlText") or "").strip()
