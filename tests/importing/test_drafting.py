"""Golden workbooks, and the procedures that come of each."""

from __future__ import annotations

import time
from datetime import date

import pytest

from kb.importing.first_guess import guess
from kb.importing.guessing.headers import guessed
from kb.importing.mapping import ColumnMeaning, mapping_from
from kb.importing.writing_out import keywords
from tests.importing import workbooks
from tests.importing.workbooks import drafts, read, table, titles, whys


def test_a_sheet_that_was_lived_in() -> None:
    found = drafts(workbooks.lived_in())
    assert titles(found) == ["The box was empty", "I paid too much"]
    box, paid = found.procedures
    assert box.body() == (
        "## Steps\n\n1. Ask for a picture.\n2. Open a claim.\n\n## More\n\n"
        "- Code: 007\n- [form](https://pay.example/claims#form)\n"
    )
    assert paid.first.category == "Money"
    assert paid.first.teams == ("Billing, Shipping", "Billing", "Shipping")
    assert "2. **Never** promise a day.\n3. Book it back." in paid.body()
    assert "by mail" not in paid.body()
    assert "<https://pay.example/a>" in paid.body()
    assert whys(found) == {
        1: "it stands above the header",
        5: "the row is hidden",
        6: "it is a heading: the category of the rows below it",
        8: "it has no answer",
    }


def test_steps_as_columns() -> None:
    found = drafts(workbooks.step_columns())
    torn, wet, late = found.procedures
    assert torn.body() == "## Steps\n\n1. Ask for it\n2. Print it\n"
    assert torn.first.reviewed == date(2026, 2, 1)
    assert torn.keywords == ("torn", "label")
    assert len(wet.first.text.steps) == 6
    assert "some of its steps stand in hidden columns" in wet.noticed
    assert any("“4/2026” is not a day" in told for told in wet.noticed)
    assert wet.keywords == ("wet", "damp")
    assert [one.first.category for one in found.procedures] == ["Parcels", "Parcels", "Bills"]
    assert late.first.reviewed == date(2026, 3, 4)
    assert keywords(torn)[0] == "Parcels: Label is torn"


def test_rows_with_the_same_answer_are_one_procedure() -> None:
    found = drafts(workbooks.same_answers())
    assert titles(found) == ["Where is my voucher?", "Change my name"]
    voucher, name = found.procedures
    assert voucher.keywords == ("voucher", "gift", "code")
    assert "## Asked as\n\n- I lost my gift code" in voucher.body()
    assert "### By letter\n\nForward it to the lead." in name.body()
    assert any("says otherwise" in told for told in found.noticed)
    every = {(left.sheet, left.number): left.why for left in found.left_out}
    assert every[("Now", 5)] == "it has no title or question"
    assert every[("Now", 6)] == "it is a total"
    assert "repeats row 2 of “Now”" in every[("Now (copy)", 2)]
    assert "says otherwise" in every[("Now (copy)", 4)]


def test_sheets_without_procedures_say_why_they_are_left_out() -> None:
    why = {one.name: one.why for one in guess(read(workbooks.same_answers())).sheets}
    assert why["Lists"] == "no column looks like a title or question"
    assert why["old"] == "the sheet is hidden"
    assert why["Now"] == ""


def test_short_answers_that_are_the_same_by_chance_stay_apart() -> None:
    raw = table(["Question", "Answer"], ["May I pay late?", "Yes."], ["May I pay cash?", "Yes."])
    assert titles(drafts(raw)) == ["May I pay late?", "May I pay cash?"]


def test_languages_side_by_side_are_procedures_of_their_own() -> None:
    found = drafts(workbooks.languages())
    assert titles(found) == ["Wo ist es?", "Where is it?", "Name falsch"]
    assert [one.first.language for one in found.procedures] == ["de", "en", "de"]
    assert [left.title for left in found.left_out] == ["Wrong name"]


