"""What Word shows is what comes in: numbers, fields, changes, tables, notes, pictures."""

from __future__ import annotations

import pytest

from kb.documents.foreign.blocks import joined
from kb.documents.foreign.markdown_writing import written
from kb.documents.word.parts import NotReadable
from kb.documents.word.reading import WordDocument, word_document
from tests.importing import word_documents as w
from tests.importing.word_documents import cell, document, field, heading, link, p, r, step


def markdown(*body: str, notes: str = "") -> str:
    """Of a document of these paragraphs."""
    return joined(written(read(*body, notes=notes).body, frozenset({"there"})))


def read(*body: str, notes: str = "") -> WordDocument:
    return word_document(document(*body, notes=notes))


def told(*body: str) -> str:
    """What did not come in."""
    return "; ".join(read(*body).noticed)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([step("One"), step("Two")], "1. One\n2. Two"),
        ([step("One"), step("Yes", level=1), step("Sure", level=2), step("Two")],
         "1. One\n   - a) Yes\n     - i. Sure\n2. Two"),
        ([step("One"), step("Two"), step("New one", list=2), step("New two", list=2)],
         "1. One\n2. Two\n\n1) New one\n2) New two"),
        ([step("One"), p("See below."), p(w.picture()), step("Two")],
         "1. One\n\n   See below.\n\n   ![The screen](image1.png)\n\n2. Two"),
        ([step("One"), step("a", level=1), p("Between."), step("b", level=1)],
         "1. One\n   - a) a\n\n     Between.\n\n   - b) b"),
        ([step("One"), heading("Else"), step("Two")], "1. One\n\n# Else\n\n2. Two"),
        ([p("One", style="Numbered"), p("Two", style="Numbered")], "1. One\n2. Two"),
        ([step("Top", list=4), step("Part", list=4, level=1)], "1. Top\n   - 1.1 Part"),
        ([step("A", list=3), step("B", list=3, level=1)], "- A\n  - B"),
        ([step("One"), step(""), step("Two")], "1. One\n2. Two"),
        ([p("1. Open it"), p("2. Close it"), p("Done.")], "1. Open it\n2. Close it\n\nDone."),
        ([p("1. Open it"), p("a) blue"), p("b) red"), p("2. Close it")],
         "1. Open it\n   - a) blue\n   - b) red\n2. Close it"),
        ([p("2026. was a year")], "2026. was a year".replace(".", "\\.", 1)),
        ([p(r("1."), "<w:r><w:tab/><w:t>Open</w:t></w:r>"), p(r("2."), r(" "), r("Close", "b"))],
         "1. Open\n2. **Close**"),
        (["<w:p><w:r><w:t>1) Open</w:t><w:br/><w:t>2) Close</w:t></w:r></w:p>"],
         "1. Open\n2. Close"),
        ([p(r("1. Open", "b"), " it"), p(r("2. Close", "b"), " it")],
         "1. **Open** it\n2. **Close** it"),
        ([p("Step 1: Open"), p("Schritt 2. Zu")], "1. Open\n2. Zu"),
        ([p("• first"), p("• second")], "- first\n- second"),
        ([step("One"), p("its second paragraph", more='<w:ind w:left="720"/>'), step("Two")],
         "1. One\n\n   its second paragraph\n\n2. Two"),
    ],
)  # fmt: skip
def test_lists_have_the_numbers_that_word_shows(body: list[str], expected: str) -> None:
    assert markdown(*body) == expected


