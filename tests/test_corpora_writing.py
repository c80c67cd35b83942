"""Strangers' files opened in the browser and saved. Set KB_CORPORA to a folder of folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.documents.document import parse
from kb.documents.front_matter import TYPED
from kb.documents.source.lines import NotAmendable, lines_of
from kb.documents.source.manuscript import opened
from kb.procedures.model import Departments

CORPORA = Path(os.environ["KB_CORPORA"]) if "KB_CORPORA" in os.environ else None
OWN = Path(__file__).resolve().parent.parent / "content"
_WORD = re.compile(r"[A-Za-z]{3,}")


def folders() -> list[Path]:
    strangers = sorted(path for path in CORPORA.iterdir() if path.is_dir()) if CORPORA else []
    return [OWN, *strangers]


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*.md")):
        raw = path.read_bytes()
        try:
            lines_of(raw)
        except NotAmendable:
            continue
        yield path.relative_to(folder).as_posix(), raw


def as_a_browser_sends(text: str) -> str:
    """Every line end as two characters; the first line feed of a text area is not part of it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def differing(before: bytes, after: bytes) -> int:
    """How many lines differ, where none is added or taken away."""
    old, new = (re.split(rb"(?<=\n)", raw) for raw in (before, after))
    assert len(old) == len(new)
    return sum(one != other for one, other in zip(old, new, strict=True))


@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.name)
def test_opened_and_saved_unchanged_it_is_the_same_bytes(folder: Path) -> None:
    seen = 0
    for path, raw in files(folder):
        form = opened(raw, path, Departments())
        texts = {**form.fields, "head": form.head, "body": form.body}
        typed = {name: as_a_browser_sends(text) for name, text in texts.items()}
        assert form.written(typed) == raw, path
        seen += 1
    assert seen


@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.name)
def test_one_word_changed_is_one_line(folder: Path) -> None:
    seen = 0
    for path, raw in files(folder):
        form = opened(raw, path, Departments())
        found = _WORD.search(form.body, len(form.body) // 2)
        if found is None:
            continue
        body = f"{form.body[: found.start()]}Changed{form.body[found.end() :]}"
        after = form.written({"body": as_a_browser_sends(body)})
        assert differing(raw, after) == 1, path
        seen += 1
    assert seen


@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.name)
def test_one_field_changed_changes_nothing_else(folder: Path) -> None:
    amended = 0
    for path, raw in files(folder):
        form = opened(raw, path, Departments())
        if form.locked:
            continue
        before = parse(raw, path)
        for name, value in (("title", "Changed: title"), ("owner", "a@kb.example")):
            try:
                after = parse(form.written({name: value}), path)
            except NotAmendable:
                continue
            assert after.meta[name] == value
            assert after.body == before.body
            others = {key: said for key, said in before.meta.items() if key != name}
            assert {key: said for key, said in after.meta.items() if key != name} == others
            amended += 1
    assert amended
    assert {field.name for field in TYPED} >= {"title", "owner"}
