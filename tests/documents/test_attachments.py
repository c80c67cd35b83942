"""Files put beside a procedure: what is taken, and under which name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents import svg
from kb.documents.attachments import MEGABYTE, UnusableAttachment, checked
from kb.documents.svg import NoDrawing, harmless
from tests.attachments.made import package

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">%s</svg>'


@pytest.mark.parametrize(
    ("name", "raw", "stored"),
    [
        ("Screen Shot 1.PNG", PNG, "screen-shot-1.png"),
        ("photo.exe", PNG, "photo.png"),
        ("../../etc/passwd", b"%PDF-1.7", "passwd.pdf"),
        ("C:\\x\\a b.jpg", b"\xff\xd8\xff\xe0", "a-b.jpg"),
        ("", PNG, "picture.png"),
        (".md", PNG, "md.png"),
        ("日本.gif", b"GIF89a", "picture.gif"),
        ("x" * 300, PNG, "x" * 60 + ".png"),
        ("list.csv", b"a,b\n", "list.csv"),
        ("a.webp", b"RIFF....WEBPVP8 ", "a.webp"),
    ],
)
def test_the_content_says_what_it_is(name: str, raw: bytes, stored: str) -> None:
    assert checked(name, raw, 5).name == stored


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.png", b"", "empty"),
        ("a.png", b"<html><script>", "Only PNG"),
        ("a.html", b"<html>", "Only PNG"),
        ("a.md", b"# hello", "Only PNG"),
        ("a.txt", b"a\0b", "Only PNG"),
        ("a.svg", b"<svg", "well-formed"),
        ("a.svg", b"<html xmlns='x'/>", "no SVG"),
        ("a.png", PNG + b"x" * MEGABYTE, "at most 1 MB"),
    ],
)
def test_what_is_not_taken_is_said(name: str, raw: bytes, said: str) -> None:
    with pytest.raises(UnusableAttachment, match=said):
        checked(name, raw, 1)


@pytest.mark.parametrize(
    ("name", "part", "stored"),
    [
        ("Kiln Plan.DOCX", "word/document.xml", "kiln-plan.docx"),
        ("glazes.xlsx", "xl/workbook.xml", "glazes.xlsx"),
        ("talk.pptx", "ppt/presentation.xml", "talk.pptx"),
    ],
)
def test_files_of_office_programs_are_taken_without_macros(
    name: str, part: str, stored: str
) -> None:
    assert checked(name, package({part: "<a/>"}), 1).name == stored
    folder = part.partition("/")[0]
    for raw in (
        package({part: "<a/>", f"{folder}/vbaProject.bin": "x"}),
        package({"other/a.xml": "<a/>"}),
        b"PK\3\4 no zip",
    ):
        with pytest.raises(UnusableAttachment, match="Only PNG"):
            checked(name, raw, 1)


def test_its_markdown_shows_a_picture_and_links_a_document() -> None:
    assert checked("Scan screen.png", PNG, 1).markdown() == "![Scan screen](scan-screen.png)"
    assert checked("Form.pdf", b"%PDF-1", 1).markdown("form-2.pdf") == "[Form](form-2.pdf)"


def test_a_drawing_keeps_what_draws_and_loses_what_runs() -> None:
    inner = (
        b'<script>alert(1)</script><g onclick="x()" fill="red"><path d="M0 0"/>kept</g>'
        b'<a href="javascript:alert(1)"><rect/></a><foreignObject><body/></foreignObject>'
        b'<style>@import "http://evil"</style><image href="http://evil/x.png"/>'
        b'<use href="#a"/><rect style="fill:url(http://evil)" fill="url(#g)"/><animate/>'
    )
    made = harmless(SVG % inner).decode()
    assert '<path d="M0 0" />' in made
    assert 'fill="red"' in made
    assert 'href="#a"' in made
    assert 'fill="url(#g)"' in made
    assert made.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    for gone in ("script", "onclick", "javascript", "foreign", "evil", "style", "animate"):
        assert gone not in made
    assert harmless(made.encode()).decode() == made


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG % b"&a;",
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SVG % b"&a;",
    ],
)
def test_a_drawing_that_attacks_its_reader_is_refused(raw: bytes) -> None:
    with pytest.raises(NoDrawing):
        harmless(raw)


def test_a_drawing_is_nested_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg, "_DEEPEST", 5)
    harmless(SVG % (b"<g>" * 5 + b"</g>" * 5))
    with pytest.raises(NoDrawing, match="more than 5 deep"):
        harmless(SVG % (b"<g>" * 6 + b"</g>" * 6))


def test_the_usual_document_type_is_no_harm() -> None:
    kind = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">'
    assert harmless(kind + SVG % b"<rect/>") == harmless(SVG % b"<rect/>")


@given(st.text(max_size=40), st.binary(max_size=60))
def test_whatever_is_given_the_name_is_safe(name: str, raw: bytes) -> None:
    try:
        stored = checked(name, raw, 1).name
    except UnusableAttachment:
        return
    assert stored.isascii()
    assert not stored.startswith(".")
    assert not set(stored) & set("/\\ \0?#%")
