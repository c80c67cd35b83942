"""Keywords that are probably one, spelt two ways: case, plural, hyphen, a letter. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz.distance import OSA

from kb.search.words.analysis import cut

SHORTEST = 6  # letters: in shorter ones another letter is another word
_LONGEST = 60


def spelt_alike(keywords: Sequence[str], stem: Callable[[str], str]) -> list[list[str]]:
    """Groups of two or more, in the order in which they were given."""
    by_key: dict[str, list[str]] = defaultdict(list)
    for keyword in keywords:
        by_key[_key(keyword, stem)].append(keyword)
    by_key.pop("", None)
    leaders = _joined(by_key, _slips(by_key))
    groups: dict[str, list[str]] = defaultdict(list)
    place = {keyword: nth for nth, keyword in enumerate(keywords)}
    for key, some in by_key.items():
        groups[leaders[key]] += some
    found = [sorted(set(some), key=place.__getitem__) for some in groups.values()]
    return [group for group in found if len(group) > 1]


def _key(keyword: str, stem: Callable[[str], str]) -> str:
    """The stems of its words without what stands between them; the category stays apart."""
    return ":".join(
        "".join(stem(word) for word in cut(part).words) for part in keyword.split(":", 1)
    ).strip(":")


def _slips(keys: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of long keys of letters alone that differ in one letter, or in two swapped ones.

    Two such keys have a form in common when one letter is left out of each or of either.
    """
    known = [key for key in keys if SHORTEST <= len(key) <= _LONGEST and not _has_digit(key)]
    forms: dict[str, list[str]] = defaultdict(list)
    for key in known:
        for form in {key, *(key[:n] + key[n + 1 :] for n in range(1, len(key)))}:
            forms[form].append(key)
    pairs = {
        (one, other)
        for some in forms.values()
        if len(some) > 1
        for one in some
        for other in some
        if one < other and one_slip(one, other)
    }
    return sorted(pairs)


def one_slip(one: str, other: str) -> bool:
    """Does a letter more, less or other, or two swapped, make one of the other?"""
    return OSA.distance(one, other, score_cutoff=1) == 1


def _joined(keys: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each key's leader: pairs that share a key are one group."""
    leader = {key: key for key in keys}

    def led(key: str) -> str:
        while leader[key] != key:
            key = leader[key]
        return key

    for one, other in pairs:
        leader[led(other)] = led(one)
    return {key: led(key) for key in leader}


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)
