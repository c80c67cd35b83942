"""An edit joined with what others changed since its base was read, and what no text may be."""

from __future__ import annotations

from kb.documents.document import parse
from kb.procedures.model import Severity
from kb.publishing.edits import Clash, Collision, UnusableEdit
from kb.publishing.three_way_merge import Stretch, clashes, merge, merged

LARGEST = 2_000_000  # bytes that an editor may save; larger files can be read


def joined(base: bytes, mine: bytes, theirs: bytes, path: str) -> bytes:
    """Both edits of `base` in one text. Raises Collision where they touch the same lines."""
    if theirs in (base, mine):
        return mine
    stretches = merge(base, mine, theirs)
    if not clashes(stretches):
        text = merged(stretches)
        if _errors(text, path) <= _errors(mine, path) | _errors(theirs, path):
            return text
        stretches = (Stretch(base, mine, theirs, clash=True),)
    raise Collision(Clash(base, mine, theirs, stretches))


def ensure_usable(text: bytes, base: bytes) -> None:
    """Raises UnusableEdit for a text that may not be saved, unless its base was so already."""
    if len(text) > LARGEST and len(text) > len(base):
        raise UnusableEdit(f"The text is too large; at most {LARGEST // 1_000_000} MB.", "body")
    if b"\0" in text and b"\0" not in base:
        raise UnusableEdit("The text has a NUL character in it; remove it.", "body")
    if _marks(text) > _marks(base):
        raise UnusableEdit(
            "The text has conflict marks (<<<<<<<) of git in it; decide and remove.", "body"
        )


def _errors(text: bytes, path: str) -> set[str]:
    faults = parse(text, path).faults
    return {fault.code for fault in faults if fault.severity is Severity.ERROR}


def _marks(text: bytes) -> int:
    starts = (b"<<<<<<< ", b">>>>>>> ")
    lines = text.splitlines()
    return min(sum(line.startswith(start) for line in lines) for start in starts)
