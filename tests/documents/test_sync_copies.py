"""Copies of a sync are told by their names, and only they."""

import pytest

from kb.documents.sync_copies import original_of


@pytest.mark.parametrize(
    "name",
    [
        "card (Ilse's conflicted copy 2026-10-02).md",
        "card (conflicted copy 2026-10-02 101500).md",
        "card (conflicted copy).md",
        "card.sync-conflict-20261002-101500-K2JX7QA.md",
        "card-DESKTOP-4TGH2K1.md",
        "card-LAPTOP-ILSE.md",
        "card (1).md",
        "card(2).md",
        "card - Copy.md",
        "card - Copy (3).md",
        "card copy 2.md",
    ],
)
def test_copies(name: str) -> None:
    assert original_of(f"lost/{name}") == "lost/card.md"


@pytest.mark.parametrize(
    "name",
    ["card.md", "card-2.md", "conflict.md", "card (lost).md", "(1).md", "a copy.pdf.md"],
)
def test_other_names(name: str) -> None:
    assert original_of(name) is None
