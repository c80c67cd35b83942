"""The text of a cell as Markdown that shows what the cell shows: its steps as a list. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from kb.importing.sheets import Run

_NUMBERED = re.compile(
    r"\s*(?:(?:step|schritt|stap|étape|paso|passo)\s+)?\(?(\d{1,2})\s?[.):](?:\s+|(?=[^\W\d]))",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"\s*\(?([a-z])[.)]\s+")
_BULLET = re.compile(r"\s*[-–—•*·▪●○◦‣]\s+")
_INLINE = re.compile(r"(?<=[\s.;:])(?=\(?\d{1,2}[.)]\s)")
_SPECIAL = re.compile(r"([\\`*<]|\[(?=[^\]]*\])|(?<!\w)_|_(?!\w)|~~|&(?=#?\w+;))")
_AT_START = re.compile(r"\A(\s*)(#{1,6}(?=\s|$)|>|[-+](?=\s)|=+\s*$|-{3,}\s*$|:{3,}|\|)")
_NUMBER_AT_START = re.compile(r"\A(\s*\d{1,9})([.)])(?=\s|$)")


class TextStep(Struct, frozen=True, gc=False):
    """One step in Markdown, with what stands below it: lettered lines, bullets, more lines."""

    text: str
    below: tuple[str, ...] = ()


class TextBlocks(Struct, frozen=True, gc=False):
    """A text in Markdown: paragraphs, then steps, then paragraphs. `noticed` is for people."""

    before: tuple[str, ...] = ()
    steps: tuple[TextStep, ...] = ()
    after: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.before or self.steps or self.after)

    def markdown(self) -> str:
        """All of it, without a heading."""
        return "\n\n".join(filter(None, [*self.before, listed(self.steps), *self.after]))


def blocks(runs: Sequence[Run]) -> TextBlocks:
    """The text of a cell, with the steps that are numbered in it."""
    lines = [line for line in _lines(runs) if line.strip()]
    if len(lines) == 1 and re.match(r"\s*\(?1[.)]\s", lines[0]):
        lines = [part for part in _INLINE.split(lines[0]) if part.strip()]
    numbers = [_number(line) for line in lines]
    given = [number for number in numbers if number is not None]
    if not given or given[0] != 1 or (len(given) == 1 and len(lines) > 3):
        return TextBlocks(before=tuple(_paragraphs(lines)))
    first = numbers.index(1)
    last = max(nth for nth, number in enumerate(numbers) if number is not None)
    end = _end_of_item(lines, last)
    steps = tuple(_steps(lines[first:end]))
    noticed: tuple[str, ...] = ()
    if given != list(range(1, len(given) + 1)):
        told = ", ".join(map(str, given))
        noticed = (f"its steps were numbered {told}; they are now 1 to {len(given)}",)
    return TextBlocks(
        tuple(_paragraphs(lines[:first])), steps, tuple(_paragraphs(lines[end:])), noticed
    )


def step(runs: Sequence[Run]) -> TextStep | None:
    """The text of a column that is one step, without a number that it may begin with."""
    lines = [line for line in _lines(runs) if line.strip()]
    if not lines:
        return None
    numbered = _NUMBERED.match(lines[0])
    lines[0] = lines[0][numbered.end() :] if numbered else lines[0]
    return next(_steps([f"1. {lines[0]}", *lines[1:]]), None)


def listed(steps: Iterable[TextStep]) -> str:
    """The steps as a numbered list."""
    found = []
    for nth, one in enumerate(steps, 1):
        mark = f"{nth}. "
        indent = " " * len(mark)
        found.append("\n".join([mark + one.text, *(indent + line for line in one.below)]))
    return "\n".join(found)


def inline(text: str) -> str:
    """Plain text on one line as Markdown that shows it."""
    return _escaped_start(_escaped(" ".join(text.split())))


def _lines(runs: Sequence[Run]) -> list[str]:
    """Each line in Markdown; what looks like Markdown in the cell is shown as it stands there."""
    lines = [""]
    for run in runs:
        for nth, part in enumerate(run.text.split("\n")):
            if nth:
                lines.append("")
            lines[-1] += _emphasised(part) if run.bold else _escaped(part)
    return [line.rstrip() for line in lines]


def _emphasised(text: str) -> str:
    inner = text.strip()
    if not inner:
        return text
    start = text.index(inner)
    return f"{text[:start]}**{_escaped(inner)}**{text[start + len(inner) :]}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _escaped_start(line: str) -> str:
    line = _NUMBER_AT_START.sub(r"\1\\\2", line, count=1)
    return _AT_START.sub(r"\1\\\2", line, count=1)


def _number(line: str) -> int | None:
    found = _NUMBERED.match(_bare(line))
    return int(found[1]) if found else None


def _bare(line: str) -> str:
    return line.replace("**", "", 1) if line.lstrip().startswith("**") else line


def _end_of_item(lines: Sequence[str], last: int) -> int:
    """Behind the last step and what belongs to it: lines set in, letters, bullets."""
    end = last + 1
    while end < len(lines) and (
        lines[end][:1].isspace() or _LETTERED.match(lines[end]) or _BULLET.match(lines[end])
    ):
        end += 1
    return end


def _steps(lines: Sequence[str]) -> Iterator[TextStep]:
    text, below = "", list[str]()
    for line in lines:
        found = _NUMBERED.match(line)
        if found or _number(line) is not None:
            if text:
                yield TextStep(text, tuple(below))
            text, below = _without_number(line).strip(), []
        else:
            below += _below(line, first=not below)
    if text:
        yield TextStep(text, tuple(below))


def _without_number(line: str) -> str:
    found = _NUMBERED.match(line)
    if found:
        return line[found.end() :]
    bare = _bare(line)
    found = _NUMBERED.match(bare)
    return "**" + bare[found.end() :] if found else line


def _below(line: str, *, first: bool) -> list[str]:
    """A line below a step. Markdown has no letters: they stand as text in a list of bullets."""
    lettered, bullet = _LETTERED.match(line), _BULLET.match(line)
    if lettered:
        return [f"- {lettered[1]}) {line[lettered.end() :].strip()}"]
    if bullet or line.lstrip().startswith("\\*"):
        return [f"- {line[bullet.end() :].strip() if bullet else line.strip()[2:].strip()}"]
    text = _escaped_start(line.strip())
    return ["", text, ""] if not first else ["", text]


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Each line a paragraph; bullets that follow each other are one list."""
    bullets: list[str] = []
    for line in lines:
        bullet = _BULLET.match(line.replace("\\*", "*", 1))
        if bullet:
            bullets.append(f"- {line.replace(chr(92) + '*', '*', 1)[bullet.end() :].strip()}")
            continue
        if bullets:
            yield "\n".join(bullets)
            bullets = []
        yield _escaped_start(line.strip())
    if bullets:
        yield "\n".join(bullets)