def test_a_list_of_a_style_that_is_linked_counts_on() -> None:
    assert markdown(step("One"), p("Two", style="Numbered")) == "1. One\n2. Two"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([r("Ne", "b"), r("ver", "b"), r(" do it")], "**Never** do it"),
        ([r("Ne", "b"), '<w:bookmarkStart w:name="x" w:id="1"/>', r("ver", "b")], "**Never**"),
        ([r("Off", '<w:b w:val="0"/>')], "Off"),
        ([r("Sure", '<w:rStyle w:val="Firm"/>')], "**Sure**"),
        ([r("Note:", "b"), r("now")], "**Note**:now"),
        ([r("loud", "caps")], "LOUD"),
        ([r("2", '<w:vertAlign w:val="superscript"/>')], "<sup>2</sup>"),
        (["<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>"], "a\\\nb\\\nc"),
        (["<w:r><w:t>self</w:t><w:noBreakHyphen/><w:t>made</w:t></w:r>"], "self\u2011made"),
        (['<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'], "✓"),
        ([f'<w:fldSimple w:instr=" SEQ Figure ">{r("7")}</w:fldSimple>'], "7"),
        ([field(' DOCPROPERTY "Fee" ', "4.90")], "4.90"),
        ([field(' HYPERLINK "https://a.example/x" \\l "part" ', "rules")],
         "[rules](https://a.example/x#part)"),
        ([field(' HYPERLINK \\l "there" ', "below")], "[below](#there)"),
        ([field(" REF there \\h ", "step 3")], "[step 3](#there)"),
        ([f'<w:hyperlink r:id="rIdW" w:anchor="a b">{r("gifts")}</w:hyperlink>'],
         "[gifts](https://rules.example/gifts#a%20b)"),
        ([link("there", "below")], "[below](#there)"),
        ([f"<w:smartTag>{r('Bonn')}</w:smartTag><w:dir w:val='rtl'>{r('!')}</w:dir>"], "Bonn!"),
        (["<w:r><w:ruby><w:rt><w:r><w:t>kana</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>base</w:t>"
          "</w:r></w:rubyBase></w:ruby></w:r>"], "base"),
        ([f"<w:sdt><w:sdtContent>{r('chosen')}</w:sdtContent></w:sdt>"], "chosen"),
        ([f"<w:ins>{r('new')}</w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"], "new"),
        ([r("seen"), r("not", "vanish"), r("nor", '<w:rStyle w:val="Quiet"/>')], "seen"),
        ([r("valid"), r("void", "strike")], "valid"),
        (['<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox>'
          '</w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>', r(" done")],
         "☑ done"),
        (["use *stars*, <blanks> and [x](y)"], "use \\*stars\\*, \\<blanks> and \\[x](y)"),
    ],
)  # fmt: skip
def test_words_are_those_that_word_shows(words: list[str], expected: str) -> None:
    assert markdown(p(*words)) == expected


def test_what_does_not_come_in_is_told() -> None:
    said = told(
        p(r("a"), r("for us alone", "vanish"), r("no more", "strike")),
        p("<w:del><w:r><w:delText>the lead</w:delText></w:r></w:del>", r("b")),
        p('<w:r><w:commentReference w:id="1"/></w:r>', r("c")),
        p(w.picture("rIdO")),
        p("<m:oMath><m:r><m:t>a=b</m:t></m:r></m:oMath>"),
        "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj>"
        f"</w:sdtPr><w:sdtContent>{p('Missing 3')}</w:sdtContent></w:sdt>",
    )
    for part in ("for us alone", "no more", "the lead", "1 comment", "not fetched", "a=b"):
        assert part in said
    assert "table of contents is left out" in said


def test_a_moved_item_is_there_once_and_a_removed_end_joins_two_paragraphs() -> None:
    away = p(
        f"<w:moveFrom>{r('Tell it.')}</w:moveFrom>", num=(1, 0), more="<w:rPr><w:moveFrom/></w:rPr>"
    )
    here = p(f"<w:moveTo>{r('Tell it.')}</w:moveTo>", num=(1, 0))
    assert markdown(away, step("Ask."), here) == "1. Ask.\n2. Tell it."
    assert (
        markdown(p("Half a ", more="<w:rPr><w:del/></w:rPr>"), p("sentence.")) == "Half a sentence."
    )


