"""What a template left to be written is found, on its line, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb.documents.document import parse
from kb.documents.reading import TEMPLATE_WORDS, procedure_from
from kb.documents.text.left_blank import left_blank
from kb.procedures.model import Departments, Severity

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "content").rglob("_templates/*.md"))
INSERTS = ROOT / "kb" / "static" / "publishing-text.js"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_template_that_comes_along_is_unwritten(template: Path) -> None:
    assert len(list(left_blank(template.read_text(encoding="utf-8")))) >= 2


def test_every_insert_of_the_editor_is_unwritten() -> None:
    listed = INSERTS.read_text(encoding="utf-8").partition("const pieces = {")[2].partition("};")[0]
    inserts = re.findall(r'(\w+): "(.*)",', listed)
    assert len(inserts) == 7
    for name, text in inserts:
        found = list(left_blank(text.replace(r"\n", "\n")))
        # An apology can be said as it stands.
        assert bool(found) is (name != "say"), name


@pytest.mark.parametrize(
    "line",
    [
        "Wait… then try again.", "“I never …”, says the customer.", "Press A…Z.", "and so on...",
        "1. First step. Then open the order.", "Name of the method that the bank uses",
        "```\n…\n```",
        "The first step. It is short.", "### First Step", "- No: go on.", "> …", "See §§ 3...5.",
    ],
)  # fmt: skip
def test_what_somebody_wrote_is_not_a_template(line: str) -> None:
    assert list(left_blank(line)) == []


@pytest.mark.parametrize(
    "line",
    [
        "The caller … It is not for refunds.", "Open **…** and wait", "Code `…`", "| … | 3 days |",
        "It costs €… at most", "- …", "Ask for ...", "  - Yes: do this.",
        "> **Warning:** what must never be done, and why.",
    ],
)  # fmt: skip
def test_what_is_half_written_is_one(line: str) -> None:
    assert [number for number, _ in left_blank(f"Above.\n\n{line}\n")] == [3]


def test_the_fault_names_the_line_of_the_file() -> None:
    raw = b"---\nid: A-1\ntitle: A\n---\n\n## Steps\n\n1. First step.\n"
    filed = procedure_from(parse(raw, "a.md"), Departments())
    (fault,) = (one for one in filed.faults if one.code == TEMPLATE_WORDS)
    assert (fault.line, fault.severity) == (8, Severity.WARNING)
    assert str(fault).startswith("a.md:8: “1. First step.” is still the template's words; write")
