"""Links in a file's source written anew when a procedure moves; every other byte stays. Pure."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote

from msgspec import Struct

from kb.documents.document import parse
from kb.documents.front_matter import FIELDS
from kb.documents.markdown.links import MARKDOWN_SUFFIXES, candidates, is_local
from kb.documents.markdown.outline import Outline
from kb.documents.source.amending import amend
from kb.documents.text.values import texts

_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_WRITTEN = re.compile(
    rb"""(?P<before>\]\(\s*<|\]\(\s*|\]:\s*<|\]:\s*|\b(?:href|src)\s*=\s*["']?)"""
    rb"""(?P<target>(?<=<)[^<>\r\n]+|[^\s<>()"']+(?:\([^\s<>()"']*\)[^\s<>()"']*)*)""",
    re.IGNORECASE,
)
_INDEXES = ("index.md", "readme.md")

Exists = Callable[[str], bool]


class Move(Struct, frozen=True):
    """A file's old and new path."""

    old: str
    new: str

    def of(self, path: str) -> str:
        """Where what was at `path` is afterwards."""
        return self.new if path == self.old else path


def relinked(raw: bytes, base: str, move: Move, exists: Exists) -> bytes:
    """The source of the file at `base` (its path before) as it must read after the move.

    `exists` tells whether there was a file at a path before. Raises NotAmendable where
    front matter with a link in it cannot be changed.
    """
    raw = _body_relinked(raw, base, move, exists)
    document = parse(raw, base)
    changes: dict[str, str | int | list[str] | None] = {}
    for field in (one for one in FIELDS.values() if one.links):
        try:
            written = list(texts(document.meta.get(field.name)))
        except ValueError:
            continue
        new = [_target(each, base, move, exists, in_markdown=False) or each for each in written]
        if new != written:
            changes[field.name] = new if field.several else new[0]
    return amend(raw, changes) if changes else raw


def mentions(targets: Iterable[str], base: str, path: str) -> bool:
    """May one of these links in the file `base` lead to `path`?"""
    stem = posixpath.splitext(posixpath.basename(path))[0].casefold()
    anywhere = f"{stem}.md" in _INDEXES
    return any(
        path in candidates(target, base)
        for target in targets
        if anywhere or stem in unquote(target).casefold()
    )


def _body_relinked(raw: bytes, base: str, move: Move, exists: Exists) -> bytes:
    document = parse(raw, base)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw  # UTF-16 has its fault already
    known: dict[int, set[tuple[str, ...]]] = {}
    for link in Outline(document.body).links():
        at = document.body_line - 1 + link.line
        known.setdefault(at, set()).add(candidates(link.target, base))
    lines: list[bytes] = _LINES.findall(raw)
    for number, meant in known.items():
        if number <= len(lines):
            lines[number - 1] = _line(lines[number - 1], base, move, exists, meant)
    return b"".join(lines)


def _line(line: bytes, base: str, move: Move, exists: Exists, meant: set[tuple[str, ...]]) -> bytes:
    def written(found: re.Match[bytes]) -> bytes:
        target = html.unescape(found["target"].decode("utf-8", "surrogateescape"))
        if candidates(target, base) not in meant:
            return found[0]
        new = _target(target, base, move, exists, in_markdown=True)
        return found["before"] + new.encode("utf-8", "surrogateescape") if new else found[0]

    return _WRITTEN.sub(written, line)


def _target(target: str, base: str, move: Move, exists: Exists, *, in_markdown: bool) -> str | None:
    """The link as it must be written afterwards; None where it can stay."""
    if not is_local(target):
        return None
    path = next((each for each in candidates(target, base) if exists(each)), None)
    if path is None:
        return None
    moved_base, new = move.of(base), move.of(path)
    if new == path and (moved_base == base or target.startswith("/")):
        return None
    if new == path and next(iter(_existing(target, moved_base, move, exists)), None) == path:
        return None
    mark = re.search(r"[?#]", target)
    tail = target[mark.start() :] if mark else ""
    for way in _ways(target[: len(target) - len(tail)], moved_base, new):
        shown = quote(way, safe="/-._~!$&'*+,;=:@") if in_markdown else way
        if next(iter(_existing(shown, moved_base, move, exists)), None) == new:
            return shown + tail
    return None


def _existing(target: str, base: str, move: Move, exists: Exists) -> list[str]:
    """What a link would lead to afterwards."""
    return [
        each
        for each in candidates(target, base)
        if each == move.new or (each != move.old and exists(each))
    ]


def _ways(written: str, base: str, path: str) -> list[str]:
    """Spellings of the way from `base` to `path`, first the one most like what was written."""
    folder = posixpath.dirname(base)
    way = f"/{path}" if written.startswith("/") else posixpath.relpath(path, folder or ".")
    if written.startswith("./"):
        way = f"./{way}" if not way.startswith("../") else way
    if written.casefold().endswith(MARKDOWN_SUFFIXES) or not path.endswith(".md"):
        return [way]
    bare = way.removesuffix(".md")
    if posixpath.basename(path).casefold() in _INDEXES:
        bare = posixpath.dirname(bare) or "."
    return [f"{bare}/" if written.endswith("/") else bare, way]
