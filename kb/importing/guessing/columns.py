"""Where a sheet's header stands and what its columns mean, by its words and by the cells below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from kb.importing.guessing.headers import guessed
from kb.importing.guessing.personal_data import is_dump_of_tickets
from kb.importing.mapping import ColumnMapping, ColumnMeaning, SheetMapping
from kb.importing.sheets import SheetRow, SheetTable

_LOOKED_AT = 20  # rows in which a header may stand
_SAMPLE = 200  # rows whose cells are looked at
_SEVERAL = (
    ColumnMeaning.STEP,
    ColumnMeaning.OTHER_METHOD,
    ColumnMeaning.LINE,
    ColumnMeaning.LEAVE_OUT,
    ColumnMeaning.LINK,
)
_BY_LANGUAGE = (ColumnMeaning.TITLE, ColumnMeaning.ANSWER, ColumnMeaning.KEYWORDS)
_PAIRED = {
    ColumnMeaning.TITLE: ColumnMeaning.ANSWER,
    ColumnMeaning.ANSWER: ColumnMeaning.TITLE,
}
_MAIN = frozenset({ColumnMeaning.TITLE, ColumnMeaning.ANSWER, ColumnMeaning.STEP})
_ADDRESS = re.compile(r"\S+@\S+\.\S+")


def guess_sheet(sheet: SheetTable, header: int | None = None) -> SheetMapping:
    """What that sheet most likely is; below the header row of that number, where one is given."""
    row = _header_of(sheet) if header is None else _row(sheet, header)
    columns = tuple(_columns(sheet, row))
    number = row.number if row else 0
    mapping = SheetMapping(sheet.name, True, number, columns)
    why = _why_not(sheet, mapping, row)
    return replace(mapping, taken=not why, why=why)


def _why_not(sheet: SheetTable, mapping: SheetMapping, header: SheetRow | None) -> str:
    if sheet.hidden:
        return "the sheet is hidden"
    if is_dump_of_tickets(sheet, header):
        return "it looks like a dump of tickets with people's data, not like procedures"
    if not mapping.of(ColumnMeaning.TITLE):
        return "no column looks like a title or question"
    if not (mapping.of(ColumnMeaning.ANSWER) or mapping.of(ColumnMeaning.STEP)):
        return "no column looks like an answer or steps"
    return ""


def _header_of(sheet: SheetTable) -> SheetRow | None:
    """The row with most known headers among the first; the title's and the text's must be there."""
    best, most = None, 0
    for row in sheet.rows[:_LOOKED_AT]:
        if row.banner or row.hidden:
            continue
        found = [guess.meaning for cell in row.cells if (guess := guessed(cell.text))]
        several = len(found) >= 2 or (found and sum(map(bool, row.cells)) >= 2)
        if several and len(found) > most and not _MAIN.isdisjoint(found):
            best, most = row, len(found)
    return best


def _row(sheet: SheetTable, number: int) -> SheetRow | None:
    return next((row for row in sheet.rows if row.number == number), None)


def _columns(sheet: SheetTable, header: SheetRow | None) -> Iterator[ColumnMapping]:
    below = [
        row
        for row in sheet.rows
        if not row.banner and (header is None or row.number > header.number)
    ][:_SAMPLE]
    columns = [
        _column(nth, header.cell(nth).text if header else "", below) for nth in range(sheet.width)
    ]
    columns = _with_one_of_each(_with_languages(_with_numbered_steps(columns)))
    columns = _with_title_and_answer(columns, below)
    columns = _without_lone_language(columns)
    for one in columns:
        yield _as_hidden(one, sheet) if one.column in sheet.hidden_columns else one


def _column(nth: int, header: str, below: Sequence[SheetRow]) -> ColumnMapping:
    found = guessed(header)
    if found:
        return ColumnMapping(nth, header, found.meaning, found.language)
    return ColumnMapping(nth, header, _by_cells(nth, header, below))


def _by_cells(nth: int, header: str, below: Sequence[SheetRow]) -> ColumnMeaning:
    cells = [cell for row in below if (cell := row.cell(nth))]
    if not cells:
        return ColumnMeaning.LEAVE_OUT
    if not header and _counts(nth, below):
        return ColumnMeaning.KEY
    if all(cell.links for cell in cells):
        return ColumnMeaning.LINK
    if all(_ADDRESS.fullmatch(cell.text) for cell in cells):
        return ColumnMeaning.OWNER
    return ColumnMeaning.LINE if header else ColumnMeaning.LEAVE_OUT


def _counts(nth: int, below: Sequence[SheetRow]) -> bool:
    texts = [row.cell(nth).text for row in below if row.cell(nth)]
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit()]
    return len(numbers) == len(texts) and all(one < two for one, two in pairwise(numbers))


def _with_numbered_steps(columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """Neighbours whose headers are 1, 2, 3 are steps, where no other column is one."""
    if any(one.meaning is ColumnMeaning.STEP for one in columns):
        return columns
    first = next((nth for nth, one in enumerate(columns) if one.header == "1"), len(columns))
    run = [one for nth, one in enumerate(columns[first:], 1) if one.header == str(nth)]
    if len(run) < 2 or columns[first : first + len(run)] != run:
        return columns
    steps = {one.column for one in run}
    return [
        replace(one, meaning=ColumnMeaning.STEP) if one.column in steps else one for one in columns
    ]


def _with_languages(columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """A title or answer in a word of several languages is in one that no other column is in.

    Keywords that stand once are everybody's, whatever language their header is in.
    """
    if not any(one.meaning is ColumnMeaning.TITLE and one.language for one in columns):
        return columns
    found: list[ColumnMapping] = []
    for one in columns:
        if one.meaning in _PAIRED and not one.language:
            one = replace(one, language=_language_of(one, columns))
        elif one.meaning is ColumnMeaning.KEYWORDS and _stands_once(one, columns):
            one = _neutral(one)
        found.append(one)
    return found


def _language_of(one: ColumnMapping, columns: Sequence[ColumnMapping]) -> str:
    """One that no column of its kind is in, while one of the other kind may be; else theirs."""
    own = {each.language for each in columns if each.meaning is one.meaning}
    other = _PAIRED[one.meaning]
    others = {each for column in columns if column.meaning is other for each in _spoken(column)}
    spoken = _spoken(one)
    free = [language for language in spoken if language in others - own]
    return next(iter([*free, *(language for language in spoken if language in own)]), "")


def _spoken(one: ColumnMapping) -> Sequence[str]:
    guess = guessed(one.header)
    return guess.spoken if guess and not one.language else [one.language]


def _stands_once(one: ColumnMapping, columns: Sequence[ColumnMapping]) -> bool:
    guess = guessed(one.header)
    alike = sum(each.meaning is one.meaning for each in columns)
    return alike == 1 and guess is not None and bool(guess.spoken)


def _with_one_of_each(columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """Most meanings are one column's; where languages stand side by side, one's of each."""
    seen: set[tuple[ColumnMeaning, str]] = set()
    found = []
    for one in columns:
        key = (one.meaning, one.language if one.meaning in _BY_LANGUAGE else "")
        if one.meaning not in _SEVERAL and key in seen:
            one = replace(one, meaning=_second(one.meaning), language="")
        seen.add(key)
        found.append(one)
    return found


def _second(meaning: ColumnMeaning) -> ColumnMeaning:
    """What a second column of that meaning is."""
    seconds = {
        ColumnMeaning.TITLE: ColumnMeaning.ALSO_ASKED,
        ColumnMeaning.ANSWER: ColumnMeaning.OTHER_METHOD,
    }
    return seconds.get(meaning, ColumnMeaning.LINE)


def _with_title_and_answer(
    columns: list[ColumnMapping], below: Sequence[SheetRow]
) -> list[ColumnMapping]:
    """Where the header told neither, the longest texts are the answer, and questions the title."""
    known = {one.meaning for one in columns}
    free = [one for one in columns if one.meaning in (ColumnMeaning.LINE, ColumnMeaning.LEAVE_OUT)]
    lengths = {one.column: _length(one.column, below) for one in free}
    if _MAIN.isdisjoint(known) or len(free) == 0:
        return columns
    if known.isdisjoint({ColumnMeaning.ANSWER, ColumnMeaning.STEP}):
        longest = max(free, key=lambda one: lengths[one.column])
        if lengths[longest.column] >= 30:
            columns = _changed(columns, longest, ColumnMeaning.ANSWER)
    elif ColumnMeaning.TITLE not in known:
        likely = [one for one in free if 8 <= lengths[one.column] <= 160]
        if likely:
            columns = _changed(columns, likely[0], ColumnMeaning.TITLE)
    return columns


def _length(nth: int, below: Sequence[SheetRow]) -> float:
    texts = [text for row in below if (text := row.cell(nth).text)]
    return sum(map(len, texts)) / len(texts) if texts else 0.0


def _changed(
    columns: list[ColumnMapping], which: ColumnMapping, meaning: ColumnMeaning
) -> list[ColumnMapping]:
    return [replace(one, meaning=meaning) if one is which else one for one in columns]


def _without_lone_language(columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """A language is worth telling where there are several: else all are of the one."""
    titles = {one.language for one in columns if one.meaning is ColumnMeaning.TITLE}
    if len(titles) > 1:
        return [
            one if one.meaning in _BY_LANGUAGE and one.language in titles else _neutral(one)
            for one in columns
        ]
    return [_neutral(one) for one in columns]


def _neutral(one: ColumnMapping) -> ColumnMapping:
    return replace(one, language="") if one.language else one


def _as_hidden(one: ColumnMapping, sheet: SheetTable) -> ColumnMapping:
    """Hidden steps belong to those that are shown; any other hidden column is left out."""
    if one.meaning is ColumnMeaning.STEP:
        return replace(one, noticed="hidden, but a step like those that are shown")
    filled = any(row.cell(one.column) for row in sheet.rows)
    noticed = "hidden" if filled else ""
    return replace(one, meaning=ColumnMeaning.LEAVE_OUT, noticed=noticed)
