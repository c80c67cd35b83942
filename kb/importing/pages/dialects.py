"""What Notion, Obsidian, Outline, Docmost and others write beside Markdown, as Markdown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.documents.foreign.code_apart import by_fence
from kb.importing.pages.alerts import KINDS, by_sign

_CALLOUT = re.compile(r"(\s*(?:>\s*)+)\[!([\w-]+)(?:\|[^\]]*)?\]([-+]?)\s*(.*)")
_OPENING = re.compile(r":{3,}\s*\{?\.?([a-z]+)\b.*", re.IGNORECASE)
_CLOSING = re.compile(r":{3,}\s*")
_ASIDE = re.compile(r"\s*<aside>\s*(.*)", re.IGNORECASE)
_END_OF_ASIDE = re.compile(r"(.*?)\s*</aside>\s*", re.IGNORECASE)
_COMMENT = re.compile(r"%%.*?%%", re.DOTALL)
_BLOCK_ID = re.compile(r"(?:(?<=\s)|\A)\^[A-Za-z0-9-]+\s*\Z")
_HIGHLIGHT = re.compile(r"==(?=\S)([^=\n]+?)(?<=\S)==")
_HEX = re.compile(r"[ _-]?(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])")
_TAGS_LINE = re.compile(r"(?:#[^\W\d][\w/-]*\s*)+\Z")


class Plainer:
    """Makes one text plainer; `noticed` says what was left out, `tags` are words found in it."""

    def __init__(self) -> None:
        self.noticed: list[str] = []
        self.tags: list[str] = []
        self._comments = 0

    def markdown(self, body: str) -> str:
        """The text in the Markdown that we read. Code stays as it is."""
        parts = [part if is_code else self._prose(part) for is_code, part in by_fence(body)]
        if self._comments:
            many = "1 comment is" if self._comments == 1 else f"{self._comments} comments are"
            self.noticed.append(f"{many} left out")
        return "\n".join(parts)

    def _prose(self, text: str) -> str:
        text, comments = _COMMENT.subn("", text)
        self._comments += comments
        return "\n".join(self._lines(text.split("\n")))

    def _lines(self, lines: list[str]) -> Iterator[str]:
        box: list[str] | None = None
        kind = ""
        for line in lines:
            if box is None:
                if found := _ASIDE.fullmatch(line):
                    box, kind = [], ""
                    line = found[1]
                elif (found := _OPENING.fullmatch(line.strip())) and found[1].casefold() in KINDS:
                    box, kind = [], KINDS[found[1].casefold()]
                    continue
                else:
                    yield from self._line(line)
                    continue
            ends = _END_OF_ASIDE.fullmatch(line)
            if ends or _CLOSING.fullmatch(line.strip()):
                yield from _quoted([*box, ends[1] if ends else ""], kind)
                box = None
            else:
                box.append(line)
        if box is not None:
            yield from _quoted(box, kind)

    def _line(self, line: str) -> Iterator[str]:
        if found := _CALLOUT.fullmatch(line):
            yield f"{found[1]}[!{KINDS.get(found[2].casefold(), 'NOTE')}]"
            if found[4]:
                yield f"{found[1]}**{found[4].strip()}**"
                yield found[1].rstrip()
            return
        if _TAGS_LINE.fullmatch(line.strip()) and not line.startswith("    "):
            self.tags += [word.lstrip("#") for word in line.split()]
            return
        if "==" in line:
            line = _HIGHLIGHT.sub(r"**\1**", line)
        yield _BLOCK_ID.sub("", line) if "^" in line else line


def _quoted(lines: list[str], kind: str) -> Iterator[str]:
    """A box as a quote. A sign that it begins with says its kind."""
    text = "\n".join(lines).strip()
    if not text:
        return
    told = by_sign(text)
    if told:
        text = re.sub(r"\A\W+?\ufe0f?\s+", "", text, count=1)
    yield ""
    yield f"> [!{kind or told or 'NOTE'}]"
    for line in text.split("\n"):
        yield f"> {line}".rstrip()
    yield ""


def without_hex(name: str) -> str:
    """A name without the 32 digits that Notion writes behind it."""
    return _HEX.sub("", name)
