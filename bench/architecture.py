"""`python -m bench.architecture`: draws docs/architecture.svg from the contract and the imports.

One box a package, or a few small ones; one floor a layer of the contract in pyproject.toml. An
arrow is an import; those that follow from others are left out. The walks are the page's.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "architecture.svg"
PAGE = PICTURE.with_suffix(".md")
# What shares a box, so that an eye follows the picture; it stands on the floor of the last one.
TOGETHER = (
    "app assembly",
    "cli web",
    "condition jobs parts",
    "attachments reminders",
    "approval importing exporting",
    "reviews tidying",
    "insight notices",
    "delivery must_reads backup",
)
GROUND = "procedures"  # all below it are one box: they know nothing of the rest
# Where it is not in the middle of its floor: boxes to the right of the picture's middle.
COLUMN = {
    "attachments": -1.5,
    "departments": -0.5,
    "approval": -1.5,
    "reviews": -0.5,
    "publishing": -1,
    "feedback": 1,
}
COLUMN |= {"database": 1}
HOLDS = {
    "app": "build all; nobody imports them",
    "cli": "commands; pages, API: all HTTP",
    "parts": "what pages and commands use",
    "attachments": "what files say; what is late",
    "departments": "how each of them stands",
    "approval": "what waits, comes in, goes out",
    "reviews": "still right? what is wrong?",
    "publishing": "an edit on its way in",
    "feedback": "votes, questions, the inbox",
    "versions": "the history, read",
    "delivery": "mail, must-reads, backups",
    "catalogue": "what there is, as rows",
    "storage": "files and git, as one",
    "people": "who, and who may what",
    "documents": "Markdown, YAML: text only",
    "search": "words, index, ranking",
    "insight": "the search log; whom to tell",
    "database": "engine, tables, migrations",
    "procedures": "what a procedure is",
    "process_pool": "know nothing of the rest",
}
WIDE, HIGH, ACROSS, DOWN, EDGE = 224, 50, 26, 38, 20


@dataclass(frozen=True, slots=True)
class Box:
    """Some packages of one floor, and the middle of their box."""

    names: tuple[str, ...]
    x: float
    y: float


def floors() -> list[list[tuple[str, ...]]]:
    """The layers from the top, each as its boxes."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers: list[str] = written["tool"]["importlinter"]["contracts"][0]["layers"]
    found = [[name.removeprefix("kb.") for name in layer.split(" | ")] for layer in layers]
    under = next(nth for nth, floor in enumerate(found) if GROUND in floor) + 1
    there = {name for floor in found for name in floor}
    boxes = [tuple(name for name in names.split() if name in there) for names in TOGETHER]
    together = {name: box for box in boxes for name in box}
    above = [
        [box for name in floor if (box := together.get(name, (name,)))[-1] == name]
        for floor in found[:under]
    ]
    ground = tuple(name for floor in found[under:] for name in floor)
    return [floor for floor in above if floor] + [[ground]]


def imports() -> dict[str, set[str]]:
    """Which packages each package imports; modules beside them count as packages."""
    found: dict[str, set[str]] = {}
    for module in sorted((ROOT / "kb").rglob("*.py")):
        package = module.relative_to(ROOT / "kb").with_suffix("").parts[0]
        tree = ast.parse(module.read_text(encoding="utf-8"))
        found.setdefault(package, set()).update(_imported(tree))
    return {name: packages - {name} for name, packages in found.items()}


def _imported(tree: ast.Module) -> Iterator[str]:
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom) and one.module == "kb":
            yield from (name.name for name in one.names)
        elif isinstance(one, ast.ImportFrom) and (one.module or "").startswith("kb."):
            yield (one.module or "").split(".")[1]


def walks() -> dict[str, set[str]]:
    """The walks of the page, "query" and so on, and the packages that each comes through."""
    chapter = PAGE.read_text(encoding="utf-8").partition("## Four walks")[2].partition("\n## ")[0]
    sections = re.split(r"^### An? (\w+)$", chapter, flags=re.M)[1:]
    return {
        name: set(re.findall(r"`kb/(\w+)", steps))
        for name, steps in zip(sections[::2], sections[1::2], strict=True)
    }


def placed() -> list[Box]:
    """All boxes, from the top; each floor in the middle of the picture but for COLUMN."""
    step = WIDE + ACROSS
    return [
        Box(
            names,
            EDGE + WIDE / 2 + step * (1.5 + COLUMN.get(names[0], nth - (len(floor) - 1) / 2)),
            _height(row),
        )
        for row, floor in enumerate(floors())
        for nth, names in enumerate(floor)
    ]


