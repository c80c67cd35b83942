"""One index for the tests that only read it."""

from __future__ import annotations

import pytest

from kb.search.searcher import Searcher
from tests.search.shelf import SHELF, searcher


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """A searcher over the small shelf of procedures."""
    return searcher(tmp_path_factory.mktemp("shelf"), *SHELF)
