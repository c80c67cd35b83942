"""Zip packages of office programs: their parts as XML, within bounds."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from kb.attachments.readers.unreadable import UnreadableText, damaged
from kb.zip_damage import ZIP_DAMAGE

LARGEST_UNPACKED = 100_000_000  # bytes of the parts of one file that are read
Element = ElementTree.Element


class OfficePackage:
    """A package whose parts unpack to what the zip says of them, and no more."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except ZIP_DAMAGE as error:
            raise damaged() from error
        self.names = frozenset(self._zip.namelist())
        self._left = LARGEST_UNPACKED

    def xml(self, name: str) -> Element | None:
        """The root of a part; None where there is none. Raises UnreadableText."""
        if name not in self.names:
            return None
        self._left -= self._zip.getinfo(name).file_size
        if self._left < 0:
            most = LARGEST_UNPACKED // 1_000_000
            raise UnreadableText(f"it unpacks to more than {most} MB of text", "part it")
        try:
            raw = self._zip.read(name)
            # No office program writes entities, nor the encodings in which they would hide.
            if b"<!DOCTYPE" in raw or b"\0" in raw:
                raise damaged()
            return ElementTree.fromstring(raw)
        except (*ZIP_DAMAGE, ElementTree.ParseError) as error:
            raise damaged() from error

    @property
    def main(self) -> str:
        """The part that the package is about: the document, presentation or workbook."""
        return next((name for _, kind, name in self.related("") if kind == "officeDocument"), "")

    def related(self, name: str) -> Iterator[tuple[str, str, str]]:
        """What a part refers to in the package: id, last word of the kind, and the part's name."""
        folder, own = posixpath.split(name)
        root = self.xml(f"{folder}/_rels/{own}.rels".lstrip("/"))
        for one in root if root is not None else ():
            target = one.get("Target", "")
            if one.get("TargetMode") != "External":
                path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                yield one.get("Id", ""), one.get("Type", "").rpartition("/")[2], path


def local(tag: object) -> str:
    """The name without its namespace: strict files and others have different ones."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(one: Element, name: str) -> str:
    """The attribute of that name, whatever its namespace; "" where there is none."""
    return next((value for key, value in one.attrib.items() if local(key) == name), "")


def child(one: Element | None, *names: str) -> Element | None:
    """The first child of that name, of that the first child of the next name, and so on."""
    for name in names:
        if one is None:
            return None
        one = next((each for each in one if local(each.tag) == name), None)
    return one
