"""Small rules of written text: tidy spaces, names made from paths, plain text from Markdown."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection
from hashlib import sha1

# Zero-width space, word joiner, BOM, soft hyphen, and the marks that turn the writing direction.
_INVISIBLE = re.compile(r"[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SPECIAL = re.compile(r"[\[\]*_`<&\\~!]")
_IMAGE_OR_LINK = re.compile(
    r"(?<!\\)!?(?<!\\)\[([^\[\]]*)\](?:\([^()\s]*(?:\s[^()]*)?\)|\[([^\[\]]*)\])?"
)
_ESCAPE_OR_EMPHASIS = re.compile(
    r"\\([!-/:-@\[-`{-~])|\*\*+|~~+"
    r"|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)"
)
# `[[Page]]`, `[[Page|words]]`, `![[picture.png]]`: (mark, target, words).
WIKI = re.compile(r"(?<!\\)(!?)\[\[([^\[\]|\n]{1,300})(?:\\?\|([^\[\]\n]{1,300}))?\]\]")
_BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"(?<!\\)</?[a-zA-Z][^<>]*>")
_AUTOLINK = re.compile(r"(?<!\\)<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>]+)>")


def without_controls(text: str) -> str:
    """The text without control characters; tab and line feed stay."""
    return _CONTROL.sub("", text)


def first_control(text: str) -> int:
    """Where the first control character stands, or -1."""
    found = _CONTROL.search(text)
    return found.start() if found else -1


def tidy(text: str) -> str:
    """One line: spaces of all kinds become single ones, invisible characters go."""
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def folded(text: str) -> str:
    """The form in which two spellings of the same words are equal."""
    return unicodedata.normalize("NFC", tidy(text)).casefold()


def blob_name(raw: bytes) -> str:
    """What git calls these bytes."""
    return sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()


def sortable(text: str) -> str:
    """The form by which titles are put in order: folded, without accents, leading quotes gone."""
    bare = folded(text)
    if not bare.isascii():
        decomposed = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.lstrip("\"'“”‘’«»„(¿¡ ") or bare


def slug(text: str) -> str:
    """Lower-case words joined by hyphens, as in an address; "" when there is no word."""
    return re.sub(r"[^\w]+|_+", "-", tidy(text).casefold()).strip("-")


def anchor(text: str) -> str:
    """The name of a heading in an address, made as GitHub makes it."""
    kept = re.sub(r"[^\w\- ]", "", tidy(text).lower())
    return kept.replace(" ", "-")


def readable(name: str) -> str:
    """A file's or folder's name as a title: "late-shipment" becomes "Late shipment"."""
    words = tidy(re.sub(r"[-_]+", " ", name))
    return words[:1].upper() + words[1:]


def plain(markdown: str, labels: Collection[str] = ()) -> str:
    """What a reader sees of a paragraph's Markdown. Close, and fast, rather than exact.

    `labels` are those, folded, that the text has link references for: only with them is
    `[label]` a link, otherwise its brackets belong to the text ("[Pull up Account]"). Those of
    footnotes are among them, as `^label`.
    """
    if not _SPECIAL.search(markdown):
        return html.unescape(markdown) if "&" in markdown else markdown
    pieces = []
    at = 0
    if "`" in markdown:
        for code in code_spans(markdown):
            pieces += [_unmarked(markdown[at : code[0]], labels), code[2]]
            at = code[1]
    return "".join([*pieces, _unmarked(markdown[at:], labels)])


def wiki_words(found: re.Match[str]) -> str:
    """The words that stand for a WIKI link: those given, else the page's name and heading."""
    words: str = found[3] or found[2].lstrip("#").replace("#", " › ")
    return words.strip()


def code_spans(markdown: str) -> list[tuple[int, int, str]]:
    """(start, end, what stands in it) of each piece of code within a paragraph."""
    spans = []
    at = 0
    closers: dict[str, int] = {}
    for opening in re.finditer(r"(?<!\\)`+", markdown):
        ticks = opening.group()
        if opening.start() < at or closers.get(ticks) == -1:
            continue
        closing = markdown.find(ticks, opening.end())
        closers[ticks] = closing
        if closing >= 0:
            at = closing + len(ticks)
            spans.append((opening.start(), at, markdown[opening.end() : closing]))
    return spans


def without(source: str, opening: str, closing: str, unclosed: bool = False) -> str:
    """`source` without what stands between the two (lower case), in one pass however many.

    What is opened and never closed stays, unless `unclosed`.
    """
    lower = source.lower()
    if len(lower) != len(source):  # a few letters grow when lowered, and places would shift
        lower = source
    kept: list[str] = []
    at = 0
    while (start := lower.find(opening, at)) >= 0:
        end = lower.find(closing, start)
        if end < 0:
            return "".join([*kept, source[at : start if unclosed else None]])
        kept.append(source[at:start])
        at = end + len(closing)
    return "".join([*kept, source[at:]])


def _unmarked(markdown: str, labels: Collection[str]) -> str:
    def label(found: re.Match[str]) -> str:
        whole = found.group()
        if whole.startswith("[^") and folded(found[1]) in labels:
            return ""
        if not whole.endswith(")") and folded(found[2] or found[1]) not in labels:
            return whole
        return found[1]

    text = markdown
    if "<" in text:
        text = _BREAK.sub(" ", without(text, "<!--", "-->"))
        text = _TAG.sub("", _AUTOLINK.sub(r"\1", text))
    if "[[" in text:
        text = WIKI.sub(wiki_words, text)
    if "[" in text:  # twice, as an image may stand within a link
        text = _IMAGE_OR_LINK.sub(label, _IMAGE_OR_LINK.sub(label, text))
    text = _ESCAPE_OR_EMPHASIS.sub(lambda found: found[1] or "", text)
    return html.unescape(text) if "&" in text else text
