"""The difference between two texts: line by line or block by block, with the words marked. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from kb.storage.git.alignment import stretches

MOST_SHOWN = 2_000
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]|\s+")
_LONGEST = 20_000  # characters of two lines that are looked at closely
# Below this share of common words, two texts are told as one gone and another come.
_ALIKE = 0.4
# So many pairs are looked at for the likeliest; beyond, they are paired as they stand.
_MOST_PAIRS = 900
_AROUND = 3


class Piece(Struct, frozen=True):
    """A run of text. `changed` says that the other side lacks it; `style` is "", "strong" …"""

    text: str
    changed: bool = False
    style: str = ""


class Unit(Struct, frozen=True):
    """What is compared: a line of a file, or a block of a page.

    `kind` is "line", or "p", "li", "h1" to "h6", "row", "pre", "quote" or "picture". `mark` is what
    stands before it: a line's number, an item's "1." or "•". `depth` is how deep an item is nested.
    """

    kind: str
    pieces: tuple[Piece, ...]
    mark: str = ""
    depth: int = 0

    @property
    def text(self) -> str:
        """Its words, without marks."""
        return "".join(piece.text for piece in self.pieces)


class Pair(Struct, frozen=True):
    """What stands side by side. One is None where the other side has nothing there."""

    old: Unit | None
    new: Unit | None
    same: bool = False

    @property
    def shown(self) -> Unit:
        """The one that gives the pair its looks."""
        unit = self.new or self.old
        assert unit is not None
        return unit

    @property
    def together(self) -> tuple[tuple[str, Piece], ...]:
        """Both texts in one: each piece with "same", "del" or "ins"."""
        return tuple(_together(self.old, self.new))


class Run(Struct, frozen=True):
    """Pairs in a row. Of those that are `left_out` only the number matters: nothing changed."""

    pairs: tuple[Pair, ...]
    left_out: bool = False


class Difference(Struct, frozen=True):
    """Two texts against each other; `added` and `removed` count units.

    `cut` says that it goes on, longer than anybody would read.
    """

    runs: tuple[Run, ...]
    added: int
    removed: int
    cut: bool = False

    @property
    def none(self) -> bool:
        """Do they read the same?"""
        return not self.added and not self.removed


def lines(text: str) -> list[Unit]:
    """A file's text by lines."""
    listed = text.split("\n")
    if listed[-1] == "":
        listed.pop()
    return [Unit("line", (Piece(line),), str(number)) for number, line in enumerate(listed, 1)]


def difference(old: Sequence[Unit], new: Sequence[Unit], *, whole: bool = False) -> Difference:
    """The two against each other; `whole` keeps what is the same on both sides."""
    pairs: list[Pair] = []
    added = removed = changed = 0
    for stretch in stretches(_keys(old), _keys(new)):
        olds = old[stretch.old_start : stretch.old_end]
        news = new[stretch.new_start : stretch.new_end]
        if stretch.same:
            pairs += [Pair(one, other, True) for one, other in zip(olds, news, strict=True)]
        else:
            if changed < MOST_SHOWN:
                pairs += _paired(olds[:MOST_SHOWN], news[:MOST_SHOWN])
            changed += max(len(olds), len(news))
            added, removed = added + len(news), removed + len(olds)
    runs = [Run(tuple(pairs))] if whole else list(_runs(pairs))
    cut = _cut(runs)
    missing = len(cut) < len(runs) or cut[-1:] != runs[-1:] or changed > MOST_SHOWN
    return Difference(tuple(cut), added, removed, missing)


def _keys(units: Sequence[Unit]) -> list[Hashable]:
    """What makes two units the same: their numbers do not."""
    return [
        unit.text if unit.kind == "line" else (unit.kind, unit.pieces, unit.depth) for unit in units
    ]


def _paired(olds: Sequence[Unit], news: Sequence[Unit]) -> Iterator[Pair]:
    """What was changed against what it became; the rest gone or come."""
    at_old = at_new = 0
    for one, other in [*_likeliest(olds, news), (len(olds), len(news))]:
        yield from (Pair(_whole(unit), None) for unit in olds[at_old:one])
        yield from (Pair(None, _whole(unit)) for unit in news[at_new:other])
        if one < len(olds):
            yield Pair(*_worded(olds[one], news[other]))
        at_old, at_new = one + 1, other + 1


