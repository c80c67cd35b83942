"""Small files of the kinds that are searched, made from scratch."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(*pages: str, before: bytes = b"") -> bytes:
    """A PDF whose pages show these lines; a line ends as it ends in the text."""
    kids = " ".join(f"{4 + 2 * nth} 0 R" for nth in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for nth, page in enumerate(pages):
        shown = "\n".join(_line(line, 800 - 14 * at) for at, line in enumerate(page.split("\n")))
        content = f"BT /F1 10 Tf {shown} ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * nth} 0 R >>"
        )
        length = len(content.encode("cp1252"))
        objects.append(f"<< /Length {length} >>\nstream\n{content}\nendstream")
    made, places = before + b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{text}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + end.encode()


def _line(text: str, height: int) -> str:
    inner = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"1 0 0 1 50 {height} Tm ({inner}) Tj"


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in parts.items():
            zipped.writestr(name, text)
    return made.getvalue()


def relations(*each: tuple[str, str, str]) -> str:
    """A part of relations: (id, kind, target) of each."""
    every = "".join(
        f'<Relationship Id="{id}" Type="{KINDS}/{kind}" Target="{target}"/>'
        for id, kind, target in each
    )
    return f'<Relationships xmlns="{RELATIONS}">{every}</Relationships>'


def docx(body: str, styles: str = "", **notes: str) -> bytes:
    """A Word document with this body in its own XML."""
    names = f'xmlns:w="{WORD}" xmlns:mc="urn:mc" xmlns:v="urn:v"'
    return package(
        {
            "_rels/.rels": relations(("r", "officeDocument", "word/document.xml")),
            "word/document.xml": f"<w:document {names}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {names}>{styles}</w:styles>",
            "word/_rels/document.xml.rels": relations(
                ("s", "styles", "styles.xml"), *((n, n, f"{n}.xml") for n in notes)
            ),
            **{f"word/{n}.xml": f"<w:{n} {names}>{text}</w:{n}>" for n, text in notes.items()},
        }
    )


def paragraph(*runs: str, style: str = "") -> str:
    """A paragraph of runs; a plain text is a run of its own."""
    written = "".join(run if run.startswith("<") else text_run(run) for run in runs)
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{written}</w:p>"


def text_run(text: str, properties: str = "") -> str:
    """A run of text with such properties."""
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{escape(text)}</w:t></w:r>"


def pptx(slides: Sequence[tuple[str, str, bool]]) -> bytes:
    """A presentation: of each slide its shapes, those of its notes, and whether it is hidden."""
    names = f'xmlns:p="{SLIDES}" xmlns:a="{DRAWING}" xmlns:r="{KINDS}"'
    numbers = range(1, len(slides) + 1)
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(("r", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {names}><p:sldIdLst>"
        + "".join(f'<p:sldId id="{255 + n}" r:id="s{n}"/>' for n in numbers)
        + "</p:sldIdLst></p:presentation>",
        # The order of the files is not that of the slides.
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"s{n}", "slide", f"slides/slide{len(slides) - n}.xml") for n in numbers)
        ),
    }
    for number, (shapes, notes, hidden) in zip(numbers, slides, strict=True):
        file = f"slide{len(slides) - number}.xml"
        show = ' show="0"' if hidden else ""
        parts[f"ppt/slides/{file}"] = f"<p:sld {names}{show}><p:cSld>{shapes}</p:cSld></p:sld>"
        if notes:
            parts[f"ppt/slides/_rels/{file}.rels"] = relations(
                ("n", "notesSlide", f"../notesSlides/notes{number}.xml")
            )
            parts[f"ppt/notesSlides/notes{number}.xml"] = f"<p:notes {names}>{notes}</p:notes>"
    return package(parts)


def shape(*paragraphs: str, place: str = "") -> str:
    """A shape with these paragraphs, for a placeholder of that kind."""
    kind = f'<p:ph type="{place}"/>' if place else ""
    inner = "".join(f"<a:p><a:r><a:t>{escape(one)}</a:t></a:r></a:p>" for one in paragraphs)
    return (
        f"<p:sp><p:nvSpPr><p:cNvPr/><p:nvPr>{kind}</p:nvPr></p:nvSpPr>"
        f"<p:txBody>{inner}</p:txBody></p:sp>"
    )


def xlsx(rows: Sequence[Sequence[object]], **more: object) -> bytes:
    """A workbook with a sheet "Desk", changed by `change(book, sheet)`."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Desk"
    for row in rows:
        sheet.append(list(row))
    change = more.get("change")
    if callable(change):
        change(book, sheet)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
