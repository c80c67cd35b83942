"""A file that is opened in a process of its own comes in as any, or ends in one sentence."""

from __future__ import annotations

import json
import operator
import re
from collections import deque

import pytest

from kb.bounded_process import Bounds
from kb.importing import opening_apart
from kb.importing.opening import opened
from kb.importing.opening_apart import opened_apart
from kb.importing.readers.unreadable import UnreadableFile
from tests.importing.word_documents import document, p
from tests.importing.workbooks import languages, lived_in, step_columns


@pytest.fixture
def bounds(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A process with bounds of a test's own."""
    monkeypatch.setattr(opening_apart, "_idle", deque(maxlen=1))
    return monkeypatch


# Its text was cut within an emoji.
ARTICLE = {"id": 7, "title": "Kiln", "body": "<p>Fire it \ud83d now</p>"}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("C:\\desk\\lived in.xlsx", lived_in()),
        ("steps.xlsx", step_columns()),
        ("four.xlsx", languages()),
        ("desk.csv", b"Question;Answer\nWho?;Jo\n"),
        ("desk.docx", document(p("Fire the kiln."))),
        ("desk.md", b"# Kiln\n\n1. Fire it.\n"),
        ("desk.json", json.dumps({"articles": [ARTICLE]}).encode()),
    ],
)
def test_what_is_opened_apart_is_what_is_opened(name: str, raw: bytes) -> None:
    assert opened_apart(name, raw) == opened(name, raw)


def test_a_code_page_is_asked_for_there_too() -> None:
    raw = "Otázka;Odpověď\nKdo?;Žádný\n".encode("cp1250")
    assert opened_apart("a.csv", raw, "cp1250") == opened("a.csv", raw, "cp1250")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (Bounds(seconds=0.0), "takes too long: bring it in in parts"),
        (
            Bounds(memory=1_000_000),
            "takes too much memory: bring|breaks the program that reads it: open",
        ),
    ],
)
def test_a_file_beyond_the_bounds_ends_in_one_sentence(
    bounds: pytest.MonkeyPatch, given: Bounds, says: str
) -> None:
    bounds.setattr(opening_apart, "BOUNDS", given)
    with pytest.raises(UnreadableFile) as told:
        opened_apart("desk.xlsx", lived_in())
    assert str(told.value).startswith("desk.xlsx cannot be brought in, as ")
    assert re.search(says, str(told.value))


def test_what_the_reader_does_not_expect_ends_in_one_sentence_too(
    bounds: pytest.MonkeyPatch,
) -> None:
    bounds.setattr(opening_apart, "answer", operator.sub)  # raises what no reader should
    with pytest.raises(UnreadableFile, match=r"breaks the program that reads it: open it in"):
        opened_apart("desk.xlsx", lived_in())
