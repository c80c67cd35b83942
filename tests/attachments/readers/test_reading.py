"""What files of every kind say, place by place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.attachments.readers import pdf, reading
from kb.attachments.readers.broken_words import mended
from kb.attachments.readers.reading import read
from tests.attachments import made
from tests.attachments.made import docx, paragraph, pptx, shape, text_run


def said(name: str, raw: bytes) -> list[tuple[str, str]]:
    found = read(name, raw)
    assert not found.why, found.why
    return [(place.where, place.text) for place in found.places]


def why(name: str, raw: bytes) -> str:
    found = read(name, raw)
    assert not found.places
    assert found.remedy
    return found.why


def test_a_pdf_is_read_page_by_page() -> None:
    raw = made.pdf("The kiln is lit", "", "Glaze twice\nthen wait")
    found = read("kiln.pdf", raw)
    assert [(one.where, one.fragment) for one in found.places] == [
        ("page 1", "page=1"),
        ("page 3", "page=3"),
    ]
    assert found.places[1].text.split() == ["Glaze", "twice", "then", "wait"]


def test_a_pdf_is_told_by_its_content() -> None:
    assert said("kiln.txt", made.pdf("The kiln is lit", before=b"\n")) == [
        ("page 1", "The kiln is lit")
    ]


def test_words_broken_at_a_line_of_a_pdf_are_whole() -> None:
    (page,) = read("kiln.pdf", made.pdf("Use earth-\nenware, as earthenware is cheap")).places
    assert "earthenware, as earthenware" in page.text


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("over\ufffenight glaze, overnight", "overnight glaze, overnight"),
        ("a re\ufffefire, the re-fire", "a re-fire, the re-fire"),
        ("stone\ufffeware", "stone-ware"),
        ("por\u00ad\ncelain", "porcelain"),
        ("por‐\r\ncelain", "porcelain"),
        ("por-\ncelain", "por-celain"),
        ("Raku-\nOfen", "Raku-Ofen"),
        ("in use‐\nPotter's book", "in use-\nPotter's book"),
        ("shelf 3-\n4 only", "shelf 3-4 only"),
        ("- one\n- two", "- one\n- two"),
        ("soft\u00adened", "softened"),
    ],
)
def test_a_broken_word_is_put_together(text: str, whole: str) -> None:
    assert mended([text]) == [whole]


def test_a_word_broken_at_the_end_of_a_page_is_whole_above_its_foot() -> None:
    pages = ["About bisqueware. Fire the bisque‐\nPotter's book\n1 of 2", "ware slowly."]
    assert mended(pages)[0].endswith("Fire the bisqueware\nPotter's book\n1 of 2")


@given(st.lists(st.text(alphabet="aB-‐\u00ad\ufffe\n 1", max_size=40), max_size=4))
def test_mending_changes_no_letters_but_those_of_breaks(texts: list[str]) -> None:
    found = mended(texts)
    assert len(found) == len(texts)
    for before, after in zip(texts, found, strict=True):
        letters = [one for one in before if one.isalnum()]
        assert [one for one in after if one.isalnum()][: len(letters)] == letters


def test_a_pdf_without_text_says_that_it_is_pictures() -> None:
    assert "pictures" in why("scan.pdf", made.pdf("", ""))


def test_a_cut_pdf_is_damaged() -> None:
    assert "damaged" in why("a.pdf", b"%PDF-1.7\n%%EOF")


def test_a_long_pdf_is_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_PAGES", 2)
    assert len(said("a.pdf", made.pdf("one", "two", "three"))) == 2


HEADED = (
    '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Ours"><w:name w:val="Ours"/><w:basedOn w:val="berschrift1"/></w:style>'
    '<w:style w:styleId="Lined"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr>'
    '</w:style><w:style w:styleId="Ghost"><w:rPr><w:vanish/></w:rPr></w:style>'
)


def test_a_word_document_is_read_under_its_headings() -> None:
    body = paragraph("Before all") + paragraph("Kilns", style="berschrift1")
    body += paragraph("Light it.") + paragraph("Glazes", style="Ours") + paragraph("Twice.")
    body += paragraph("Clay", style="Lined") + paragraph("Red.")
    assert said("a.docx", docx(body, HEADED)) == [
        ("at the beginning", "Before all"),
        ("under the heading “Kilns”", "Kilns\nLight it."),
        ("under the heading “Glazes”", "Glazes\nTwice."),
        ("under the heading “Clay”", "Clay\nRed."),
    ]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (text_run("por") + text_run("celain", "<w:b/>"), "porcelain"),
        (text_run("seen ") + text_run("hidden", "<w:vanish/>"), "seen"),
        (text_run("not hidden", '<w:vanish w:val="0"/>'), "not hidden"),
        (text_run("kept") + text_run(" struck", "<w:strike/>"), "kept"),
        (text_run("kept") + text_run(" ghost", '<w:rStyle w:val="Ghost"/>'), "kept"),
        (f"<w:del>{text_run('gone')}</w:del><w:ins>{text_run('new')}</w:ins>", "new"),
        (f"<w:moveFrom>{text_run('away')}</w:moveFrom>{text_run('here')}", "here"),
        (f"<w:fldSimple>{text_run('Table 4')}</w:fldSimple>", "Table 4"),
        ("<w:r><w:instrText>PAGE</w:instrText><w:t>7</w:t></w:r>", "7"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>", "a\tb\nc"),
        ("<w:r><w:t>re</w:t><w:noBreakHyphen/><w:t>fire</w:t></w:r>", "re-fire"),
        ("<w:r><w:t>por</w:t><w:softHyphen/><w:t>celain</w:t></w:r>", "porcelain"),
        (f"<w:hyperlink>{text_run('the list')}</w:hyperlink>", "the list"),
        (
            f"<w:ruby><w:rt>{text_run('かま')}</w:rt><w:rubyBase>{text_run('窯')}</w:rubyBase></w:ruby>",
            "窯",
        ),
        (
            "<mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p>"
            "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>boxed</w:t>"
            "</w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent>" + text_run("beside"),
            "beside\nboxed",
        ),
        (f"<w:sdt><w:sdtContent>{text_run('chosen')}</w:sdtContent></w:sdt>", "chosen"),
    ],
)
def test_a_word_document_says_what_is_seen(inner: str, text: str) -> None:
    assert said("a.docx", docx(f"<w:p>{inner}</w:p>", HEADED)) == [("at the beginning", text)]


def test_a_table_of_word_is_read_row_by_row() -> None:
    row = "<w:tr>{}</w:tr>".format("".join(f"<w:tc>{paragraph(t)}</w:tc>" for t in ("Cone", "6")))
    assert said("a.docx", docx(f"<w:tbl>{row}</w:tbl>")) == [("at the beginning", "Cone | 6")]


def test_footnotes_stand_where_they_belong() -> None:
    note = f'<w:footnote w:id="2">{paragraph("Never indoors.")}</w:footnote>'
    body = '<w:p><w:r><w:t>Light it</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
    ((_, text),) = said("a.docx", docx(body, footnotes=note))
    assert " ".join(text.split()) == "Light it (Never indoors.)"


def test_a_strict_document_is_read_too() -> None:
    other = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    raw = docx(paragraph("Light it"))
    strict = made.package(
        {
            "_rels/.rels": made.relations(("r", "officeDocument", "/word/main.xml")),
            "word/main.xml": f'<w:document xmlns:w="{other}"><w:body>{paragraph("Strict")}'
            "</w:body></w:document>",
        }
    )
    assert said("a.docx", raw) == [("at the beginning", "Light it")]
    assert said("a.docx", strict) == [("at the beginning", "Strict")]


def test_slides_come_in_their_order_with_notes_and_hidden_ones_marked() -> None:
    group = f"<p:grpSp>{shape('Deep inside')}</p:grpSp>"
    table = (
        "<a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Cone</a:t></a:r></a:p></a:txBody></a:tc>"
        "<a:tc><a:txBody><a:p><a:r><a:t>6</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl>"
    )
    raw = pptx(
        [
            (shape("Wedge the clay") + shape("3", place="sldNum"), shape("Ask who is new"), False),
            (group + table, "", True),
        ]
    )
    assert said("a.pptx", raw) == [
        ("slide 1", "Wedge the clay"),
        ("notes of slide 1", "Ask who is new"),
        ("hidden slide 2", "Deep inside\nCone | 6"),
    ]


def test_a_workbook_is_read_row_by_row_without_what_is_hidden() -> None:
    def hide(book: Any, sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True
        book.create_sheet("Lists").append(["secret list"])
        book["Lists"].sheet_state = "hidden"

    raw = made.xlsx([["Clay", 7, "inner"], ["Old", 1, ""], ["Glaze", 2.5, "inner"]], change=hide)
    assert said("a.xlsx", raw) == [
        ("sheet “Desk”, row 1", "Clay | 7"),
        ("sheet “Desk”, row 3", "Glaze | 2.5"),
    ]


def test_a_row_says_what_its_columns_are_called() -> None:
    raw = made.xlsx([["Glazes of 2026"], ["Glaze", "Cone"], ["Celadon", 9], ["Tenmoku", ""]])
    assert [text for _, text in said("a.xlsx", raw)] == [
        "Glazes of 2026",
        "Glaze | Cone",
        "Glaze: Celadon | Cone: 9",
        "Glaze: Tenmoku",
    ]


def test_a_sheet_without_a_header_gives_its_columns_no_names() -> None:
    raw = made.xlsx([["How hot is it?", "Cone 9."], ["How long?", "A day."]])
    assert [text for _, text in said("a.xlsx", raw)] == [
        "How hot is it? | Cone 9.",
        "How long? | A day.",
    ]


def test_separated_values_are_read_row_by_row() -> None:
    assert said("a.csv", b"kiln;cone\nred;6\n") == [
        ("row 1", "kiln | cone"),
        ("row 2", "kiln: red | cone: 6"),
    ]


@pytest.mark.parametrize(
    "raw",
    ["Küchenfliese".encode(), "Küchenfliese".encode("cp1252"), "Küchenfliese".encode("utf-16")],
)
def test_plain_text_is_read_in_any_usual_encoding(raw: bytes) -> None:
    assert said("a.txt", raw) == [("line 1", "Küchenfliese")]


def test_a_long_text_is_named_by_lines() -> None:
    lines = [f"Line {number} " + "clay " * 30 for number in range(1, 41)]
    places = said("a.txt", "\n".join(lines).encode())
    assert len(places) > 2
    for where, text in places:
        assert text.startswith(f"Line {where.removeprefix('line ')} ")


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.docx", b"", "empty"),
        ("a.docx", b"plain words", "damaged"),
        ("a.pdf", b"MZ\x90", "damaged"),
        ("a.docx", docx(paragraph("Light it"))[:-40], "damaged"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "older format"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        ("a.txt", b"MZ\0\0\0\1", "no text"),
        ("a.txt", b" \n ", "empty"),
        ("a.docx", docx(paragraph(" ")), "no text"),
        (
            "a.docx",
            made.package({"_rels/.rels": "<!DOCTYPE a><a/>", "word/document.xml": "<a/>"}),
            "damaged",
        ),
        (
            "a.docx",
            made.package({"_rels/.rels": made.relations(("r", "officeDocument", "word/gone.xml"))}),
            "damaged",
        ),
    ],
)
def test_what_cannot_be_read_is_said(name: str, raw: bytes, said: str) -> None:
    assert said in why(name, raw)


def test_what_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.attachments.readers.package.LARGEST_UNPACKED", 3000)
    assert "unpacks" in why("a.docx", docx(paragraph("clay " * 1000)))


def test_of_a_very_long_file_the_beginning_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_CHARACTERS", 30)
    found = read("a.pdf", made.pdf("The first page", "The second page", "The third"))
    assert [place.where for place in found.places] == ["page 1", "page 2"]
    assert "only its first 30 characters" in found.why


def test_controls_and_halves_of_characters_are_left_out() -> None:
    ((_, text),) = said("a.txt", b"ki\x01ln \xed\xa0\x80")
    assert text.startswith("ki ln")
    text.encode()
