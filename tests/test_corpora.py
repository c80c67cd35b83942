"""Strangers' Markdown, served as it is. Set KB_CORPORA to a folder of folders of Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kb.app import build, create_app
from kb.parts import Parts
from kb.settings import load

TODAY = date(2026, 11, 22)
CORPORA = Path(os.environ["KB_CORPORA"]) if "KB_CORPORA" in os.environ else None

pytestmark = pytest.mark.skipif(CORPORA is None, reason="KB_CORPORA names no folder")


@pytest.fixture(
    scope="module",
    params=sorted(path.name for path in CORPORA.iterdir() if path.is_dir()) if CORPORA else [],
)
def strangers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Parts]:
    home = tmp_path_factory.mktemp("home")
    assert CORPORA is not None
    environ = {"KB_CONTENT": str(CORPORA / request.param), "KB_OPEN_READING": "1"}
    parts = build(load(environ, home))
    parts.publishing.publisher.refresh(TODAY)
    yield parts
    parts.let_go()


def test_every_file_is_in_the_catalogue_and_in_the_index(strangers: Parts) -> None:
    paths = {stamp.path for stamp in strangers.storage.library.files()}
    assert paths == set(strangers.catalogue.stamps())
    assert paths == set(strangers.search.index.fingerprints())


def test_every_page_can_be_read(strangers: Parts) -> None:
    client = create_app(strangers).test_client()
    for path, stamp in strangers.catalogue.stamps().items():
        answer = client.get(f"/procedures/{stamp.id}")
        assert answer.status_code == 200, path


def test_every_fault_has_a_place_and_a_remedy(strangers: Parts) -> None:
    lengths = {
        stamp.path: strangers.storage.library.read(stamp.path).count(b"\n") + 1
        for stamp in strangers.storage.library.files()
    }
    for fault in strangers.publishing.publisher.check(TODAY):
        assert fault.message
        assert fault.remedy
        assert 1 <= fault.line <= lengths[fault.path]
