"""Zips of documents, zips within them too, unpacked in memory within bounds. Pure."""

from __future__ import annotations

import io
import posixpath
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from msgspec.structs import replace

from kb.importing.documents import Bundle, ForeignPage
from kb.importing.pages.contents import is_contents, repeated_titles
from kb.importing.pages.dialects import without_hex
from kb.importing.pages.helpdesk import helpdesk_bundle
from kb.importing.pages.markdown import markdown_page
from kb.importing.pages.portable import is_portable, portable_bundle
from kb.importing.pages.web import WebSource, as_bundle, web_source
from kb.importing.pages.word import word_page
from kb.importing.readers.packages import damaged
from kb.importing.readers.unreadable import UnreadableFile
from kb.zip_damage import ZIP_DAMAGE

MOST_UNPACKED = 250_000_000  # bytes, of all that stands in a zip and in those within it
_MOST_ENTRIES = 20_000
_LARGEST_PAGE = 10_000_000  # bytes
_DEEPEST = 3  # zips within one another
_MARKDOWN, _WEB, _WORD = (".md", ".markdown"), (".html", ".htm", ".xhtml"), (".docx", ".docm")
_TABLES = (".csv", ".tsv")
_UNSEEN = re.compile(r"(?:\A|/)(?:__MACOSX/|\.|thumbs\.db\Z|desktop\.ini\Z)", re.IGNORECASE)
_CLIMBING = re.compile(r"(?:\A|/)\.\.(?:/|\Z)|\A/|\A[A-Za-z]:")


def archive_bundle(name: str, raw: bytes) -> Bundle:
    """All documents in it, with the files beside them. Raises UnreadableFile."""
    files = dict(_unpacked(name, raw, [MOST_UNPACKED], 0))
    if is_portable(files):
        return portable_bundle(name, files)
    bundle = _read(name, files)
    if not bundle.pages:
        raise UnreadableFile(
            f"{name} is a zip without documents: it must hold Word documents (.docx), web pages "
            "(.html), Markdown (.md) or the JSON of a help centre."
        )
    return bundle


def _unpacked(name: str, raw: bytes, left: list[int], depth: int) -> Iterator[tuple[str, bytes]]:
    """Each file by its place. `left` are the bytes that may still come."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        entries = archive.infolist()
    except ZIP_DAMAGE as error:
        raise damaged(name) from error
    if len(entries) > _MOST_ENTRIES:
        raise UnreadableFile(
            f"{name} holds more than {_MOST_ENTRIES:,} files: bring it in in parts."
        )
    for entry in entries:
        place = _place(entry)
        if _CLIMBING.search(place):
            raise UnreadableFile(
                f"{name} holds names that lead out of it (“{place[:60]}”), which no wiki writes: "
                "unpack it, look at what it is, and bring in a zip of the documents."
            )
        if entry.is_dir() or _UNSEEN.search(place) or stat.S_ISLNK(entry.external_attr >> 16):
            continue
        if entry.flag_bits & 1:
            raise UnreadableFile(f"{name} is protected by a password: save it without one.")
        left[0] -= entry.file_size
        if left[0] < 0:
            raise UnreadableFile(
                f"{name} unpacks to more than {MOST_UNPACKED // 1_000_000} MB: bring it in in "
                "parts, or without its films and pictures."
            )
        inner = _bytes_of(archive, entry, name)
        if place.casefold().endswith(".zip") and inner.startswith(b"PK") and depth < _DEEPEST:
            yield from _unpacked(name, inner, left, depth + 1)
        else:
            yield place, inner


def _bytes_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    try:
        return archive.read(entry)
    except ZIP_DAMAGE as error:
        raise damaged(name) from error


def _place(entry: zipfile.ZipInfo) -> str:
    """Its name: UTF-8 also where no flag says so, as macOS writes it; with slashes."""
    written = entry.filename
    if not entry.flag_bits & 0x800:
        with suppress(UnicodeEncodeError, UnicodeDecodeError):
            written = written.encode("cp437").decode("utf-8")
    name = unicodedata.normalize("NFC", written.replace("\\", "/"))
    return posixpath.normpath(name) if name.startswith("./") else name


def _read(name: str, files: dict[str, bytes]) -> Bundle:
    """Its pages. Beside pages of a wiki, Word documents are what those lead to."""
    left: list[tuple[str, str]] = []
    pages = _wiki_pages(files, left)
    if pages.pages:
        return replace(pages, left=tuple(left))
    found, kept = list[ForeignPage](), dict[str, bytes]()
    for place, raw in files.items():
        ending = _ending(place)
        if ending in _WORD or ending == ".json":
            read = word_page if ending in _WORD else helpdesk_bundle
            for bundle in _tried(read, place, raw, left):
                found += bundle.pages
                kept |= bundle.files
        else:
            kept[place] = raw
    return Bundle(tuple(_named_once(found)), kept, tuple(left))


def _wiki_pages(files: Mapping[str, bytes], left: list[tuple[str, str]]) -> Bundle:
    """Markdown and web pages, and all that is beside them."""
    pages, web = list[ForeignPage](), list[WebSource]()
    kept: dict[str, bytes] = {}
    for place, raw in files.items():
        ending = _ending(place)
        if ending in _WEB:
            source = web_source(place, raw[:_LARGEST_PAGE])
            if is_contents(place, source.body):
                left.append((place, "it is a list of the other pages"))
            else:
                web.append(source)
        elif ending in _MARKDOWN:
            pages.append(replace(markdown_page(place, raw[:_LARGEST_PAGE]), place=place))
        else:
            kept[place] = raw
    bundle = as_bundle(web)
    pages += bundle.pages
    titles = {page.title for page in pages}
    for place in [one for one in kept if _ending(one) in _TABLES]:
        if repeated_titles(kept[place], titles):
            left.append((without_hex(place), "it repeats the pages"))
            del kept[place]
    return Bundle(tuple(_named_once(pages)), {**kept, **bundle.files})


def _ending(place: str) -> str:
    return posixpath.splitext(place)[1].casefold()


def _tried(
    read: Callable[[str, bytes], Bundle], place: str, raw: bytes, left: list[tuple[str, str]]
) -> Iterator[Bundle]:
    """One bad document does not keep the others out."""
    try:
        yield read(place, raw)
    except UnreadableFile as reason:
        left.append((place, str(reason).removeprefix(place).strip().rstrip(".")))


def _named_once(pages: Iterable[ForeignPage]) -> Iterator[ForeignPage]:
    """Without Notion's digits, and no name twice."""
    used: set[str] = set()
    for page in pages:
        name = clean = without_hex(page.name)
        nth = 2
        while name in used:
            name, nth = f"{clean} ({nth})", nth + 1
        used.add(name)
        yield replace(page, name=name, place=page.place or page.name)
