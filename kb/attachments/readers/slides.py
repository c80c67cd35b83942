"""The text of a presentation, slide by slide; hidden slides and notes say that they are."""

from __future__ import annotations

from collections.abc import Iterator

from kb.attachments.readers.package import Element, OfficePackage, attribute, child, local
from kb.attachments.readers.unreadable import damaged
from kb.procedures.model import TextPlace

_NO_TEXT = frozenset(("sldNum", "dt", "ftr", "hdr", "sldImg"))  # placeholders
_OFF = ("0", "false")


def places(package: OfficePackage) -> Iterator[TextPlace]:
    """A place a slide, and one for its notes. Raises UnreadableText."""
    main = package.main
    root = package.xml(main)
    if root is None:
        raise damaged()
    names = {id: name for id, _, name in package.related(main)}
    listed = child(root, "sldIdLst")
    for number, one in enumerate(listed if listed is not None else (), 1):
        # `id` is its number in the file; that of the relation has a namespace.
        relation = next((value for key, value in one.attrib.items() if key.endswith("}id")), "")
        yield from _slide(package, names.get(relation, ""), number)


def _slide(package: OfficePackage, name: str, number: int) -> Iterator[TextPlace]:
    root = package.xml(name)
    if root is None:
        return
    hidden = attribute(root, "show") in _OFF
    text, notes = list(_paragraphs(root)), list[str]()
    for _, kind, other in package.related(name):
        part = package.xml(other) if kind in ("diagramData", "notesSlide") else None
        if part is not None:
            (notes if kind == "notesSlide" else text).extend(_paragraphs(part))
    slide = f"hidden slide {number}" if hidden else f"slide {number}"
    yield TextPlace(slide, "\n".join(text))
    yield TextPlace(f"notes of {slide}", "\n".join(notes))


def _paragraphs(one: Element) -> Iterator[str]:
    for part in one:
        name = local(part.tag)
        if name == "p":
            yield from filter(str.strip, ["".join(_said(part))])
        elif name == "tr":
            cells = (" ".join(_paragraphs(cell)) for cell in part)
            yield from filter(str.strip, [" | ".join(filter(None, cells))])
        elif name != "Fallback" and not (name == "sp" and _is_no_text(part)):
            yield from _paragraphs(part)


def _said(one: Element) -> Iterator[str]:
    for part in one:
        name = local(part.tag)
        if name == "t":
            yield part.text or ""
        elif name == "br":
            yield "\n"
        else:
            yield from _said(part)


def _is_no_text(shape: Element) -> bool:
    place = child(shape, "nvSpPr", "nvPr", "ph")
    return place is not None and attribute(place, "type") in _NO_TEXT
