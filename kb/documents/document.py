"""A file's bytes taken apart into front matter and body. Pure; whatever the bytes, never raises."""

from __future__ import annotations

import codecs
import hashlib
import re
from typing import Any

from frontmatter.default_handlers import YAMLHandler
from msgspec import Struct, field
from msgspec.structs import replace

from kb.documents.front_matter import FIELDS
from kb.documents.other_names import own_name, read_as_ours
from kb.documents.text.other_heads import OtherHead, other_head
from kb.documents.text.plain_text import first_control, without_controls
from kb.documents.text.yaml_reading import Loaded, YamlTrouble, load
from kb.documents.text.yaml_salvage import header_end, salvage
from kb.procedures.model import Fault, Severity

MAX_HEADER = 200_000
# The field's own idea of where front matter begins and ends, so that other tools agree with us.
_BOUNDARY: re.Pattern[str] = YAMLHandler.FM_BOUNDARY
_DOTS = re.compile(r"^\.\.\.\s*$", re.MULTILINE)  # as Pandoc may close it
_POINTER = "version https://git-lfs.github.com/spec/"


class Document(Struct, frozen=True):
    """A Markdown file as read.

    `meta` holds every key of the front matter; its scalars are str or None, never int or date.
    `lines` has the line of each key. `body_line` is the line at which `body` starts, from 1.
    `version` is 12 hex digits of the SHA-256 of the bytes.
    """

    path: str
    meta: dict[str, Any]
    body: str
    body_line: int
    version: str
    faults: tuple[Fault, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)
    language: str = "YAML"  # of the front matter


def parse(raw: bytes, path: str) -> Document:
    """Front matter and body of a file. What is broken is told in `faults`, the rest is kept."""
    faults: list[Fault] = []
    text = decoded(raw, path, faults)
    document = _split(text, path, faults)
    if text.startswith(_POINTER):
        problem = "this is a pointer of Git LFS, and the text is not here"
        faults.append(Fault(path, 1, "lfs-pointer", problem, 'fetch it with "git lfs pull"'))
    elif not text.strip():
        faults.append(Fault(path, 1, "empty", "the file is empty", "write it or remove it"))
    elif not document.body.strip():
        problem = "there is nothing below the front matter"
        remedy = "write the procedure below the second ---"
        faults.append(Fault(path, document.body_line, "no-text", problem, remedy, Severity.WARNING))
    version = hashlib.sha256(raw).hexdigest()[:12]
    return replace(document, version=version, faults=tuple(faults))


def unreadable(path: str, why: str) -> Document:
    """Stands for a file whose bytes could not be had, so that it does not vanish silently."""
    fault = Fault(path, 1, "unreadable", f"the file cannot be read: {why}", "see to its rights")
    return Document(path, {}, "", 1, "0" * 12, (fault,))


