"""The text of a PDF file, page by page, by pdfium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb.attachments.readers.broken_words import mended
from kb.attachments.readers.unreadable import UnreadableText, damaged, protected
from kb.procedures.model import TextPlace

MOST_PAGES = 3000


def places(raw: bytes) -> Iterator[TextPlace]:
    """A place a page. Raises UnreadableText."""
    every = mended(_pages(raw))
    if every and not any(map(str.strip, every)):
        remedy = "have the text recognised (OCR) and save it with that, or write it down"
        raise UnreadableText("its pages are pictures without text", remedy)
    for number, text in enumerate(every, 1):
        yield TextPlace(f"page {number}", text, f"page={number}")


def _pages(raw: bytes) -> Iterator[str]:
    import pypdfium2  # only where a PDF is read
    from pypdfium2.raw import FPDF_ERR_PASSWORD

    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        raise (protected() if error.err_code == FPDF_ERR_PASSWORD else damaged()) from error
    for number in range(min(len(document), MOST_PAGES)):
        try:
            yield _text(document[number])
        except pypdfium2.PdfiumError:  # one page costs itself only
            yield ""


def _text(page: Any) -> str:
    text = page.get_textpage()
    try:
        return str(text.get_text_range())
    finally:
        text.close()
        page.close()
