"""Procedures compared with each other in the background, whenever some have changed."""

from __future__ import annotations

from kb.catalogue.sql.catalogue import Catalogue
from kb.search.searcher import Searcher
from kb.search.similar.twins import twins
from kb.tidying.sql.twin_pairs import TwinPairs


class Comparing:
    """Keeps the pairs up to what is in service."""

    def __init__(self, catalogue: Catalogue, searcher: Searcher, pairs: TwinPairs) -> None:
        self._catalogue = catalogue
        self._searcher = searcher
        self._pairs = pairs

    def wanted(self) -> bool:
        """Has anything changed since?"""
        return self._catalogue.generation() != self._pairs.compared()

    def compare(self) -> None:
        """All with all; killed midway, the pairs found before stand. Raises OSError."""
        generation = self._catalogue.generation()
        found = twins(self._searcher.snapshots())
        self._pairs.keep(
            [(pair.one_id, pair.other_id, pair.likeness) for pair in found], generation
        )
