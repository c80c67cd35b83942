"""An SVG drawing made harmless: rebuilt from what only draws, so that nothing can run. Pure."""

from __future__ import annotations

import re
from xml.etree import ElementTree

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_DRAWING = frozenset(
    "circle clipPath defs desc ellipse feBlend feColorMatrix feComposite feFlood feGaussianBlur"
    " feMerge feMergeNode feOffset filter g image line linearGradient marker mask path pattern"
    " polygon polyline radialGradient rect stop svg switch symbol text textPath title tspan use"
    " view".split()
)
_DANGEROUS = re.compile(r"url\s*\(\s*['\"]?\s*(?!#)|expression|javascript:|@import", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_DEEPEST = 100


class NoDrawing(ValueError):
    """The bytes are no drawing that can be shown. Its text is a sentence."""


def harmless(raw: bytes) -> bytes:
    """The same drawing without scripts, links, styles from elsewhere. Raises NoDrawing."""
    if b"\0" in raw:
        raise NoDrawing("The drawing is not UTF-8.")  # what it declares could not be seen below
    if b"<!DOCTYPE" in raw.upper() or b"<!ENTITY" in raw.upper():
        raw = _without_doctype(raw)
    try:
        root = ElementTree.fromstring(raw)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise NoDrawing("The drawing is no well-formed SVG.") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise NoDrawing("The file is no SVG drawing.")
    kept = _kept(root, 0)
    # Only on the copy made for this: registering prefixes would change them for all.
    text = ElementTree.tostring(kept, encoding="unicode", default_namespace=None)
    return _own_prefixes(text).encode()


def _without_doctype(raw: bytes) -> bytes:
    """Drawing programs put a harmless document type there; one with entities is refused."""
    cleaned, found = re.subn(rb"<!DOCTYPE\s[^\[<>]*>", b"", raw, count=1, flags=re.IGNORECASE)
    if not found or b"<!DOCTYPE" in cleaned.upper() or b"<!ENTITY" in cleaned.upper():
        raise NoDrawing("The drawing defines entities, which is not allowed.")
    return cleaned


def _kept(element: ElementTree.Element, depth: int) -> ElementTree.Element:
    if depth > _DEEPEST:
        raise NoDrawing(f"The drawing is nested more than {_DEEPEST} deep.")
    made = ElementTree.Element(element.tag, dict(filter(_is_harmless, element.attrib.items())))
    made.text, made.tail = element.text, element.tail
    for child in element:
        if isinstance(child.tag, str) and _local(child.tag) in _DRAWING:
            made.append(_kept(child, depth + 1))
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + (child.tail or "")
        else:
            made.text = (made.text or "") + (child.tail or "")
    return made


def _local(tag: str) -> str | None:
    return tag.removeprefix(f"{{{_SVG}}}") if tag.startswith(f"{{{_SVG}}}") else None


def _is_harmless(attribute: tuple[str, str]) -> bool:
    name, value = attribute
    if name in ("href", f"{{{_XLINK}}}href"):
        return value.startswith("#") or _PICTURE.fullmatch(value) is not None
    if name.startswith("{"):
        return name == "{http://www.w3.org/XML/1998/namespace}space"
    return not name.lower().startswith("on") and not _DANGEROUS.search(value)


def _own_prefixes(text: str) -> str:
    """Names without a prefix, as browsers and people expect them."""
    found = re.search(rf'xmlns:(ns\d+)="{re.escape(_SVG)}"', text)
    if found is None:
        return text
    text = re.sub(rf"(</?){found[1]}:", r"\1", text)
    return text.replace(found[0], f'xmlns="{_SVG}"', 1)
