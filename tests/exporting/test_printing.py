"""The PDF, made by a process of its own that is not believed to live."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from kb.exporting.making import ExportForm
from kb.exporting.printing import NotPrinted, printable, printed
from kb.parts import Parts
from tests.exporting.bases import taken_out

pytestmark = pytest.mark.skipif(not printable(), reason="no WeasyPrint, or no Pango")


def source(tmp_path: Path, body: str) -> Path:
    file = tmp_path / "book.html"
    file.write_text(f"<!DOCTYPE html><html><body>{body}</body></html>", encoding="utf-8")
    return file


def unpacked(raw: bytes) -> bytes:
    """The streams of a PDF, legible."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_a_book_becomes_a_pdf_with_bookmarks(parts: Parts) -> None:
    raw = taken_out(parts, ExportForm.PDF)
    assert raw.startswith(b"%PDF-")
    assert b"Late Shipment" in raw + unpacked(raw)
    assert b"/Outlines" in raw + unpacked(raw)


def test_what_takes_too_long_ends_in_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "book.pdf"
    with pytest.raises(NotPrinted, match="took longer than 0 seconds"):
        printed(source(tmp_path, "<p>x"), target, seconds=0.05)
    assert not target.exists()


def test_what_cannot_be_read_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotPrinted, match="could not be made"):
        printed(tmp_path / "none.html", tmp_path / "book.pdf")


def test_nothing_is_read_or_fetched_by_a_book(tmp_path: Path) -> None:
    import socket

    secret = tmp_path / "secret.css"
    secret.write_text("body::before { content: 'leaked' }")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        body = (
            f'<link rel="stylesheet" href="{secret.as_uri()}"><img src="{address}a.png">'
            f'<link rel="stylesheet" href="{address}b.css"><p>Text</p>'
        )
        printed(source(tmp_path, body), tmp_path / "book.pdf")
        with pytest.raises(TimeoutError):
            listening.accept()
    assert (tmp_path / "book.pdf").read_bytes().startswith(b"%PDF-")
