"""What of a document has no counterpart, as sentences for whoever brings it in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

_COUNTED = {
    "comment": ("1 comment is left out", "{} comments are left out"),
    "chart": ("1 chart is left out", "{} charts are left out"),
    "diagram": ("1 diagram is left out", "{} diagrams are left out"),
    "object": ("1 embedded object is left out", "{} embedded objects are left out"),
    "outside": (
        "1 picture stands on the web and was not fetched",
        "{} pictures stand on the web and were not fetched",
    ),
    "unshown": (
        "1 picture is of a kind that browsers do not show, and is left out",
        "{} pictures are of kinds that browsers do not show, and are left out",
    ),
    "embedded": ("1 document within it is left out", "{} documents within it are left out"),
}
_LONGEST = 80


class Noticing:
    """Gathers along one document."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._said: dict[str, None] = {}
        self._runs: dict[str, list[str]] = {"hidden": [], "struck": [], "deleted": []}

    def count(self, kind: str) -> None:
        """One more of that kind."""
        self._counts[kind] += 1

    def say(self, sentence: str) -> None:
        """Something that is said once."""
        self._said[sentence] = None

    def hidden(self, words: str) -> None:
        """Words that Word does not show."""
        self._keep("hidden", words)

    def struck(self, words: str) -> None:
        """Words with a line through them."""
        self._keep("struck", words)

    def taken_away(self, words: str) -> None:
        """What a tracked change took away."""
        self._counts["tracked"] += 1
        self._keep("deleted", words)

    def sentences(self) -> tuple[str, ...]:
        """All of it."""
        return tuple(self._sentences())

    def _keep(self, kind: str, words: str) -> None:
        if words:
            self._runs[kind].append(words)

    def _sentences(self) -> Iterator[str]:
        told = {
            "hidden": "hidden text is left out: {}",
            "struck": "struck-out text is left out: {}",
            "deleted": "tracked changes came in as accepted, without {}",
        }
        for kind, sentence in told.items():
            if words := self._runs[kind]:
                shown = ", ".join(f"“{_short(one)}”" for one in words[:5])
                more = f" and {len(words) - 5} more" if len(words) > 5 else ""
                yield sentence.format(shown + more)
        if self._counts["tracked"] and not self._runs["deleted"]:
            yield "tracked changes came in as accepted"
        if self._counts["contents"]:
            yield "the table of contents is left out"
        for kind, (one, many) in _COUNTED.items():
            if number := self._counts[kind]:
                yield one if number == 1 else many.format(number)
        yield from self._said


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rstrip()} …"
