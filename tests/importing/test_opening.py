"""Files as people have them: what is read of each, and the one sentence where it cannot be."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import DataObject, binary, data, integers, sampled_from
from openpyxl.worksheet.worksheet import Worksheet

from kb.importing import opening
from kb.importing.opening import opened
from kb.importing.readers import packages
from kb.importing.readers.unreadable import UnreadableFile
from tests.effort import examples
from tests.importing.word_documents import document, p, picture
from tests.importing.workbooks import drafts, lived_in, made, read, table


def refused(name: str, raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as told:
        opened(name, raw)
    return str(told.value)


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in parts.items():
            archive.writestr(name, raw)
    return target.getvalue()


def changed(raw: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The package with another text in one part."""
    archive = zipfile.ZipFile(io.BytesIO(raw))
    parts = {one: archive.read(one) for one in archive.namelist()}
    assert old in parts[name]
    parts[name] = parts[name].replace(old, new)
    return zipped(parts)


def test_a_cell_says_what_the_program_shows() -> None:
    (sheet,) = read(lived_in()).sheets
    rows = {row.number: row for row in sheet.rows}
    assert rows[1].banner
    assert rows[6].banner
    assert rows[5].hidden
    assert sheet.hidden_columns == {5}
    assert rows[4].cell(0).text == "1"
    assert rows[4].cell(6).text == "007"
    (link,) = rows[4].cell(4).links
    assert (link.address, link.label) == ("https://pay.example/claims#form", "form")
    assert "comment left out: ask Jo" in rows[4].cell(1).noticed


def test_struck_out_text_is_told_and_left_out_and_bold_stays() -> None:
    (sheet,) = read(lived_in()).sheets
    cell = next(row for row in sheet.rows if row.number == 7).cell(2)
    assert cell.text == "1. Look at the bill.\n2. Never promise a day.\n3. Book it back."
    assert [run.text for run in cell.runs if run.bold] == ["Never"]
    assert cell.noticed == ("struck out, so left out: 3. Send it by mail.",)


def test_an_emptied_cell_whose_link_stayed_says_nothing() -> None:
    (sheet,) = read(lived_in()).sheets
    cell = next(row for row in sheet.rows if row.number == 7).cell(4)
    assert (cell.text, cell.links[0].label) == ("", "")
    assert cell.links[0].address == "https://pay.example/a"


def test_a_formula_comes_in_as_its_link_or_is_named_where_it_has_no_value() -> None:
    rows = [
        ["Question", "Answer", "Link"],
        ["Who?", "=1+1", '=HYPERLINK("https://pay.example/x#y","rules")'],
    ]
    (sheet,) = read(made(rows)).sheets
    row = sheet.rows[-1]
    assert (row.cell(2).links[0].address, row.cell(2).links[0].label) == (
        "https://pay.example/x#y",
        "rules",
    )
    assert "not stored" in row.cell(1).noticed[0]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "..\\a.docx"])
def test_a_link_that_leads_to_no_web_address_is_left_out_and_told(address: str) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B2"].hyperlink = address

    (sheet,) = read(made([["Question", "Answer"], ["Who?", "Jo"]], change)).sheets
    assert sheet.rows[1].cell(1).links == ()
    assert "leads to no web address" in sheet.rows[1].cell(1).noticed[0]


def test_escapes_of_the_format_are_read_as_what_they_mean() -> None:
    raw = made([["Question", "Answer"], ["Who?", "One_x000D_\nTwo_x0020_three"]])
    (sheet,) = read(raw).sheets
    assert sheet.rows[1].cell(1).text == "One\nTwo three"


def test_a_strict_workbook_and_one_under_another_name_are_read_all_the_same() -> None:
    rows = [["Question", "Answer"], ["Who?", "Jo does it."]]
    strict = changed(
        made(rows),
        "xl/workbook.xml",
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    assert read(strict).sheets[0].rows[1].cell(1).text == "Jo does it."
    assert read(made(rows), "desk.xls").sheets[0].rows[1].cell(0).text == "Who?"
    assert (
        opened("desk.xlsx", b"Question\tAnswer\nWho?\tJo\n").sheets[0].rows[1].cell(1).text == "Jo"
    )


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"sep=;\na;b\n1,5;2\n", [["a", "b"], ["1,5", "2"]]),
        (b'a;b\n"x; y";"1. z\n2. w"\n', [["a", "b"], ["x; y", "1. z\n2. w"]]),
        (b"a\tb\n'x',y\tz\n", [["a", "b"], ["'x',y", "z"]]),
        (b'a|b\n"say ""no""; now"|c\n', [["a", "b"], ['say "no"; now', "c"]]),
        ("Größe;Maß\nx;y\n".encode("cp1252"), [["Größe", "Maß"], ["x", "y"]]),
        ("Größe,Maß\nx,y\n".encode("utf-16"), [["Größe", "Maß"], ["x", "y"]]),
        ("\ufeffa,b\nx,y\n".encode(), [["a", "b"], ["x", "y"]]),
        (b"only\none\n", [["only"], ["one"]]),
        (b'a, b\n"x, y", "1. z, w"\n', [["a", "b"], ["x, y", "1. z, w"]]),
        ("Größe;b\n\u017d;y\n".encode("utf-16-le"), [["Größe", "b"], ["\u017d", "y"]]),
        ("a\tb\nx\ty\n".encode("utf-16-be"), [["a", "b"], ["x", "y"]]),
    ],
)
def test_separated_values_are_read_whatever_separates_them(
    raw: bytes, expected: list[list[str]]
) -> None:
    (sheet,) = opened("desk.csv", raw).sheets
    assert [[cell.text for cell in row.cells] for row in sheet.rows] == expected