def _likeliest(olds: Sequence[Unit], news: Sequence[Unit]) -> list[tuple[int, int]]:
    """Which of the old became which of the new, both in their order."""
    if len(olds) * len(news) > _MOST_PAIRS:
        near = enumerate(zip(olds, news, strict=False))
        return [(at, at) for at, (old, new) in near if _likeness(old, new) >= _ALIKE]
    best = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    alike = [[_likeness(old, new) for new in news] for old in olds]
    for i in reversed(range(len(olds))):
        for j in reversed(range(len(news))):
            both = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    return list(_retraced(best, alike))


def _retraced(best: list[list[float]], alike: list[list[float]]) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < len(alike) and j < len(alike[i]):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            yield i, j
            i, j = i + 1, j + 1


def _likeness(old: Unit, new: Unit) -> float:
    """The share of words that they have in common, 0 to 1."""
    if old.kind != new.kind:
        return 0.0
    one, other = (Counter(_WORD.findall(unit.text[:_LONGEST])) for unit in (old, new))
    both = sum((one & other).values())
    return 2 * both / max(1, one.total() + other.total())


def _whole(unit: Unit) -> Unit:
    return replace(unit, pieces=tuple(replace(piece, changed=True) for piece in unit.pieces))


def _worded(old: Unit, new: Unit) -> tuple[Unit, Unit]:
    """The two with their differing words marked."""
    if len(old.text) + len(new.text) > _LONGEST:
        return _whole(old), _whole(new)
    olds, news = _tokens(old), _tokens(new)
    found = list(stretches(olds, news))
    marked: tuple[list[Piece], list[Piece]] = ([], [])
    for place, one in enumerate(found):
        inner = 0 < place < len(found) - 1
        blank = one.same and not any(p.text.strip() for p in olds[one.old_start : one.old_end])
        changed = not one.same or (blank and inner)  # "one two" is one change, not two
        marked[0].extend(replace(p, changed=changed) for p in olds[one.old_start : one.old_end])
        marked[1].extend(replace(p, changed=changed) for p in news[one.new_start : one.new_end])
    ours, theirs = (tuple(_joined(pieces)) for pieces in marked)
    return replace(old, pieces=ours), replace(new, pieces=theirs)


def _tokens(unit: Unit) -> list[Piece]:
    return [replace(p, text=word) for p in unit.pieces for word in _TOKEN.findall(p.text)]


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for (changed, style), run in groupby(pieces, key=lambda piece: (piece.changed, piece.style)):
        yield Piece("".join(piece.text for piece in run), changed, style)


def _together(old: Unit | None, new: Unit | None) -> Iterator[tuple[str, Piece]]:
    olds = list(old.pieces) if old else []
    news = list(new.pieces) if new else []
    while olds or news:
        if olds and (olds[0].changed or not news):
            yield "del", olds.pop(0)
        elif news and (news[0].changed or not olds):
            yield "ins", news.pop(0)
        else:
            length = min(len(olds[0].text), len(news[0].text))
            yield "same", replace(news[0], text=news[0].text[:length])
            for side in (olds, news):
                rest = side[0].text[length:]
                side[:1] = [replace(side[0], text=rest)] if rest else []


def _runs(pairs: Sequence[Pair]) -> Iterator[Run]:
    """What changed, with a little around it; the rest is left out."""
    near = bytearray(len(pairs))
    for place, pair in enumerate(pairs):
        if not pair.same:
            around = range(max(0, place - _AROUND), min(len(pairs), place + _AROUND + 1))
            near[around.start : around.stop] = b"\1" * len(around)
    for shown, run in groupby(range(len(pairs)), key=lambda place: near[place]):
        places = list(run)
        # One line that says "1 line left out" is no shorter than the line.
        left_out = not shown and len(places) > 1
        yield Run(tuple(pairs[places[0] : places[-1] + 1]), left_out)


def _cut(runs: Sequence[Run]) -> list[Run]:
    """As much as a browser bears."""
    kept: list[Run] = []
    room = MOST_SHOWN
    for run in runs:
        if room <= 0:
            break
        kept.append(run if run.left_out else Run(run.pairs[:room]))
        room -= 1 if run.left_out else len(run.pairs)
    return kept
