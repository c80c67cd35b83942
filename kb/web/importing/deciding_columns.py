"""What was decided on the pages of an import, put into its mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from msgspec.structs import replace
from werkzeug.datastructures import MultiDict

from kb.documents.text.plain_text import tidy
from kb.importing.guessing.columns import guess_sheet
from kb.importing.mapping import ColumnMeaning, FileMapping, PageMapping, SheetMapping
from kb.importing.pages.splitting import choices
from kb.importing.sheets import Workbook
from kb.procedures.model import Departments
from kb.web.site.pages import number_in

Form = MultiDict[str, Any]
ENCODINGS = {
    "": "UTF-8, else Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "mac_roman": "Mac Roman",
    "cp850": "DOS (850)",
    "shift_jis": "Shift JIS",
}
LONGEST_NAME = 200


def decided(
    mapping: FileMapping, said: Form, workbook: Workbook, departments: Departments
) -> FileMapping:
    """The mapping with what this form says; what it does not ask stays as it is."""
    changed = _pages(_columns(mapping, said, workbook), said, workbook)
    if "department" in said:
        chosen = said["department"]
        changed = replace(changed, department=chosen if chosen in departments else "")
    if name := tidy(said.get("name", ""))[:LONGEST_NAME]:
        changed = replace(changed, name=name)
    if "reviewed" in said:
        changed = replace(changed, reviewed=_day(said["reviewed"]))
    if "published" in said:
        changed = replace(changed, published=said["published"] == "yes")
    if said.get("encoding") in ENCODINGS:
        changed = replace(changed, encoding=said["encoding"])
    if "team" in said:
        changed = replace(changed, teams=_teams(changed.teams, said, departments))
    if "deciding" in said:
        changed = replace(changed, decided=_ticked(said))
    return changed


def _columns(mapping: FileMapping, said: Form, workbook: Workbook) -> FileMapping:
    sheets = [
        _sheet(one, nth, said, workbook) if f"take-{nth}" in said else one
        for nth, one in enumerate(mapping.sheets)
    ]
    return replace(mapping, sheets=tuple(sheets))


def _pages(mapping: FileMapping, said: Form, workbook: Workbook) -> FileMapping:
    levels = {page.name: choices(page) for page in workbook.documents.pages}
    pages = [
        _page(one, nth, said, levels.get(one.name, {})) if f"page-{nth}" in said else one
        for nth, one in enumerate(mapping.pages)
    ]
    return replace(mapping, pages=tuple(pages))


def _page(one: PageMapping, nth: int, said: Form, levels: Mapping[int, int]) -> PageMapping:
    """A document is left out, one procedure, or parted at the headings of a level that it has."""
    chosen = said[f"page-{nth}"]
    level = number_in(chosen, 1)
    return replace(one, taken=chosen != "no", split=level if level in levels else 0)


def _sheet(one: SheetMapping, nth: int, said: Form, workbook: Workbook) -> SheetMapping:
    header = number_in(said.get(f"header-{nth}"), 5)
    if header is not None and header != one.header:
        table = next(sheet for sheet in workbook.sheets if sheet.name == one.name)
        return replace(guess_sheet(table, header), header=header)
    meanings = {meaning.value: meaning for meaning in ColumnMeaning}
    columns = tuple(
        replace(
            each, meaning=meanings.get(said.get(f"meaning-{nth}-{each.column}", ""), each.meaning)
        )
        for each in one.columns
    )
    return replace(one, columns=columns, taken=said[f"take-{nth}"] == "yes")


def _teams(known: Mapping[str, str], said: Form, departments: Departments) -> dict[str, str]:
    chosen = zip(said.getlist("team"), said.getlist("team-department"), strict=False)
    return {**known, **{team: id for team, id in chosen if id in departments}}


def _ticked(said: Form) -> dict[str, bool]:
    """Rows and conflicts that come in all the same, and those that do not."""
    return _each(said.getlist("anyway"), True) | _each(said.getlist("leave"), False)


def _each(keys: Iterable[str], decision: bool) -> dict[str, bool]:
    return {key[:500]: decision for key in keys}


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
