"""Front matter, properties and `<meta>` of other programs as what we have fields for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from kb.documents.text.plain_text import tidy
from kb.importing.documents import Said
from kb.importing.guessing.headers import guessed
from kb.importing.mapping import ColumnMeaning
from kb.importing.rows.days import day
from kb.importing.rows.reading import LONGEST_KEYWORD, LONGEST_TITLE, teams_in
from kb.importing.sheets import Run, SheetCell

_AS_THEY_ARE = frozenset({"deputy", "review_every", "audience", "finds"})
_LISTS = frozenset({"audience", "finds"})
_UNTOLD = frozenset(
    "id source status draft published title generator viewport robots charset layout template "
    "progid originator date created updated modified editor datecreated export-host".split()
)
_MEANT = {"tags": ColumnMeaning.KEYWORDS, "tag": ColumnMeaning.KEYWORDS}


def said(properties: Mapping[str, Any], *, told: bool = True) -> Said:
    """What of these we keep; `told`: what we do not is named."""
    found: dict[str, Any] = {}
    fields: list[tuple[str, tuple[str, ...]]] = []
    left: list[str] = []
    for name, value in properties.items():
        words = tuple(_words(value))
        own = re.sub(r"[\s-]+", "_", tidy(name).casefold())
        if not words:
            continue
        if own in _AS_THEY_ARE:
            fields.append((own, words if own in _LISTS else words[:1]))
        elif not _take(found, own, name, words) and own not in _UNTOLD:
            left.append(tidy(name))
    status = next(iter(_words(properties.get("status"))), "").casefold()
    drafts = _is(properties, "draft", "true") or _is(properties, "published", "false")
    noticed = (f"it says more that has no field here: {', '.join(left)}",) if left and told else ()
    return Said(
        **found,
        fields=tuple(fields),
        draft=drafts or status in ("draft", "in review", "in progress"),
        noticed=noticed,
    )


def _take(found: dict[str, Any], own: str, name: str, words: tuple[str, ...]) -> bool:
    """Keep it where its name means something that we have; tells whether it did."""
    guess = guessed(name)
    meaning = _MEANT.get(own) or (guess.meaning if guess else None)
    text = ", ".join(words)
    if own == "title" or meaning is ColumnMeaning.TITLE:
        found["title"] = tidy(text)[:LONGEST_TITLE]
    elif meaning is ColumnMeaning.KEYWORDS:
        found["keywords"] = (*found.get("keywords", ()), *_keywords(words))
    elif meaning is ColumnMeaning.CATEGORY:
        found["category"] = tidy(words[0])
    elif meaning is ColumnMeaning.DEPARTMENT:
        found["teams"] = teams_in(text)
    elif meaning is ColumnMeaning.OWNER:
        found["owner"] = tidy(words[0])
    elif meaning is ColumnMeaning.REVIEWED and (when := _day(words[0])):
        found["reviewed"] = when
    else:
        return False
    return True


def _keywords(words: Iterable[str]) -> Iterator[str]:
    every = list(words)
    parts = re.split(r"[,;|\n]", every[0]) if len(every) == 1 else every
    for part in parts:
        if word := tidy(part).lstrip("#")[:LONGEST_KEYWORD]:
            yield word


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)
    elif isinstance(value, str | int | float | date) and tidy(str(value)):
        yield tidy(str(value))


def _day(written: str) -> date | None:
    return day(SheetCell((Run(written),)))


def _is(properties: Mapping[str, Any], name: str, value: str) -> bool:
    return str(properties.get(name, "")).casefold() == value
