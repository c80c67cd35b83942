"""The interface keeps to its list of words: docs/wording.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
AVOIDED = (
    r"\b(un)?mend(s|ed|ing)?\b",
    r"\bany more\b(?! of)",
    r"\btakes? (it |them |the filters )?(off|back)\b",
    r"\bmean (rank opened|of)\b",
    r"\blet them in\b|\bkeeps people\b",
    r"\bpoint it (there|to one)\b",
    r"\bis no (time|day|date|zone)\b",
    r"\b\w+(ch|sh|x)s\b",
    r"\bcompared is\b|\blooked through are\b|\bcounted are\b|\bgoes along\b",
    r"\bstands? (here|below|under|nowhere)\b",
)


def said_by_templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", " ", path.read_text(), flags=re.S)
        shown = re.sub(r"<[^>]*>|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S)
        yield f"templates/{path.name}", " ".join(shown.split())


def said_by_code() -> Iterator[tuple[str, str]]:
    """Strings that read as sentences; not what only developers read."""
    for path in sorted((ROOT / "kb").rglob("*.py")):
        tree = ast.parse(path.read_text())
        quiet = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and id(node) not in quiet and " " in text.strip():
                yield f"{path.relative_to(ROOT)}:{node.lineno}", text


@cache
def said() -> list[tuple[str, str]]:
    """All of it, read once."""
    return [*said_by_templates(), *said_by_code()]


@pytest.mark.parametrize("avoided", AVOIDED)
def test_no_page_or_message_says_what_the_list_avoids(avoided: str) -> None:
    pattern = re.compile(avoided, re.I)
    found = [
        f"{where}: {hit.group()} in {text[max(0, hit.start() - 40) : hit.end() + 30]}"
        for where, text in said()
        for hit in pattern.finditer(text)
    ]
    assert found == []


def test_plurals_are_made_in_one_place() -> None:
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "kb").rglob("*.py")]
    made = [
        str(path.relative_to(ROOT))
        for path in sources
        if path.name != "counting.py" and re.search(r"""['"]s['"] (\*|if) """, path.read_text())
    ]
    assert made == []