def test_headings_are_told_by_their_styles_whatever_they_are_called() -> None:
    found = read(
        p("Our desk", style="Titel"),
        heading("One"),
        p("Two", style="Own"),
        p("Three", more='<w:outlineLvl w:val="1"/>'),
    )
    assert found.title == "Our desk"
    assert joined(written(found.body)) == "# One\n\n# Two\n\n## Three"


def test_lines_in_bold_are_headings_where_there_are_no_others() -> None:
    body = [p(r("Late", "b")), step("Look."), p(r("Lost", "b")), p("Trace.")]
    assert markdown(*body) == "# Late\n\n1. Look.\n\n# Lost\n\nTrace."
    assert "lines in bold were taken" in told(*body)
    assert markdown(heading("Up"), *body).count("#") == 1
    assert markdown(p(r("Never.", "b")), p("x"), p(r("Ever.", "b")), p("y")).count("#") == 0


def test_a_heading_keeps_its_number_apart() -> None:
    (block,) = written(read(p("Missing", style="K1", num=(4, 0))).body)
    assert (block.title, block.number) == ("Missing", "1")


def test_tables_keep_their_columns() -> None:
    rows = [
        cell("Case") + cell("Sum") + cell("Who"),
        cell("Damage", merged="restart") + cell("small") + cell("Rep"),
        cell(merged="continue") + cell("large") + cell(step("Ask"), step("Pay")),
        cell("a | b") + cell("never alone", wide=2),
    ]
    assert markdown(w.table(*rows)).split("\n") == [
        "| Case | Sum | Who |",
        "| --- | --- | --- |",
        "| Damage | small | Rep |",
        "| Damage | large | 1. Ask<br>2. Pay |",
        "| a \\| b | never alone |  |",
    ]


def test_a_table_of_one_cell_is_a_box() -> None:
    assert markdown(w.table(cell("Careful.", "Twice."))) == "> Careful.\n>\n> Twice."


def test_notes_and_boxes_and_quotes() -> None:
    notes = f'<w:footnote w:id="4">{p(r("Once a year."))}</w:footnote>'
    body = p(r("Pay it."), '<w:r><w:footnoteReference w:id="4"/></w:r>')
    assert markdown(body, notes=notes) == "Pay it.[^1]\n\n[^1]: Once a year."
    box = f"<w:txbxContent>{p('Say this.')}</w:txbxContent>"
    drawn = (
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wp:anchor>"
        f"{box}</wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert markdown(p(r("Words:"), drawn)) == "Words:\n\n> Say this."
    assert markdown(p("Never.", style="Warn")) == "> [!WARNING]\n> Never."


def test_a_place_that_a_link_leads_to_keeps_its_name() -> None:
    place = '<w:bookmarkStart w:id="1" w:name="there"/>'
    assert markdown(p(place + r("Here."))) == '<a id="there"></a>Here.'
    (block,) = written(read(heading("Here", bookmark="there")).body)
    assert block.names == ("there",)


def test_pictures_are_kept_and_those_that_nobody_can_show_are_told() -> None:
    found = read(p(w.picture()))
    assert found.pictures == {"image1.png": w.png()}
    unshown = word_document(
        document(p(w.picture(), r("x")), more={"word/media/image1.png": b"\x01\0\0\0EMF"})
    )
    assert unshown.pictures == {}
    assert "is of a kind that browsers do not show" in unshown.noticed[0]


@pytest.mark.parametrize(
    "more",
    [
        {"word/document.xml": b"<w:document"},
        {"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
        {
            "word/document.xml": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode(
                "utf-16"
            )
        },
        {"word/document.xml": b"<a>" * 5000},
        {"word/styles.xml": b"no xml"},
    ],
)
def test_what_no_word_processor_writes_is_not_read(more: dict[str, bytes]) -> None:
    with pytest.raises(NotReadable):
        word_document(document(p("x"), more=more))