def test_what_is_not_utf_8_says_how_it_was_read_and_another_code_page_can_be_asked_for() -> None:
    raw = "Otázka;Odpověď\nKdo?;Žádný\n".encode("cp1250")
    assert "Windows-1252" in opened("desk.csv", raw).noticed[0]
    (sheet,) = opened("desk.csv", raw, "cp1250").sheets
    assert sheet.rows[1].cell(1).text == "Žádný"


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("~$desk.xlsx", b"\x03Jo", "choose desk.xlsx itself"),
        ("desk.xlsx", b"", "is empty"),
        ("desk.xlsx", made([["Question", "Answer"]])[:900], "save it anew"),
        ("desk.xlsx", b"PK\x03\x04 and nothing", "save it anew"),
        ("desk.xls", b"<html><table><tr><td>a</td></tr></table></html>", "save it as .xlsx"),
        ("desk.docx", zipped({"word/document.xml": b"<w/>"}), "save it anew"),
        ("desk.zip", zipped({"a.txt": b"a"}), "zip without documents"),
        ("desk.pdf", b"%PDF-1.7", "is a PDF"),
        ("desk.csv", b"%PDF-1.7", "is a PDF"),
        ("desk.csv", b"\x89PNG", "is a picture"),
        ("desk.csv", b"a,b\0c", "save it as .xlsx"),
        ("desk.xls", opening._COMPOUND + b"\0" * 600 + opening._PROTECTED, "remove the password"),
        ("desk.xls", opening._COMPOUND + b"\0" * 600, "save it anew"),
        ("desk.json", b"{}", "holds no articles"),
    ],
)
def test_what_cannot_be_read_ends_in_one_sentence_that_says_what_to_do(
    name: str, raw: bytes, says: str
) -> None:
    told = refused(name, raw)
    assert says in told
    assert "\n" not in told


def test_what_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = table(["Question", "Answer"], ["Who?", "Jo " * 1000])
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        packages.Package(raw, "desk.xlsx", most=2000)
    monkeypatch.setattr(opening, "LARGEST", 1000)
    assert "is larger than" in refused("desk.xlsx", raw)


def test_a_part_that_declares_entities_is_not_read() -> None:
    raw = changed(
        made([["Question", "Answer"]]),
        "xl/workbook.xml",
        b"<workbook",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook",
    )
    assert "declarations" in refused("desk.xlsx", raw)


@pytest.mark.parametrize("end", range(0, 4000, 137))
def test_a_workbook_cut_anywhere_is_read_or_refused_in_a_sentence(end: int) -> None:
    raw = lived_in()
    assert "desk.xlsx" in refused("desk.xlsx", raw[: min(end, len(raw) - 1)])


def test_the_libraries_are_loaded_by_an_import_alone() -> None:
    for module in Path(packages.__file__).parent.glob("*.py"):
        for line in module.read_text(encoding="utf-8").splitlines():
            assert not line.startswith(("import openpyxl", "import python_calamine")), module


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a web server on loopback, and what it was asked."""
    paths: list[str] = []

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


def test_nothing_that_a_file_names_is_fetched(asked: tuple[str, list[str]]) -> None:
    address, paths = asked

    def change(sheet: Any) -> None:
        sheet["A2"].hyperlink = f"{address}/link"

    rows = [
        ["Question", "Answer", "Link"],
        ["Who?", f'=WEBSERVICE("{address}/formula")', f'=HYPERLINK("{address}/by-formula","a")'],
        ["Why?", f'=IMAGE("{address}/image")', f"='{address}/[other.xlsx]Sheet1'!A1"],
    ]
    raw = made(rows, change)
    drafts(raw)
    drafts(f"Question,Answer\nWho?,<img src={address}/csv>\n".encode(), "desk.csv")
    page = f"<img src={address}/a><link href={address}/b><p style='background:url({address}/c)'>x"
    drafts(page.encode(), "desk.html")
    drafts(f"# A\n\n![x]({address}/md)".encode(), "desk.md")
    drafts(zipped({"a.html": page.encode(), "b.md": b"x"}), "desk.zip")
    article = {"id": 1, "title": "A", "body": page, "html_url": f"{address}/article"}
    drafts(json.dumps({"articles": [article]}).encode(), "desk.json")
    outside = f'<Relationship Id="rIdP" Target="{address}/d" TargetMode="External"/>'
    rels = f"<Relationships>{outside}</Relationships>".encode()
    drafts(document(p(picture()), more={"word/_rels/document.xml.rels": rels}), "desk.docx")
    entity = f'<!DOCTYPE a SYSTEM "{address}/dtd"><workbook'.encode()
    refused("desk.xlsx", changed(raw, "xl/workbook.xml", b"<workbook", entity))
    assert paths == []


@given(data())
@settings(max_examples=examples(25))
def test_a_part_with_other_bytes_is_read_or_refused_in_a_sentence(draws: DataObject) -> None:
    archive = zipfile.ZipFile(io.BytesIO(lived_in()))
    parts = {one: archive.read(one) for one in archive.namelist()}
    name = draws.draw(sampled_from(sorted(parts)))
    part = parts[name]
    start = draws.draw(integers(0, max(len(part) - 1, 0)))
    end = draws.draw(integers(start, min(len(part), start + 40)))
    parts[name] = part[:start] + draws.draw(binary(max_size=8)) + part[end:]
    with suppress(UnreadableFile):  # nothing else may be raised
        opened("desk.xlsx", zipped(parts))
