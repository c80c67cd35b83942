"""Strangers' Markdown taken as it is. Set KB_CORPORA to a folder of folders of Markdown."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from kb.catalogue.cross_faults import CrossRow, cross_faults
from kb.documents.document import parse
from kb.documents.markdown.rendering import Renderer
from kb.documents.reading import procedure_from
from kb.procedures.model import Departments
from kb.storage.files.library import Library
from tests.documents.test_sanitising import Inspector

CORPORA = Path(os.environ["KB_CORPORA"]) if "KB_CORPORA" in os.environ else None
FOLDERS = sorted(path for path in CORPORA.iterdir() if path.is_dir()) if CORPORA else []

pytestmark = pytest.mark.skipif(CORPORA is None, reason="KB_CORPORA names no folder")


def found(path: str) -> str:
    return f"/found/{path}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_file_is_read_and_laid_out(folder: Path) -> None:
    library, renderer = Library(folder), Renderer()
    for stamp in library.files():
        document = parse(library.read(stamp.path), stamp.path)
        procedure = procedure_from(document, Departments()).procedure
        page = renderer.render(document.body, stamp.path, found, procedure.title)
        assert procedure.title
        assert page.notice == ""
        anchors = {each.anchor for each in page.contents}
        for section in renderer.sections(document.body, procedure.title):
            assert section.anchor == "" or section.anchor in anchors
        for part in page.parts:
            inspector = Inspector()
            inspector.feed(part.html)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_fault_has_a_place_and_a_remedy(folder: Path) -> None:
    library = Library(folder)
    raws = {stamp.path: library.read(stamp.path) for stamp in library.files()}
    filed = [procedure_from(parse(raw, path), Departments()) for path, raw in raws.items()]
    found = [fault for each in filed for fault in each.faults]
    rows = [CrossRow.of(each) for each in filed]
    found += cross_faults(rows, Departments(), None, date(2026, 11, 22), library.has)
    for fault in found:
        assert fault.message
        assert fault.remedy
        assert 1 <= fault.line <= raws[fault.path].count(b"\n") + 1
