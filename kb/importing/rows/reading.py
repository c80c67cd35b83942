"""Rows read by a mapping: what each says of a procedure, and which are left out and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from kb.documents.text.plain_text import tidy
from kb.importing.mapping import ColumnMapping, ColumnMeaning, FileMapping, SheetMapping
from kb.importing.rows import days
from kb.importing.rows.as_markdown import TextBlocks, TextStep, blocks, inline, step
from kb.importing.sheets import CellLink, SheetCell, SheetRow, SheetTable, letter

LONGEST_TITLE = 300
LONGEST_KEYWORD = 120
_TEAMS = re.compile(
    r"\s*(?:\(\s*(?:with|mit|met|avec|con|com)\s|[,;/|\n&+()]|\s(?:and|und|en|et|y|e|with|mit|met|avec|con)\s)\s*"
)
_ENDS = re.compile(
    r"valid|expir|until|gültig|ablauf|geldig|verloop|valable|válid|caduc|vence|scad", re.IGNORECASE
)
_TOTAL = re.compile(
    r"(?:grand )?(?:total|totals|sum|summe|gesamt|totaal|totale|somme)\b.{0,20}", re.I
)


class OtherMethod(Struct, frozen=True, gc=False):
    """Another accepted way, in Markdown. `name` is its heading, plain."""

    name: str
    text: str


class RowRead(Struct, frozen=True, gc=False):
    """What one row says, in one language. `key` names it within its sheet from file to file.

    `fields` are others of front matter, written as they are; `draft`: it stays one.
    """

    sheet: str
    number: int
    key: str
    title: str
    text: TextBlocks
    language: str = ""
    asked: tuple[str, ...] = ()
    methods: tuple[OtherMethod, ...] = ()
    keywords: tuple[str, ...] = ()
    category: str = ""
    teams: tuple[str, ...] = ()
    owner: str = ""
    reviewed: date | None = None
    lines: tuple[tuple[str, str], ...] = ()
    links: tuple[CellLink, ...] = ()
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    draft: bool = False
    noticed: tuple[str, ...] = ()


class LeftOut(Struct, frozen=True, gc=False):
    """A row that does not come in. `title` is what it says first. `optional`: it may all the same.

    Of a document its parts are the rows; 0 is the whole of it.
    """

    sheet: str
    number: int
    why: str
    title: str = ""
    optional: bool = False


def rows_read(
    sheet: SheetTable, mapping: SheetMapping, file: FileMapping, today: date
) -> Iterator[RowRead | LeftOut]:
    """All rows below the header, in their order; a banner among them is the category below it."""
    return _Rows(sheet, mapping, file, today).read()


class _Rows:
    def __init__(
        self, sheet: SheetTable, mapping: SheetMapping, file: FileMapping, today: date
    ) -> None:
        self._today = today
        self._sheet = sheet
        self._mapping = mapping
        self._decided = file.decided
        self._languages = tuple(
            dict.fromkeys(one.language for one in mapping.of(ColumnMeaning.TITLE))
        )
        self._section = ""
        self._months_first = {
            one.column: days.month_first(row.cell(one.column) for row in sheet.rows)
            for one in mapping.of(ColumnMeaning.REVIEWED)
        }
        self._keyed = self._has_good_keys()

    def read(self) -> Iterator[RowRead | LeftOut]:
        """A row may be several procedures where languages stand side by side."""
        last = max((row.number for row in self._sheet.rows if row), default=0)
        for row in self._sheet.rows:
            if row.number == self._mapping.header or row.number > last:
                continue
            if row.number < self._mapping.header:
                if row:
                    yield self._left(row, "it stands above the header")
            elif row:
                yield from self._row(row)
            else:
                yield self._left(row, "it is empty")

    def _row(self, row: SheetRow) -> Iterator[RowRead | LeftOut]:
        decided = self._decided.get(f"{self._sheet.name}!{row.number}")
        if decided is False:
            yield self._left(row, "you left it out")
        elif row.hidden and not decided:
            yield replace(self._left(row, "the row is hidden"), optional=True)
        elif row.banner:
            self._section = _first(row)
            yield self._left(row, "it is a heading: the category of the rows below it")
        else:
            found = [self._read(row, language) for language in self._languages]
            if len(found) > 1:
                found = [one for one in found if not self._is_empty(one)] or found[:1]
            yield from found

    def _is_empty(self, found: RowRead | LeftOut) -> bool:
        """In that language the row says nothing at all."""
        return isinstance(found, LeftOut) and not found.title

    def _read(self, row: SheetRow, language: str) -> RowRead | LeftOut:
        title = tidy(self._text(row, ColumnMeaning.TITLE, language))
        noticed: list[str] = []
        text = self._answer(row, language, noticed)
        if why := _why_not(title, text, row):
            shown = title or ("" if language and not text else _first(row))
            return LeftOut(self._sheet.name, row.number, why, shown)
        noticed += [
            f"{letter(one.column)}: {remark}"
            for one in self._mapping.columns
            if one.meaning is not ColumnMeaning.LEAVE_OUT
            for remark in row.cell(one.column).noticed
        ]
        noticed += self._doubts(row, text)
        if len(title) > LONGEST_TITLE:
            noticed.append(f"its title is cut at {LONGEST_TITLE} characters")
        return RowRead(
            sheet=self._sheet.name,
            number=row.number,
            key=self._key(row, title, language),
            title=title[:LONGEST_TITLE],
            text=text,
            language=language,
            asked=tuple(_listed(self._text(row, ColumnMeaning.ALSO_ASKED), "\n;|")),
            methods=tuple(self._methods(row)),
            keywords=tuple(_listed(self._text(row, ColumnMeaning.KEYWORDS, language), ",;|\n")),
            category=tidy(self._text(row, ColumnMeaning.CATEGORY)) or self._section,
            teams=teams_in(self._text(row, ColumnMeaning.DEPARTMENT)),
            owner=tidy(self._text(row, ColumnMeaning.OWNER)),
            reviewed=self._day(row, noticed),
            lines=tuple(self._lines(row)),
            links=tuple(self._links(row, language)),
            noticed=tuple(dict.fromkeys(noticed)),
        )

    def _doubts(self, row: SheetRow, text: TextBlocks) -> Iterator[str]:
        """What a reader of the procedure would stumble over."""
        if not text.steps and len(text.markdown().split()) == 1:
            yield "its text is a single word"
        for one in self._columns(ColumnMeaning.LINE):
            cell = row.cell(one.column)
            ends = days.day(cell) if cell and _ENDS.search(one.header) else None
            if ends and ends < self._today:
                yield f"{tidy(one.header)} is past: {ends}"

    def _columns(self, meaning: ColumnMeaning, language: str = "") -> tuple[ColumnMapping, ...]:
        """Those of this language, and those that tell none."""
        found = self._mapping.of(meaning)
        return tuple(one for one in found if not one.language or one.language == language)

    def _text(self, row: SheetRow, meaning: ColumnMeaning, language: str = "") -> str:
        texts = [row.cell(one.column).text for one in self._columns(meaning, language)]
        return "\n".join(filter(None, texts))

    def _answer(self, row: SheetRow, language: str, noticed: list[str]) -> TextBlocks:
        found = [
            blocks(row.cell(one.column).runs)
            for one in self._columns(ColumnMeaning.ANSWER, language)
        ]
        columns = self._columns(ColumnMeaning.STEP, language)
        steps = [one for each in columns if (one := step(row.cell(each.column).runs))]
        noticed += [remark for one in found for remark in one.noticed]
        if any(one.noticed and row.cell(one.column) for one in columns):
            noticed.append("some of its steps stand in hidden columns")
        return _joined(found, steps)

    def _methods(self, row: SheetRow) -> Iterator[OtherMethod]:
        for one in self._columns(ColumnMeaning.OTHER_METHOD):
            text = blocks(row.cell(one.column).runs)
            if text:
                yield _method(text.markdown(), row.cell(one.column).text, one.header)

    def _day(self, row: SheetRow, noticed: list[str]) -> date | None:
        for one in self._columns(ColumnMeaning.REVIEWED):
            cell = row.cell(one.column)
            found = days.day(cell, months_first=self._months_first[one.column])
            if found is None and cell.text:
                noticed.append(f"“{cell.text[:40]}” is not a day, so it has no day of a review")
            return found
        return None

    def _lines(self, row: SheetRow) -> Iterator[tuple[str, str]]:
        for one in self._columns(ColumnMeaning.LINE):
            if text := row.cell(one.column).text:
                yield (tidy(one.header) or f"Column {letter(one.column)}", inline(text))

    def _links(self, row: SheetRow, language: str) -> Iterator[CellLink]:
        """Those of all columns that come in; a long text is no label."""
        for one in self._mapping.columns:
            if one.meaning is ColumnMeaning.LEAVE_OUT or one.language not in ("", language):
                continue
            cell = row.cell(one.column)
            for link in cell.links:
                short = one.meaning is ColumnMeaning.LINK and len(link.label) <= 200
                yield link if short else CellLink(link.address)
            if one.meaning is ColumnMeaning.LINK and not cell.links:
                yield from _written_links(cell)

    def _key(self, row: SheetRow, title: str, language: str) -> str:
        columns = self._mapping.of(ColumnMeaning.KEY)
        name = tidy(row.cell(columns[0].column).text) if columns and self._keyed else ""
        name = name or tidy(title).rstrip(" ?.!").casefold()[:120]
        return f"{name} ({language})" if language else name

    def _has_good_keys(self) -> bool:
        """Is there a column of keys, with another in each row that has a title?"""
        columns, titles = self._mapping.of(ColumnMeaning.KEY), self._mapping.of(ColumnMeaning.TITLE)
        if not columns or not titles:
            return False
        rows = [row for row in self._sheet.rows if row.number > self._mapping.header]
        rows = [row for row in rows if not row.banner and row.cell(titles[0].column).text]
        keys = [tidy(row.cell(columns[0].column).text) for row in rows]
        return bool(keys) and all(keys) and len(set(keys)) == len(keys)

    def _left(self, row: SheetRow, why: str) -> LeftOut:
        return LeftOut(self._sheet.name, row.number, why, _first(row))


def teams_in(text: str) -> tuple[str, ...]:
    """The teams that a cell names, the first of them as the one that answers."""
    whole = tidy(text)
    return (
        tuple(dict.fromkeys([whole, *filter(None, map(tidy, _TEAMS.split(text)))])) if whole else ()
    )


def _why_not(title: str, text: TextBlocks, row: SheetRow) -> str:
    """Why the row is no procedure; "" where it is one."""
    if title and not text:
        return "it is a total" if _TOTAL.fullmatch(title) else "it has no answer"
    if not title:
        return "it has no title or question" if row else "it is empty"
    return ""


def _first(row: SheetRow) -> str:
    texts = [cell.text for cell in row.cells if cell.text]
    worded = [text for text in texts if not text.isdigit()]
    return tidy((worded or texts or [""])[0])[:120]


def _listed(text: str, separators: str) -> Iterator[str]:
    for part in re.split(f"[{re.escape(separators)}]", text):
        if found := tidy(part)[:LONGEST_KEYWORD]:
            yield found


def _joined(texts: list[TextBlocks], steps: list[TextStep]) -> TextBlocks:
    """Several columns of text and steps as one."""
    every = [one for one in texts if one]
    numbered = [*(each for one in every for each in one.steps), *steps]
    before = [each for one in every for each in one.before]
    after = [each for one in every for each in one.after]
    return TextBlocks(tuple(before), tuple(numbered), tuple(after))


def _method(markdown: str, plain: str, header: str) -> OtherMethod:
    """Its name is what stands before a colon, where that is short; else its column's."""
    head, colon, rest = plain.partition(":")
    if colon and rest.strip() and "\n" not in head and 3 <= len(head.strip()) <= 60:
        written = markdown.partition(":")[2].strip()
        return OtherMethod(tidy(head), written[:1].upper() + written[1:])
    return OtherMethod(tidy(header) or "Another way", markdown)


def _written_links(cell: SheetCell) -> Iterator[CellLink]:
    for address in re.findall(r"https?://[^\s<>\"]+", cell.text):
        yield CellLink(address.rstrip(".,;)"))
