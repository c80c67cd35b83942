"""Documents of any kind, indexed as procedures, and queries with right answers, to evaluate by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct

from kb.documents.document import Document
from kb.documents.reading import procedure_from
from kb.procedures.model import Departments, Entry
from kb.procedures.visibility import Reader
from kb.search.evaluation.metrics import DEPTH, Answered, Labelled
from kb.search.index.index import Index
from kb.search.searcher import Searcher


class IndexedDocuments(Struct, frozen=True):
    """Documents, indexed. `ids` are theirs by path, `names` those of the procedures by id."""

    index: Index
    ids: Mapping[str, str]
    names: Mapping[str, str]

    def find(self, searcher: Searcher, text: str) -> tuple[str, ...]:
        """The ids of the best hits."""
        results = searcher.search(text, Reader(), date.today(), limit=DEPTH)
        return tuple(self.ids[hit.found.path] for hit in results.hits)


def answered(
    one: IndexedDocuments, searcher: Searcher, labelled: Sequence[Labelled]
) -> list[Answered]:
    """What the searcher finds for each query."""
    return [Answered(query, one.find(searcher, query.text)) for query in labelled]


@contextmanager
def indexed_documents(documents: Path, language: str = "english") -> Iterator[IndexedDocuments]:
    """The documents of a docs.jsonl, indexed in a temporary folder."""
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    with TemporaryDirectory(prefix="kb-evaluate-") as folder:
        index = Index(Path(folder) / "search_index", language)
        index.rebuild(_entries(documents, ids, names), _silent)
        yield IndexedDocuments(index, ids, names)


def labelled_queries(queries: Path, labels: Path) -> Iterator[Labelled]:
    """The queries that have a right answer."""
    relevant: dict[str, dict[str, int]] = {}
    for line in labels.read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and fields[2].strip().isdigit() and int(fields[2]) > 0:
            relevant.setdefault(fields[0], {})[fields[1]] = int(fields[2])
    for told in _lines(queries):
        if str(told["id"]) in relevant:
            yield Labelled(str(told["id"]), str(told["text"]), relevant[str(told["id"])])


def _entries(documents: Path, ids: dict[str, str], names: dict[str, str]) -> Iterator[Entry]:
    """The documents as the files of a content folder would be read; fills `ids` and `names`."""
    for number, told in enumerate(_lines(documents)):
        path = f"{number:07}.md"
        ids[path] = str(told["id"])
        names[ids[path]] = f"document-{number}"
        meta = {"id": f"document-{number}", "title": told["title"]}
        yield procedure_from(
            Document(path, meta, str(told["text"]), 1, "0" * 12, ()), Departments()
        ).entry


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _silent(_done: int) -> None:
    """Nobody watches the progress here."""