def decoded(raw: bytes, path: str, faults: list[Fault]) -> str:
    """The text of a file with line feeds only; what is not UTF-8 is read as Windows-1252.

    What is wrong with it is added to `faults`.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        problem = "the file is UTF-16, not UTF-8"
        faults.append(Fault(path, 1, "not-utf8", problem, "save it as UTF-8"))
        text = raw.decode("utf-16", "replace").replace("\r\n", "\n").replace("\r", "\n")
        return _without_controls(text, path, faults)
    raw = raw.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problem = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        faults.append(Fault(path, line, "not-utf8", problem, "save the file as UTF-8"))
        text = raw.decode("utf-8", "surrogateescape").translate(_windows_1252())
    return _without_controls(text, path, faults)


def _windows_1252() -> dict[int, str]:
    """What each byte that was no UTF-8 most likely meant: it comes from an older editor."""
    return {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(128, 256)}


def _without_controls(text: str, path: str, faults: list[Fault]) -> str:
    at = first_control(text)
    if at < 0:
        return text
    line = text[:at].count("\n") + 1
    problem = f"there is a control character (U+{ord(text[at]):04X}) in the text"
    faults.append(Fault(path, line, "control-character", problem, "remove it", Severity.WARNING))
    return without_controls(text)


def _split(text: str, path: str, faults: list[Fault]) -> Document:
    start = len(text) - len(text.lstrip())
    whole = Document(path, {}, text, 1, "")
    other = other_head(text)
    if other is not None:
        return _of_other_head(whole, other, faults)
    opening = _BOUNDARY.match(text, text.rfind("\n", 0, start) + 1)
    if opening is None:
        return whole
    first = opening.start() + text[opening.start() :].find("\n") + 1 or len(text)
    closing = _closing(text, first)
    header = text[first : closing.start()] if closing else ""
    first_line = text[:first].count("\n") + 1
    found = _closed(header, path, first_line, faults) if closing else None
    if closing and found:
        after = text.find("\n", closing.start())
        body_at = len(text) if after < 0 else after + 1
    else:
        body_at = first + header_end(text[first : first + MAX_HEADER])
        found = _unclosed(text[first:body_at], path, first_line, faults)
        if found is None:
            return whole
    if "\n" in text[:start]:
        problem = "there is a blank line before the front matter"
        remedy = "begin the file with ---, or other programs will not see it"
        faults.insert(0, Fault(path, 1, "blank-line", problem, remedy, Severity.WARNING))
    lines = {key: first_line - 1 + line for key, line in found.lines.items()}
    faults += _remarks(path, found, first_line)
    meta, lines = read_as_ours(found.value, lines)
    return replace(
        whole,
        meta=meta,
        body=text[body_at:],
        body_line=text[:body_at].count("\n") + 1,
        lines=lines,
    )


def _closing(text: str, first: int) -> re.Match[str] | None:
    """The line that ends the front matter: one of ---, or one of ... if all above it is YAML."""
    dots, closing = _DOTS.search(text, first), _BOUNDARY.search(text, first)
    if dots is None or (closing is not None and closing.start() < dots.start()):
        return closing
    above = text[first : dots.start()]
    return dots if header_end(above) >= len(above.rstrip()) else closing


def _of_other_head(whole: Document, head: OtherHead, faults: list[Fault]) -> Document:
    if head.problem:
        message = f"the front matter is broken: {head.problem}"
        remedy = f"fix it; it is {head.language}"
        faults.append(Fault(whole.path, head.line, "broken-yaml", message, remedy))
    meta, lines = read_as_ours(head.meta, head.lines)
    return replace(
        whole,
        meta=meta,
        body=whole.body[head.end :],
        body_line=whole.body[: head.end].count("\n") + 1,
        lines=lines,
        language=head.language,
    )


def _remarks(path: str, found: Loaded, first_line: int) -> list[Fault]:
    """What YAML takes for a remark within a field of ours is told: it may have been meant.

    "# like this" only behind words that people search by, where it is seldom a remark.
    """
    fields = ((own_name(name.partition(".")[0]), line, said) for name, line, said in found.remarks)
    return [
        remark_fault(path, first_line - 1 + line, said)
        for name, line, said in fields
        if name in FIELDS and (FIELDS[name].worded or is_glued(said))
    ]


def remarks(path: str, found: Loaded) -> list[Fault]:
    """The same in a file of settings, where "# like this" is a remark."""
    return [remark_fault(path, line, said) for _, line, said in found.remarks if is_glued(said)]


def is_glued(remark: str) -> bool:
    """`#3` is hardly ever a remark; `# see there` nearly always."""
    return not remark[1:2].isspace()


def remark_fault(path: str, line: int, remark: str) -> Fault:
    """Told where a value without quotes has a # in it."""
    message = f'"{remark[:60]}" is a remark for YAML, and no part of the value'
    remedy = "put the whole value in quotes, or the remark on a line of its own"
    return Fault(path, line, "yaml-remark", message, remedy, Severity.WARNING)


def _closed(header: str, path: str, first_line: int, faults: list[Fault]) -> Loaded | None:
    """What a header between two --- says, or None when it is no header but body text."""
    try:
        if len(header) > MAX_HEADER:
            raise YamlTrouble(1, f"more than {MAX_HEADER:,} characters", "close it with ---")
        loaded = load(header)
    except YamlTrouble as trouble:
        if header_end(header) < len(header.rstrip()):
            return None
        loaded, troubles = salvage(header, trouble)
        if not loaded.value:
            return None
        faults += [_broken(path, first_line, each) for each in troubles]
    else:
        if loaded.value is None:
            loaded.value = {}
        if not isinstance(loaded.value, dict):
            return None
    faults += [_repeated(path, key, first_line - 1 + line) for key, line in loaded.repeated]
    return loaded


def _unclosed(header: str, path: str, first_line: int, faults: list[Fault]) -> Loaded | None:
    loaded, troubles = salvage(header, None)
    if not loaded.value:
        return None  # a file that simply begins with a rule
    problem = "the front matter is never closed"
    line = first_line + header.rstrip().count("\n")
    remedy = "put --- on a line of its own below this one"
    faults.append(Fault(path, line, "never-closed", problem, remedy))
    faults += [_broken(path, first_line, each) for each in troubles]
    return loaded


def _broken(path: str, first_line: int, trouble: YamlTrouble) -> Fault:
    message = f"the front matter is broken: {trouble.problem}"
    return Fault(path, first_line - 1 + trouble.line, "broken-yaml", message, trouble.remedy)


def _repeated(path: str, key: str, line: int) -> Fault:
    message = f'the front matter says "{key}" twice and the last one counts'
    return Fault(path, line, "repeated-key", message, "remove one of the two")
