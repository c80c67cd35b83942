"""Workbooks of all the shapes that real ones have, and what comes of each without a correction."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from kb.importing.drafting import DraftedProcedure
from tests.importing.old_workbooks import xls
from tests.importing.test_documents import shape
from tests.importing.workbooks import drafts, made, raw_of, table, whys

LONG = "Fire the kiln slowly, and never open it while it is red."
QUESTION = ["Question", "Answer", "Team"]


def fourteen_steps() -> bytes:
    header = ["Title", *(f"Step {nth}" for nth in range(1, 15)), "Checked on"]
    glaze = ["Glaze a bowl", *(f"Coat {nth}" for nth in range(1, 15)), 46113]
    rinse = ["Rinse a bowl", "Soak it", None, "3. Wipe it", *[None] * 11, date(2026, 5, 6)]
    return table(header, glaze, rinse)


def same_answer_and_methods() -> bytes:
    return table(
        ["Keyword", "Question", "Answer", "Other answer", "Other answer 2"],
        ["kiln", "It is red", LONG, None, None],
        ["oven", "It glows", LONG + " ", None, None],
        ["cone", "Cone is soft", "1. Lower it\n2. Wait", "By hand: turn it off", "Ask the lead"],
    )


def two_teams_and_merged_cells() -> bytes:
    rows = [QUESTION, ["Who fires?", LONG, "Ovens / Clay"], ["Who glazes?", None, None]]

    def change(sheet: Any) -> None:
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("C2:C3")

    return made(rows, change)


def languages_by_word() -> bytes:
    return table(
        ["No", "Question", "Answer", "Vraag", "Antwoord"],
        [1, "Is it hot?", "1. Look\n2. Wait", "Is het heet?", "1. Kijk\n2. Wacht"],
        [2, "Is it cold?", "Open it then.", "Is het koud?", None],
    )


def hidden_and_empty() -> bytes:
    empty: list[Any] = [None] * 20
    rows = [
        [None, "Q", "A", "secret", *empty],
        [1.0, "Who rakes?", "Jo rakes the ash.", "x", *empty],
        [2.0, "Who sweeps?", "Nobody sweeps now.", "x", *empty],
    ]

    def change(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True

    return made(rows, change)


def repeated_and_empty_sheets() -> bytes:
    book = openpyxl.Workbook()
    for name in ("Now", "Print"):
        sheet = book.create_sheet(name)
        for row in (QUESTION, ["Who fires?", LONG, "Ovens"]):
            sheet.append(row)
    book.create_sheet("Teams").append(["Ovens"])
    del book["Sheet"]
    return raw_of(book)


def links_and_marks() -> bytes:
    rows = [
        ["Question", "Answer", "See"],
        ["Who fires?", LONG, '=HYPERLINK("https://clay.example/a#top","rules")'],
        ["Who rakes?", "Jo does, by hand.", "map"],
        ["Who lights?", "Nobody any more.", None],
        ["Who sums?", "=SUM(1,2)", None],
    ]

    def change(sheet: Any) -> None:
        sheet["C3"].hyperlink = "https://clay.example/map"
        sheet["B4"].font = Font(strike=True)
        sheet["B3"].comment = Comment("is he back?", "Al")

    return made(rows, change)


def numbers() -> bytes:
    rows = [["Question", "Answer", "Code", "Fee"], ["Which cone?", LONG, 42, 3.0]]

    def change(sheet: Any) -> None:
        sheet["C2"].number_format = "00000"

    return made(rows, change)


def picture_in_a_cell() -> bytes:
    def change(sheet: Any) -> None:
        sheet["B3"].value, sheet["B3"].data_type = "#VALUE!", "e"

    raw = made([QUESTION, ["Who fires?", LONG, "Ovens"], ["What is it?", None, "Ovens"]], change)
    target = BytesIO(raw)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/media/image1.png", b"\x89PNG")
    return target.getvalue()


def strict() -> bytes:
    source = zipfile.ZipFile(BytesIO(table(QUESTION, ["Who fires?", LONG, "Ovens"])))
    usual = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            part = source.read(name)
            archive.writestr(
                name, part.replace(usual, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
            )
    return target.getvalue()


def old() -> bytes:
    return xls([["Frage", "Antwort", "Abteilung"], ["Wer heizt?", "1. Jo\n2. Zoë", "Öfen"]])


def one(title: str, steps: int = 0, *methods: str) -> tuple[str, int, list[str]]:
    return title, steps, list(methods)


Said = Callable[[DraftedProcedure], Any]
GOLDEN: list[tuple[str, Callable[[], bytes], list[Any], dict[int, str], dict[str, Said], list[Any]]]
GOLDEN = [
    (
        "steps.xlsx",
        fourteen_steps,
        [one("Glaze a bowl", 14), one("Rinse a bowl", 2)],
        {},
        {"reviewed": lambda each: each.first.reviewed},
        [date(2026, 4, 1), date(2026, 5, 6)],
    ),
    (
        "same.xlsx",
        same_answer_and_methods,
        [one("It is red"), one("Cone is soft", 2, "By hand", "Other answer 2")],
        {},
        {"keywords": lambda each: each.keywords},
        [("kiln", "oven"), ("cone",)],
    ),
    (
        "teams.xlsx",
        two_teams_and_merged_cells,
        [one("Who fires?")],
        {},
        {"teams": lambda each: each.first.teams[1:]},
        [("Ovens", "Clay")],
    ),
    (
        "languages.xlsx",
        languages_by_word,
        [one("Is it hot?", 2), one("Is het heet?", 2), one("Is it cold?")],
        {3: "it has no answer"},
        {"language": lambda each: each.first.language},
        ["en", "nl", "en"],
    ),
    (
        "hidden.xlsx",
        hidden_and_empty,
        [one("Who rakes?")],
        {3: "the row is hidden"},
        {"key": lambda each: each.first.key},
        ["1"],
    ),
    (
        "repeated.xlsx",
        repeated_and_empty_sheets,
        [one("Who fires?")],
        {2: "it repeats row 2 of “Now”"},
        {},
        [],
    ),
    (
        "links.xlsx",
        links_and_marks,
        [one("Who fires?"), one("Who rakes?")],
        {4: "it has no answer", 5: "it has no answer"},
        {"links": lambda each: [link.address for link in each.first.links]},
        [["https://clay.example/a#top"], ["https://clay.example/map"]],
    ),
    (
        "numbers.xlsx",
        numbers,
        [one("Which cone?")],
        {},
        {"lines": lambda each: each.first.lines},
        [(("Code", "00042"), ("Fee", "3"))],
    ),
    (
        "picture.xlsx",
        picture_in_a_cell,
        [one("Who fires?")],
        {3: "it has no answer"},
        {},
        [],
    ),
    ("strict.xlsx", strict, [one("Who fires?")], {}, {}, []),
    (
        "old.xlsx",
        old,
        [one("Wer heizt?", 2)],
        {},
        {"teams": lambda each: each.first.teams},
        [("Öfen",)],
    ),
]


@pytest.mark.parametrize(
    ("name", "make", "shapes", "left", "asked", "answers"),
    GOLDEN,
    ids=[name for name, *_ in GOLDEN],
)
def test_each_workbook_becomes_the_procedures_that_it_holds(
    name: str,
    make: Callable[[], bytes],
    shapes: list[Any],
    left: dict[int, str],
    asked: dict[str, Said],
    answers: list[Any],
) -> None:
    found = drafts(make(), name)
    assert list(map(shape, found.procedures)) == shapes
    assert whys(found) == left
    for ask in asked.values():
        assert list(map(ask, found.procedures)) == answers


def test_what_stays_out_of_them_is_told() -> None:
    assert any("picture" in told for told in drafts(picture_in_a_cell()).noticed)
    marked = drafts(links_and_marks()).procedures[1]
    assert "comment left out: is he back?" in str(marked.noticed)
