"""What has become of the passage that an item is about: maybe it is already fixed."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from kb.documents.document import parse
from kb.feedback.model import Item, Passage
from kb.procedures.model import Procedure
from kb.versions.differences import Difference, difference, lines
from kb.web.documents.passages import passages_of
from kb.web.documents.read_version import page_of
from kb.web.site.pages import parts

_LONGEST = 200_000  # characters of a text that is compared
_ALIKE = 0.5  # share of common words from which a passage counts as what another became


class Since(Struct, frozen=True):
    """`found` is what differs; `gone`: the passage no longer exists.

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
    if item.passage.words:
        return _of_passage(item, procedure, from_commit)
    body = _body(procedure)
    if body is None or len(body) > _LONGEST:
        return Since(True, from_commit=from_commit)
    before = parts().storage.history.blob(then.blob) if then is not None else None
    if before is None or len(before) > _LONGEST:
        return Since(True, from_commit=from_commit)
    old = parse(before, procedure.path).body
    return Since(old != body, difference(lines(old), lines(body)), from_commit=from_commit)


def _of_passage(item: Item, procedure: Procedure, from_commit: str | None) -> Since:
    """Its words then against those that stand there now, wherever they went on the page."""
    page, words = page_of(procedure), item.passage.words
    now_there = passages_of(page) if page else []
    if any(one.words == words for one in now_there):
        return Since(False, from_commit=from_commit)
    here = _become(item, [one for one in now_there if one.about is item.passage.about])
    if here is None:
        return Since(True, gone=True, from_commit=from_commit)
    return Since(True, difference(lines(words), lines(here.words)), from_commit=from_commit)


def _become(item: Item, listed: list[Passage]) -> Passage | None:
    """The passage of that name, unless another looks more like it: steps move."""
    alike = [(_likeness(item.passage.words, one.words), one) for one in listed[:500]]
    best = max(alike, key=lambda each: each[0], default=None)
    if best is not None and best[0] >= _ALIKE:
        return best[1]
    return next((one for one in listed if one.anchor == item.passage.anchor), None)


def _likeness(some: str, other: str) -> float:
    """The share of words that they have in common, 0 to 1."""
    one, another = (Counter(text.split()) for text in (some, other))
    return 2 * (one & another).total() / max(1, one.total() + another.total())


def _body(procedure: Procedure) -> str | None:
    try:
        raw = parts().storage.library.read(procedure.path)
    except OSError:
        return None
    return parse(raw, procedure.path).body
