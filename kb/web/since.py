"""What has become of the passage that an item is about: maybe it is already fixed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from kb.content.differences import Difference, difference, lines
from kb.content.front_matter import parse
from kb.feedback.model import Item
from kb.procedures.model import Procedure
from kb.web.pages import parts

_LONGEST = 200_000  # characters of a text that is compared
_ALIKE = 0.5  # from which a line counts as what a passage became


@dataclass(frozen=True, slots=True)
class Since:
    """`found` is what differs; `gone`: the passage is not there any more.

    `from_commit` names the version then, where the history has it.
    """

    maybe_fixed: bool
    found: Difference | None = None
    gone: bool = False
    from_commit: str | None = None


def changed(item: Item, procedure: Procedure) -> Since | None:
    """What has changed since it was reported; None where the procedure is as it was then."""
    if item.version is None or item.version == procedure.version:
        return None
    then = parts().versions.at(procedure.id, item.version)
    from_commit = then.short if then is not None and not then.removed else None
    body = _body(procedure)
    if body is None or len(body) > _LONGEST:
        return Since(True, from_commit=from_commit)
    if item.passage.words:
        return _of_passage(item, body, procedure, from_commit)
    before = parts().history.blob(then.blob) if then is not None else None
    if before is None or len(before) > _LONGEST:
        return Since(True, from_commit=from_commit)
    old = parse(before, procedure.path).body
    return Since(old != body, difference(lines(old), lines(body)), from_commit=from_commit)


def _of_passage(item: Item, body: str, procedure: Procedure, from_commit: str | None) -> Since:
    words = _plain(item.passage.words)
    sections = parts().renderer.sections(body, procedure.title)
    whole = _plain("\n".join(f"{one.heading}\n{one.text}" for one in sections))
    if words in whole:
        return Since(False, from_commit=from_commit)
    here = next((one.text for one in sections if one.anchor == item.passage.anchor), None)
    if here is None:
        listed = [line for one in sections for line in one.text.splitlines()]
        here = _likest(words, listed)
    if here is None:
        return Since(True, gone=True, from_commit=from_commit)
    found = difference(lines(item.passage.words), lines(here))
    return Since(True, found, from_commit=from_commit)


def _likest(words: str, listed: list[str]) -> str | None:
    """The line that a step has become, if any looks like it."""
    alike = [(SequenceMatcher(None, words, _plain(line)).ratio(), line) for line in listed[:2_000]]
    best = max(alike, default=(0.0, ""))
    return best[1] if best[0] >= _ALIKE else None


def _plain(text: str) -> str:
    return " ".join(text.split())


def _body(procedure: Procedure) -> str | None:
    try:
        raw = parts().library.read(procedure.path)
    except OSError:
        return None
    return parse(raw, procedure.path).body
