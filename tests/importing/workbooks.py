"""Workbooks made by code, after the shapes that real ones have."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment

from kb.importing.drafting import Drafting, drafted
from kb.importing.first_guess import guess
from kb.importing.opening import opened
from kb.importing.sheets import Workbook
from tests.conftest import NOW

Rows = Sequence[Sequence[Any]]


def raw_of(book: Any) -> bytes:
    """The workbook as it is saved."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def made(rows: Rows, change: Callable[[Any], None] | None = None, title: str = "Desk") -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if change:
        change(sheet)
    return raw_of(book)


def read(raw: bytes, name: str = "desk.xlsx") -> Workbook:
    """As the import reads it."""
    return opened(name, raw)


def drafts(raw: bytes, name: str = "desk.xlsx") -> Drafting:
    """What comes of it by the guessed mapping."""
    book = read(raw, name)
    return drafted(book, guess(book), NOW.date())


def titles(found: Drafting) -> list[str]:
    """Of all procedures."""
    return [one.title for one in found.procedures]


def whys(found: Drafting) -> dict[int, str]:
    """Why rows are left out, by number."""
    return {left.number: left.why for left in found.left_out}


def lived_in() -> bytes:
    """Banner, header in row 3 with an empty first cell, hidden row and column, struck-out line."""
    rows = [
        ["Complaints desk: what to do"],
        [],
        [None, "Customer says", "What to do", "Dept", "See", "internal", "Code"],
        [
            1,
            "The box was empty",
            "1. Ask for a picture.\n2. Open a claim.",
            "Shipping",
            "form",
            "x",
            7,
        ],
        [2, "Nobody uses fax", "Send a fax.", "Shipping", None, "old", 8],
        [None, "Money"],
        [3, "I paid too much", None, "Billing, Shipping", "https://pay.example/a", None, 9],
        [4, "Still to be written", None, "Billing", None, None, 10],
    ]

    def change(sheet: Any) -> None:
        sheet.merge_cells("A1:G1")
        sheet.merge_cells("B6:G6")
        sheet.row_dimensions[5].hidden = True
        sheet.column_dimensions["F"].hidden = True
        sheet["E4"].hyperlink = "https://pay.example/claims#form"
        sheet["E7"].hyperlink = "https://pay.example/a"
        for row in range(4, 9):
            sheet.cell(row, 7).number_format = "000"
        bold, struck = InlineFont(b=True), InlineFont(strike=True)
        sheet["C7"] = CellRichText(
            "1. Look at the bill.\n2. ",
            TextBlock(bold, "Never"),
            " promise a day.\n",
            TextBlock(struck, "3. Send it by mail.\n"),
            "3. Book it back.",
        )
        sheet["B4"].comment = Comment("ask Jo", "Jo")

    return made(rows, change)


def step_columns() -> bytes:
    """Steps as columns, some hidden as one entry, and a category merged over rows."""
    steps = [f"Step {nth}" for nth in range(1, 7)]
    rows = [
        ["Category", "Procedure", *steps, "Responsible team", "Last checked", "Tags"],
        [
            "Parcels",
            "Label is torn",
            "Ask for it",
            None,
            "2. Print it",
            None,
            None,
            None,
            "Shipping",
            46054,
            "torn; label",
        ],
        [
            None,
            "Box is wet",
            "a",
            "b",
            "c",
            "d",
            "e",
            "f",
            "Shipping & Billing",
            "4/2026",
            "wet | damp",
        ],
        [
            "Bills",
            "Bill is late",
            "Send it",
            None,
            None,
            None,
            None,
            None,
            "Billing",
            date(2026, 3, 4),
            None,
        ],
    ]

    def change(sheet: Any) -> None:
        sheet.merge_cells("A2:A3")
        sheet.column_dimensions.group("F", "H", hidden=True)

    return made(rows, change)


def same_answers() -> bytes:
    """Questions with one answer, and a sheet that repeats them with one difference."""
    header = ["Question", "Answer", "Other answer", "Keywords", "Team"]
    rows = [
        [
            "Where is my voucher?",
            "Look in the order under Vouchers, and read the code aloud.",
            None,
            "voucher",
            "Billing",
        ],
        [
            "I lost my gift code",
            "Look in the order under Vouchers, and read the code aloud. ",
            None,
            "gift, code",
            "Billing",
        ],
        [
            "Change my name",
            "Change it in the account, then log out.",
            "By letter: forward it to the lead.",
            "name",
            "Billing",
        ],
        [None, "Be kind.", None, None, None],
        ["Total: 3", None, None, None, None],
    ]
    book = openpyxl.Workbook()
    for nth, name in enumerate(("Now", "Now (copy)")):
        sheet = book.active if nth == 0 else book.create_sheet()
        sheet.title = name
        for row in [header, *rows]:
            sheet.append(row)
    book["Now (copy)"]["B4"] = "Change it in the account, then wait a day."
    lists = book.create_sheet("Lists")
    lists.append(["Billing"])
    hidden = book.create_sheet("old")
    hidden.append(header)
    hidden.append(rows[0])
    hidden.sheet_state = "veryHidden"
    return raw_of(book)


def languages() -> bytes:
    """A pair of columns a language."""
    return made(
        [
            ["Nr", "Thema", "Frage DE", "Antwort DE", "Question EN", "Answer EN"],
            [
                1,
                "Versand",
                "Wo ist es?",
                "1. Suchen.\n2. Sagen.",
                "Where is it?",
                "1. Look.\n2. Say.",
            ],
            [2, "Konto", "Name falsch", "Im Konto ändern.", "Wrong name", None],
        ]
    )


def tickets(rows: int = 40) -> bytes:
    """No procedures at all: what people wrote."""
    lines = ["id;created;requester;email;phone;subject;description;status"]
    lines += [
        f'{n};2026-01-02;Jo {n};jo{n}@mail.example;+1 212 555 {n:04};late;"Hi,\nit is late.";open'
        for n in range(rows)
    ]
    return "\n".join(lines).encode()


def table(header: Iterable[str], *rows: Iterable[Any]) -> bytes:
    """A plain sheet."""
    return made([list(header), *map(list, rows)])
