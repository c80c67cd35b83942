"""Links between documents that came in together, and the files that they show. Pure but for files

that are there already, which it is told of.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote, unquote

from msgspec import Struct, field

from kb.documents.attachments import ATTACHED, BESIDE, UnusableAttachment, checked
from kb.documents.foreign.markdown_reading import relinked
from kb.documents.markdown.links import is_external
from kb.documents.text.plain_text import anchor, slug
from kb.importing.documents import ForeignPage
from kb.importing.pages.dialects import without_hex
from kb.importing.pages.drafting_pages import Origin
from kb.importing.pages.pictures import is_icon

_LARGEST = 15  # MB of a file beside
_LONGEST_STEM = 40
_DOCUMENTS = frozenset(BESIDE) - frozenset(ATTACHED)
_ARTICLE = re.compile(r"/articles/(\d+)|/solutions/articles/(\d+)")
_PAGES = (".md", ".markdown", ".html", ".htm")


class Linked(Struct):
    """A text with its links led on; `attached` are the files beside it, by their paths."""

    text: str
    attached: dict[str, bytes] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


class Destination(Struct, frozen=True):
    """A procedure that links may lead to."""

    origin: Origin
    path: str


class Links:
    """Of one file. `there` gives the bytes that stand at a path, None where nothing does."""

    def __init__(
        self,
        pages: Sequence[ForeignPage],
        files: Mapping[str, bytes],
        destinations: Iterable[Destination],
        there: Callable[[str], bytes | None],
    ) -> None:
        self._files = files
        self._there = there
        self._by_page: dict[str, list[Destination]] = {}
        for one in destinations:
            self._by_page.setdefault(one.origin.page, []).append(one)
        self._places: dict[str, str] = {}  # every way to write a place, with the page's name
        self._addresses: dict[str, str] = {}
        for page in pages:
            self._learn(page)
        self._stored = {_key(place): place for place in files}
        self._by_name: dict[str, list[str]] = {}
        for place in files:
            self._by_name.setdefault(_key(posixpath.basename(place)), []).append(place)
        self._given: dict[str, bytes] = {}
        self._used: set[str] = set()

    def linked(self, text: str, here: Destination) -> Linked:
        """The text as it must read at that path."""
        found = Linked(text)

        def change(target: str, picture: bool) -> str | None:
            return self._changed(target, picture, here, found)

        found.text = relinked(text, change)
        found.remarks = list(dict.fromkeys(found.remarks))
        return found

    def unused(self) -> Iterator[str]:
        """The files that nothing shows."""
        return (place for place in self._files if place not in self._used)

    def _learn(self, page: ForeignPage) -> None:
        place = page.place or page.name
        for written in (place, page.name):
            self._places.setdefault(_key(written), page.name)
            self._places.setdefault(_key(_stem(written)), page.name)
        for short in (posixpath.basename(_stem(place)), page.title):
            self._places.setdefault(f"\0{_key(short)}", page.name)
        for one in page.addresses:
            self._addresses.setdefault(_key(one.strip("/")), page.name)
            if found := _ARTICLE.search(one):
                self._addresses.setdefault(found[1] or found[2], page.name)

    def _changed(self, target: str, picture: bool, here: Destination, found: Linked) -> str | None:
        address, _, place = target.partition("#")
        if is_external(target) or target.startswith("//"):
            name = self._by_address(address)
            return self._to_page(name, place, here, found) if name else None
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target):
            return None
        if not address:
            return self._to_page(here.origin.page, place, here, found)
        path = unquote(address.partition("?")[0])
        if not picture and (name := self._page_at(path, here.origin.place)):
            return self._to_page(name, place, here, found)
        if stored := self._file_at(path, here.origin.place):
            return self._to_file(stored, picture, here, found)
        if (name := self._by_address(address)) or (name := self._page_at(path, here.origin.place)):
            return self._to_page(name, place, here, found)
        found.remarks.append(f"it leads to “{_short(target)}”, which did not come in")
        return ""

    def _by_address(self, address: str) -> str | None:
        if found := _ARTICLE.search(address):
            return self._addresses.get(found[1] or found[2])
        return self._addresses.get(_key(address.strip("/")))

    def _page_at(self, path: str, base: str) -> str | None:
        for way in _ways(path, base):
            if found := self._places.get(way) or self._places.get(_key(_stem(way))):
                return found
        return self._places.get(f"\0{_key(posixpath.basename(path))}") or self._places.get(
            f"\0{_key(_stem(posixpath.basename(path)))}"
        )

    def _file_at(self, path: str, base: str) -> str | None:
        for way in _ways(path, base):
            if found := self._stored.get(way):
                return found
        named = self._by_name.get(_key(posixpath.basename(path)), [])
        return named[0] if len(named) == 1 else None

    def _to_page(self, name: str, place: str, here: Destination, found: Linked) -> str | None:
        parts = self._by_page.get(name, [])
        wanted = [place, unquote(place), anchor(unquote(place))]
        own = [one for one in parts if one.path == here.path]
        for part in (*own, *parts):
            for each in wanted if place else ():
                if each in part.origin.names:
                    return _way(here.path, part.path, part.origin.names[each])
        if not parts:
            found.remarks.append(f"it leads to “{_short(name)}”, which does not come in")
            return ""
        if place:
            found.remarks.append(f"it leads to “#{_short(place)}”, a place that is not there")
        if name == here.origin.page and own:
            return "" if place else _way(here.path, here.path, "")
        return _way(here.path, parts[0].path, "")

    def _to_file(self, place: str, picture: bool, here: Destination, found: Linked) -> str:
        self._used.add(place)
        raw = self._files[place]
        if picture and is_icon(raw):
            return ""
        name = without_hex(posixpath.basename(place))
        try:
            name, raw = _storable(name, raw)
        except UnusableAttachment:
            found.remarks.append(f"the file “{name}” is of a kind that is not stored here")
            return ""
        path = self._free(here.path, name, raw)
        found.attached[path] = raw
        return quote(posixpath.basename(path))

    def _free(self, procedure: str, name: str, raw: bytes) -> str:
        """A path beside the procedure where nothing else stands."""
        folder, file = posixpath.split(procedure)
        stem = _stem(file)[:_LONGEST_STEM].strip("-")
        start, suffix = posixpath.splitext(posixpath.join(folder, f"{stem}-{name}"))
        path, nth = f"{start}{suffix}", 2
        while (there := self._given.get(path, self._there(path))) is not None and there != raw:
            path, nth = f"{start}-{nth}{suffix}", nth + 1
        self._given[path] = raw
        return path


def _storable(name: str, raw: bytes) -> tuple[str, bytes]:
    """A safe name, and the bytes as they may be stored. Raises UnusableAttachment."""
    stem, suffix = posixpath.splitext(name)
    if suffix.casefold() in _DOCUMENTS and raw.startswith(b"PK") and b"vbaProject" not in raw:
        if len(raw) > _LARGEST * 1_000_000:
            raise UnusableAttachment("too large")
        safe = slug(stem).encode("ascii", "ignore").decode()[:60].strip("-") or "document"
        return f"{safe}{suffix.casefold()}", raw
    file = checked(name, raw, _LARGEST)
    return file.name, file.raw


def _ways(path: str, base: str) -> Iterator[str]:
    """Where a link of the page at `base` may lead, as each wiki means it."""
    folder = posixpath.dirname(base)
    bare = path.lstrip("/")
    own = _stem(base)
    for way in (
        posixpath.join(folder, bare),
        posixpath.join(own, bare),
        bare,
        re.sub(r"(?:\A|/)a/(?=[^/]+\Z)", "/", bare).lstrip("/"),
    ):
        found = _key(posixpath.normpath(way))
        if not found.startswith(".."):
            yield found


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", without_hex(path)).casefold().strip("/ ")


def _stem(path: str) -> str:
    stem, suffix = posixpath.splitext(path)
    return stem if suffix.casefold() in _PAGES else path


def _way(base: str, path: str, place: str) -> str:
    if path == base and place:
        return f"#{quote(place)}"
    way = quote(posixpath.relpath(path, posixpath.dirname(base) or "."))
    return f"{way}#{quote(place)}" if place else way


def _short(target: str) -> str:
    target = unquote(target)
    return target if len(target) <= 80 else f"{target[:80]}…"