def test_a_dump_of_tickets_is_no_workbook_of_procedures() -> None:
    book = read(workbooks.tickets(), "tickets.csv")
    (sheet,) = guess(book).sheets
    assert not sheet.taken
    assert "dump of tickets" in sheet.why
    assert drafts(workbooks.tickets(), "tickets.csv").procedures == ()


@pytest.mark.parametrize(
    ("cell", "body"),
    [
        ("One. 1. Two", "One. 1. Two\n"),
        (
            "1. Open it. 2. Read it. 3. Close it.",
            "## Steps\n\n1. Open it.\n2. Read it.\n3. Close it.\n",
        ),
        ("First:\n1) a\n2) b", "First:\n\n## Steps\n\n1. a\n2. b\n"),
        ("1. a\n   a) x\n   b) y\n2. b", "## Steps\n\n1. a\n   - a) x\n   - b) y\n2. b\n"),
        ("1. a\n2. b\nThat is all.", "## Steps\n\n1. a\n2. b\n\nThat is all.\n"),
        ("Step 1: a\nStep 2: b", "## Steps\n\n1. a\n2. b\n"),
        ("a\nb", "a\n\nb\n"),
        ("- a\n- b", "- a\n- b\n"),
        ("2026. A year", "2026\\. A year\n"),
        ("# no heading", "\\# no heading\n"),
        ("<b>*x*_", "\\<b>\\*x\\*\\_\n"),
        ("=Sum of it", "=Sum of it\n"),
        ("a_b and 5 * 3", "a_b and 5 \\* 3\n"),
    ],
)
def test_a_cell_becomes_markdown_that_shows_the_same(cell: str, body: str) -> None:
    raw = f'Question,Answer\nWhat?,"{cell}"\n'.encode()
    (one,) = drafts(raw, "desk.csv").procedures
    assert one.body() == body


def test_numbers_that_jump_are_told() -> None:
    raw = b'Question,Answer\nWhat?,"1. a\n2. b\n4. c"\n'
    (one,) = drafts(raw, "desk.csv").procedures
    assert "numbered 1, 2, 4" in one.noticed[0]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["3.4.26", "25.12.2025"], [date(2026, 4, 3), date(2025, 12, 25)]),
        (["3/4/2026", "12/25/2025"], [date(2026, 3, 4), date(2025, 12, 25)]),
        (["2026-01-02", "2 March 2026"], [date(2026, 1, 2), date(2026, 3, 2)]),
        (["1er", "31.02.2026"], [None, None]),
    ],
)
def test_days_are_read_as_the_column_writes_them(cells: list[str], days: list[date | None]) -> None:
    rows = [[f"Question {nth}", f"Answer number {nth}", cell] for nth, cell in enumerate(cells)]
    raw = table(["Question", "Answer", "Last checked"], *rows)
    assert [one.first.reviewed for one in drafts(raw).procedures] == days


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Customer asks", ColumnMeaning.TITLE),
        ("FRAGE", ColumnMeaning.TITLE),
        ("Réponse", ColumnMeaning.ANSWER),
        ("Otra respuesta 2", ColumnMeaning.OTHER_METHOD),
        ("Passo 3", ColumnMeaning.STEP),
        ("Schritt 12", ColumnMeaning.STEP),
        ("Afdeling", ColumnMeaning.DEPARTMENT),
        ("Parole chiave", ColumnMeaning.KEYWORDS),
        ("Geprüft am", ColumnMeaning.REVIEWED),
        ("Categoria", ColumnMeaning.CATEGORY),
        ("Interne notitie", ColumnMeaning.LEAVE_OUT),
        ("Pergunta (PT)", ColumnMeaning.TITLE),
        ("Étape 4", ColumnMeaning.STEP),
        ("2ª etapa", ColumnMeaning.STEP),
        ("3. Schritt", ColumnMeaning.STEP),
        ("1st step", ColumnMeaning.STEP),
        ("Step 5 (till)", ColumnMeaning.STEP),
        ("Schritt\n6", ColumnMeaning.STEP),
        ("Issue\n(in their words)", ColumnMeaning.TITLE),
        ("Solution / wording", ColumnMeaning.ANSWER),
        ("Lfd. Nr.", ColumnMeaning.KEY),
        ("Tags [at most five]", ColumnMeaning.KEYWORDS),
        ("Antwort - Deutsch", ColumnMeaning.ANSWER),
        ("Q", ColumnMeaning.TITLE),
    ],
)
def test_headers_are_known_in_seven_languages(header: str, meaning: ColumnMeaning) -> None:
    found = guessed(header)
    assert found is not None
    assert found.meaning is meaning


