"""Searchers that several tests ask: over a small shelf, and over the sample company."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.documents.document import parse
from kb.documents.reading import procedure_from
from kb.documents.settings_files.departments import parse_departments
from kb.search.searcher import Searcher
from kb.storage.files.library import Library
from tests.search.shelf import SHELF, searcher

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """A searcher over the small shelf of procedures."""
    return searcher(tmp_path_factory.mktemp("shelf"), *SHELF)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """A searcher over the sample company, which a module may change."""
    library = Library(ROOT / "content")
    departments = parse_departments(library.departments_source())
    filed = [
        procedure_from(parse(library.read(file.path), file.path), departments)
        for file in library.files()
    ]
    return searcher(tmp_path_factory.mktemp("company"), *(one.entry for one in filed))
