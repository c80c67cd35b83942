"""The parts of a Word document: XML with short names, read within bounds. Pure."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from functools import cache
from xml.etree import ElementTree

from msgspec import Struct

from kb.zip_damage import ZIP_DAMAGE

Xml = ElementTree.Element
_DEEPEST = 300
_MOST = 40_000_000  # bytes of one part
_OFFICE = ("schemas.openxmlformats.org", "purl.oclc.org", "schemas.microsoft.com")
_SHORT = (
    ("wordprocessingml", "w"),
    ("wordml", "w14"),
    ("officeDocument/2006/math", "m"),
    ("officeDocument", "r"),
    ("package/2006/relationships", "rel"),
    ("wordprocessingDrawing", "wp"),
    ("wordprocessingShape", "wps"),
    ("markup-compatibility", "mc"),
    ("drawingml", "a"),
    ("metadata/core-properties", "cp"),
)


class NotReadable(ValueError):
    """It is damaged, or no document that a word processor writes."""


class WordParts:
    """The zip, looked into by the names of its parts."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except ZIP_DAMAGE as error:
            raise NotReadable from error
        self.names = frozenset(self._zip.namelist())
        office = [r for r in self.relations("").values() if r.kind == "officeDocument"]
        self.main = office[0].target if office else "word/document.xml"

    def bytes_of(self, name: str) -> bytes:
        """One part. Raises NotReadable."""
        try:
            if self._zip.getinfo(name).file_size > _MOST:
                raise NotReadable
            return self._zip.read(name)
        except ZIP_DAMAGE as error:
            raise NotReadable from error

    def xml(self, name: str) -> Xml | None:
        """One part as XML; None where there is none. Raises NotReadable."""
        if name not in self.names:
            return None
        parser = ElementTree.XMLParser(target=_Builder())
        try:
            parser.feed(self.bytes_of(name))
            found: Xml = parser.close()
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise NotReadable from error
        return found

    def relations(self, part: str) -> dict[str, Relation]:
        """Where a part's ids lead, by id; "" is the whole package."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for one in root if root is not None else ():
            outside = one.get("TargetMode") == "External"
            target = one.get("Target", "")
            if not outside:
                target = posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
            kind = one.get("Type", "").rpartition("/")[2]
            found[one.get("Id", "")] = Relation(kind, target, outside)
        return found

    def beside_main(self, kind: str) -> Xml | None:
        """The part of that kind which the main part names."""
        for one in self.relations(self.main).values():
            if one.kind == kind and not one.outside:
                return self.xml(one.target)
        return None


class Relation(Struct, frozen=True):
    """Where an id leads: a part, or an address outside."""

    kind: str
    target: str
    outside: bool


class _Builder(ElementTree.TreeBuilder):
    """Short names for long ones; declarations of a kind that no office program writes stop it."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Xml:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError
        return super().start(_short(tag), {_short(name): value for name, value in attrs.items()})

    def end(self, tag: str) -> Xml:
        self._depth -= 1
        return super().end(_short(tag))

    def doctype(self, *_: object) -> None:
        raise ValueError


@cache
def _short(name: str) -> str:
    if not name.startswith("{"):
        return name
    space, _, local = name[1:].partition("}")
    if any(part in space for part in _OFFICE):
        for part, short in _SHORT:
            if part in space:
                return f"{short}_{local}"
    if "purl.org/dc/elements" in space:
        return f"dc_{local}"
    return f"x_{local}"


def value(parent: Xml | None, path: str, attribute: str = "w_val") -> str | None:
    """An attribute of what stands there; None where it does not."""
    found = parent.find(path) if parent is not None else None
    return None if found is None else found.get(attribute, "")


def is_on(parent: Xml | None, path: str) -> bool | None:
    """A switch: on, off, or None where it is not named."""
    found = value(parent, path)
    return None if found is None else found not in ("0", "false", "off", "none")


def number(written: str | None, default: int = 0) -> int:
    """A whole number of few digits."""
    return int(written) if written and re.fullmatch(r"-?\d{1,6}", written) else default
