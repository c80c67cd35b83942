"""What each sheet, column and team of a file means: guessed first, corrected, and kept. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace


class ColumnMeaning(StrEnum):
    """What a column says of a procedure."""

    TITLE = "title"
    ALSO_ASKED = "also asked as"
    ANSWER = "answer"
    STEP = "step"
    OTHER_METHOD = "other method"
    KEYWORDS = "keywords"
    CATEGORY = "category"
    DEPARTMENT = "department"
    OWNER = "owner"
    REVIEWED = "day of the review"
    LINK = "link"
    KEY = "key"
    LINE = "a line of the text"
    LEAVE_OUT = "leave out"


class ColumnMapping(Struct, frozen=True, omit_defaults=True):
    """One column, counted from 0. `language` is a code such as "de", where there are several."""

    column: int
    header: str
    meaning: ColumnMeaning
    language: str = ""
    noticed: str = ""


class SheetMapping(Struct, frozen=True, omit_defaults=True):
    """One sheet. `header` is the number of its header's row, 0 where it has none.

    `why` says why it is not taken.
    """

    name: str
    taken: bool
    header: int
    columns: tuple[ColumnMapping, ...] = ()
    why: str = ""

    def of(self, meaning: ColumnMeaning) -> tuple[ColumnMapping, ...]:
        """The columns of that meaning, from the left."""
        return tuple(one for one in self.columns if one.meaning is meaning)


class PageMapping(Struct, frozen=True, omit_defaults=True):
    """One document. `split` is the level of the headings that begin a procedure, 0 where it is one.

    `why` says why it is not taken.
    """

    name: str
    title: str = ""
    split: int = 0
    taken: bool = True
    why: str = ""


class FileMapping(Struct, frozen=True, omit_defaults=True):
    """All that was decided about one file; kept, so that it can be brought in again.

    `name` is what the file is known as: what comes under one name is one workbook, changed.
    `teams` gives the department (an id) of each team as it is written; `department` that of all
    others, "" for none. `reviewed` is the day of the review where a row names none. `decided`
    has the rows taken or left out by hand, by "sheet!row"; those of a document are its parts.
    """

    name: str
    sheets: tuple[SheetMapping, ...] = ()
    pages: tuple[PageMapping, ...] = ()
    teams: dict[str, str] = {}
    department: str = ""
    reviewed: date | None = None
    published: bool = False
    encoding: str = ""
    decided: dict[str, bool] = {}

    def sheet(self, name: str) -> SheetMapping | None:
        """What was decided about that sheet."""
        return next((one for one in self.sheets if one.name == name), None)

    def page(self, name: str) -> PageMapping | None:
        """What was decided about that document."""
        return next((one for one in self.pages if one.name == name), None)

    def json(self) -> str:
        """As text that people can read and change."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode() + "\n"


def as_before(guessed: FileMapping, before: FileMapping) -> FileMapping:
    """What was decided `before` about a workbook, as far as it looks as it did; else the guess.

    What was decided about single rows is not said again: they may be others.
    """
    sheets = tuple(
        known if (known := before.sheet(one.name)) and _alike(one, known) else one
        for one in guessed.sheets
    )
    pages = tuple(_page_as_before(one, before) for one in guessed.pages)
    return replace(before, sheets=sheets, pages=pages, decided={})


def _page_as_before(one: PageMapping, before: FileMapping) -> PageMapping:
    """A document of the same name is taken, and parted, as it was."""
    known = before.page(one.name)
    return replace(one, split=known.split, taken=known.taken, why=known.why) if known else one


def _alike(one: SheetMapping, other: SheetMapping) -> bool:
    """Have they the same header?"""
    headers = [[(each.column, each.header) for each in sheet.columns] for sheet in (one, other)]
    return one.header == other.header and headers[0] == headers[1]


class UnusableMapping(ValueError):
    """Its text says what is wrong with a mapping."""


def mapping_from(text: str | bytes) -> FileMapping:
    """The mapping that was kept as JSON. Raises UnusableMapping."""
    try:
        return msgspec.json.decode(text, type=FileMapping)
    except msgspec.DecodeError as error:
        raise UnusableMapping(f"that is no mapping: {error}") from error
