"""Word documents made by code, after the shapes that real ones have."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from xml.sax.saxutils import escape, quoteattr

_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="K1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="K2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Desk topic"/>
 <w:basedOn w:val="K1"/></w:style>
<w:style w:type="paragraph" w:styleId="Numbered"><w:name w:val="List Number"/>
 <w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Warn"><w:name w:val="Warning"/></w:style>
<w:style w:type="character" w:styleId="Firm"><w:name w:val="Firm"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Quiet"><w:name w:val="Quiet"/>
 <w:rPr><w:vanish/></w:rPr></w:style>
"""


def _level(nth: int, kind: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="{nth}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


NUMBERING = (
    '<w:abstractNum w:abstractNumId="5">'
    + _level(0, "decimal", "%1.")
    + _level(1, "lowerLetter", "%2)")
    + _level(2, "lowerRoman", "%3.")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="6">'
    + _level(0, "bullet", "•")
    + _level(1, "bullet", "o")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="7">'
    + _level(0, "decimal", "%1")
    + _level(1, "decimal", "%1.%2")
    + "</w:abstractNum>"
    + "".join(
        f'<w:num w:numId="{id}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>'
        for id, abstract, override in (
            (1, 5, ""),
            (
                2,
                5,
                '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>',
            ),
            (3, 6, ""),
            (4, 7, ""),
        )
    )
)


def r(text: str, *properties: str) -> str:
    """A run: r("Never", "b")."""
    inner = "".join(f"<w:{one}/>" if "<" not in one else one for one in properties)
    head = f"<w:rPr>{inner}</w:rPr>" if properties else ""
    return f'<w:r>{head}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(*runs: str, style: str = "", num: tuple[int, int] | None = None, more: str = "") -> str:
    """A paragraph of runs; what is no XML is a run of its own."""
    inner = f'<w:pStyle w:val="{style}"/>' if style else ""
    if num:
        inner += f'<w:numPr><w:ilvl w:val="{num[1]}"/><w:numId w:val="{num[0]}"/></w:numPr>'
    words = "".join(one if one.startswith("<") else r(one) for one in runs)
    return f"<w:p><w:pPr>{inner}{more}</w:pPr>{words}</w:p>"


def step(*runs: str, list: int = 1, level: int = 0) -> str:
    """A numbered paragraph."""
    return p(*runs, num=(list, level))


def heading(text: str, level: int = 1, bookmark: str = "") -> str:
    """A heading, perhaps with a place in it that links lead to."""
    start = f'<w:bookmarkStart w:id="1" w:name="{bookmark}"/>' if bookmark else ""
    return p(start + r(text), style=f"K{level}")


def link(place: str, text: str) -> str:
    """To a bookmark of the same document."""
    return f"<w:hyperlink w:anchor={quoteattr(place)}>{r(text)}</w:hyperlink>"


def field(instruction: str, text: str) -> str:
    """A field that shows a text."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{escape(instruction)}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r(text)}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def picture(id: str = "rIdP", words: str = "The screen") -> str:
    """A run that shows a picture."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr={quoteattr(words)}/>'
        f'<a:graphic><a:graphicData><a:blip r:embed="{id}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def cell(*paragraphs: str, wide: int = 1, merged: str = "") -> str:
    """A cell. `merged`: "restart" or "continue"."""
    span = f'<w:gridSpan w:val="{wide}"/>' if wide > 1 else ""
    down = f'<w:vMerge w:val="{merged}"/>' if merged else ""
    inner = "".join(one if one.startswith("<") else p(one) for one in paragraphs) or p()
    return f"<w:tc><w:tcPr>{span}{down}</w:tcPr>{inner}</w:tc>"


def table(*rows: str) -> str:
    """A table whose first row is its head."""
    lines = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    return f'<w:tbl><w:tblPr><w:tblLook w:firstRow="1"/></w:tblPr>{lines}</w:tbl>'


def png(width: int = 40, height: int = 20) -> bytes:
    """A grey picture of that size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def document(*body: str, notes: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """The file. `notes` are its footnotes; `more` are other parts, or others of these."""
    relations = {
        "rIdS": ("styles", "styles.xml", ""),
        "rIdN": ("numbering", "numbering.xml", ""),
        "rIdF": ("footnotes", "footnotes.xml", ""),
        "rIdP": ("image", "media/image1.png", ""),
        "rIdW": ("hyperlink", "https://rules.example/gifts", ' TargetMode="External"'),
        "rIdO": ("image", "http://127.0.0.1:9/outside.png", ' TargetMode="External"'),
    }
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": _relations({"rId1": ("officeDocument", "word/document.xml", "")}),
        "word/_rels/document.xml.rels": _relations(relations),
        "word/document.xml": _part("document", f"<w:body>{''.join(body)}</w:body>"),
        "word/styles.xml": _part("styles", STYLES),
        "word/numbering.xml": _part("numbering", NUMBERING),
        "word/footnotes.xml": _part("footnotes", notes),
        "word/media/image1.png": png(),
    }
    return zipped(parts | (more or {}))


def zipped(parts: dict[str, bytes]) -> bytes:
    """A zip of these."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in parts.items():
            archive.writestr(name, raw)
    return target.getvalue()


def _part(name: str, inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{name} {_SPACES}>{inner}</w:{name}>'.encode()


def _relations(known: dict[str, tuple[str, str, str]]) -> bytes:
    every = "".join(
        f'<Relationship Id="{id}" Type="{_OFFICE}/{kind}" Target="{target}"{mode}/>'
        for id, (kind, target, mode) in known.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{every}</Relationships>'.encode()