def _height(row: int) -> float:
    return EDGE + HIGH / 2 + row * (HIGH + DOWN)


def arrows(boxes: list[Box]) -> list[tuple[Box, Box]]:
    """From each box to those it imports, but not where another of them does so already."""
    imported, home = imports(), {name: box for box in boxes for name in box.names}
    needs = {
        box: {home[to] for name in box.names for to in imported[name] if to in home} - {box}
        for box in boxes
    }
    below: dict[Box, set[Box]] = {}
    for box in reversed(boxes):
        below[box] = needs[box].union(*(below[to] for to in needs[box]))
    return [
        (box, to)
        for box in boxes
        for to in sorted(needs[box], key=boxes.index)
        if not any(to in below[other] for other in needs[box])
    ]


def drawing() -> str:
    """The picture as SVG, the same for the same code."""
    boxes = placed()
    right = max(box.x + _width(box) / 2 for box in boxes) + EDGE
    bottom = boxes[-1].y + HIGH / 2 + EDGE + 30
    lines = [_line(box, to) for box, to in arrows(boxes)]
    parts = [*lines, *(_box(box) for box in boxes), _legend(bottom - 22)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right:.0f} {bottom:.0f}"'
        f' width="{right:.0f}" height="{bottom:.0f}" role="img"'
        ' aria-label="The packages of kb, floor above floor; imports run down.">\n'
        f"<style>{STYLE}</style>\n" + _HEAD + "\n".join(parts) + "\n</svg>\n"
    )


def _line(box: Box, to: Box) -> str:
    top, end = box.y + HIGH / 2, to.y - HIGH / 2 - 5
    bend = min(DOWN, (end - top) / 2 + 8)
    return (
        f'<path class="arrow" d="M{box.x:.0f} {top:.0f} C{box.x:.0f} {top + bend:.0f}'
        f' {to.x:.0f} {end - bend:.0f} {to.x:.0f} {end:.0f}"/>'
    )


def _width(box: Box) -> int:
    """The ground carries all others."""
    return WIDE if len(box.names) <= 3 else WIDE + 5 * (WIDE + ACROSS) // 2


def _box(box: Box) -> str:
    wide = _width(box)
    left, top = box.x - wide / 2, box.y - HIGH / 2
    name = " · ".join(box.names)
    holds = next(HOLDS[name] for name in box.names if name in HOLDS)
    passing = [walk for walk, packages in walks().items() if packages & set(box.names)]
    dots = "".join(
        f'<circle class="{walk}" cx="{left + wide - 12 - 13 * nth:.0f}" cy="{top:.0f}" r="6"/>'
        for nth, walk in enumerate(reversed(passing))
    )
    return (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{wide}" height="{HIGH}" rx="8"/>'
        f'<text class="name" x="{box.x:.0f}" y="{box.y - 4:.0f}">{escape(name)}</text>'
        f'<text x="{box.x:.0f}" y="{box.y + 15:.0f}">{escape(holds)}</text>{dots}'
    )


def _legend(y: float) -> str:
    return "".join(
        f'<circle class="{walk}" cx="{EDGE + 8 + 120 * nth}" cy="{y:.0f}" r="6"/>'
        f'<text class="key" x="{EDGE + 20 + 120 * nth}" y="{y + 5:.0f}">{walk}</text>'
        for nth, walk in enumerate(walks())
    )


STYLE = """
svg { background: #fff; font: 13px system-ui, sans-serif; text-anchor: middle; fill: #33404d }
rect { fill: #f3f6f9; stroke: #7a8896 } .name { font-size: 15px; font-weight: 600; fill: #10202f }
.arrow { fill: none; stroke: #9aa7b3; stroke-width: 1.3; marker-end: url(#head) }
#head path { fill: #9aa7b3 } .key { text-anchor: start }
.query { fill: #1769aa } .vote { fill: #b3541e } .edit { fill: #2e7d32 } .review { fill: #7b3fa0 }
@media (prefers-color-scheme: dark) {
svg { background: #14191f; fill: #b9c4cf } rect { fill: #202830; stroke: #6c7a88 }
.name { fill: #eef3f7 } .arrow { stroke: #66737f } #head path { fill: #66737f }
.query { fill: #64b5f6 } .vote { fill: #ff9e66 } .edit { fill: #81c784 } .review { fill: #ce93d8 }
}
"""
_HEAD = (
    '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    ' orient="auto"><path d="M0 0 8 4 0 8z"/></marker>\n'
)


if __name__ == "__main__":
    PICTURE.write_text(drawing(), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {len(placed())} boxes, {len(arrows(placed()))} arrows")