def test_a_long_cell_is_no_header_and_costs_nothing() -> None:
    began = time.process_time()
    for letter in "([{/ -.":
        assert guessed("answer" + letter * 30_000) is None
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("header", "meanings"),
    [
        # A word of two languages is in that of its neighbours that nobody else is in.
        ("Question|Answer|Frage|Antwort", "title en|answer en|title de|answer de"),
        ("Frage|Lösung|Question|Solution", "title de|answer de|title en|answer en"),
        ("Pregunta|Respuesta|Question|Réponse", "title es|answer es|title fr|answer fr"),
        ("Issue|Answer|Frage|Antwort|Tags", "title en|answer en|title de|answer de|keywords"),
        ("Issue|Answer|Frage|Antwort|Keyword", "title en|answer en|title de|answer de|keywords"),
        # Two questions and one answer are one language.
        ("Subject|Question|Answer", "title|also asked as|answer"),
        ("Frage|Problem|Antwort", "title|also asked as|answer"),
        # Steps that are called by their numbers alone.
        ("Title|1|2|3", "title|step|step|step"),
        ("Title|Answer|2|3", "title|answer|a line of the text|a line of the text"),
    ],
)
def test_columns_are_told_by_their_neighbours(header: str, meanings: str) -> None:
    names = header.split("|")
    (sheet,) = guess(read(table(names, [f"Kiln {nth}" for nth in range(len(names))]))).sheets
    said = [f"{one.meaning} {one.language}".strip() for one in sheet.columns]
    assert said == meanings.split("|")


def test_columns_without_a_known_header_are_guessed_by_their_cells() -> None:
    raw = table(
        ["", "Question", "Wording for the phone", "Mail of", "Region"],
        [
            1,
            "Who pays?",
            "The customer pays unless the fault is ours, then we do.",
            "a@b.example",
            "EU",
        ],
        [
            2,
            "Who signs?",
            "Whoever opens the door signs, never a child below twelve.",
            "c@b.example",
            "US",
        ],
    )
    (sheet,) = guess(read(raw)).sheets
    assert [one.meaning for one in sheet.columns] == [
        ColumnMeaning.KEY,
        ColumnMeaning.TITLE,
        ColumnMeaning.ANSWER,
        ColumnMeaning.OWNER,
        ColumnMeaning.LINE,
    ]


def test_a_mapping_is_kept_as_text_and_read_again() -> None:
    mapping = guess(read(workbooks.lived_in()))
    assert mapping_from(mapping.json()) == mapping


def test_what_a_reader_would_stumble_over_is_told() -> None:
    raw = table(
        ["Question", "Answer", "Valid to", "Code"],
        ["Who pays the duty?", "The customer, at the door.", date(2026, 1, 31), "2026-01-31"],
        ["Who signs?", "Whoever", date(2030, 1, 31), None],
    )
    duty, signs = drafts(raw).procedures
    assert duty.noticed == ("Valid to is past: 2026-01-31",)
    assert signs.noticed == ("its text is a single word",)


def test_an_empty_row_between_others_is_named() -> None:
    raw = b"Question;Answer\nWho?;The customer.\n;\nWhy?;Because.\n;\n"
    assert whys(drafts(raw, "desk.csv")) == {3: "it is empty"}
