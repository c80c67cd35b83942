"""A part of the index: one Whoosh segment in a folder, and its postings as arrays beside it."""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import fields, formats
from whoosh.index import Index as WhooshIndex
from whoosh.index import create_in, open_dir
from whoosh.reading import IndexReader
from whoosh.writing import IndexWriter

from kb.procedures.model import Entry
from kb.search import arrayfile
from kb.search.analysis import LONGEST_WORD
from kb.search.meaning import SIZE, Meaning, packed
from kb.search.passages import BODY, KEYWORDS, TITLE, Passages, Posting, Prepared, prepare

FIELDS = (TITLE, KEYWORDS, BODY)
RAW = "postings.arrays"
BATCH = 100  # procedures whose passages are embedded together


class _Positions(formats.Format):
    """A posting's value: the word's positions as native unsigned ints."""

    def decode_positions(self, value: bytes) -> list[int]:
        return array("I", value).tolist()

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // array("I").itemsize


class _Words(fields.FieldType):
    """A field whose words were cut before: Whoosh's own chain of analyzers costs twice as much."""

    def __init__(self) -> None:
        self.format = _Positions()
        self.analyzer = None
        self.scorable = False
        self.stored = False
        self.unique = False
        self.indexed = True
        self.vector = None
        self.column_type = None

    def index(self, value: list[Posting], **_options: object) -> Generator[Posting, Any, None]:
        yield from value


def _schema() -> fields.Schema:
    return fields.Schema(
        path=fields.ID(unique=True),
        where=fields.STORED(),
        fingerprint=fields.STORED(),
        stored=fields.STORED(),
        passages=fields.STORED(),
        vectors=fields.STORED(),
        **{name: _Words() for name in FIELDS},
    )


def write(folder: Path, entries: Iterable[Entry], meaning: Meaning) -> int:
    """Write `entries` as a new part into `folder`, which must not exist; returns how many."""
    index = _create(folder)
    writer = index.writer(compound=False, limitmb=256)
    count = 0
    for batch in _batches(map(prepare, entries)):
        _add(writer, batch, meaning)
        count += len(batch)
    writer.commit(merge=False)
    _extract(index, folder)
    return count


def merge(folder: Path, parts: list[tuple[Path, list[int]]]) -> None:
    """Write one new part from several, each without the documents numbered beside it."""
    index = _create(folder)
    writer = index.writer(compound=False, limitmb=256)
    for old, gone in parts:
        _without(old, gone, writer)
    writer.commit(merge=False)
    _extract(index, folder)


def _create(folder: Path) -> WhooshIndex:
    folder.mkdir(parents=True)
    return create_in(str(folder), _schema())


def _without(folder: Path, gone: list[int], into: Any) -> None:
    """Whoosh leaves deleted documents out when it copies; nobody else reads this part's Whoosh."""
    index: Any = open_dir(str(folder))
    if gone:
        deleting = index.writer()
        for number in gone:
            deleting.delete_document(number)
        deleting.commit(merge=False)
    reader = index.reader()
    into.add_reader(reader)
    reader.close()


def _batches(prepared: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    batch: list[Prepared] = []
    for one in prepared:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _add(writer: IndexWriter, batch: list[Prepared], meaning: Meaning) -> None:
    vectors = packed(meaning.of([text for one in batch for text in one.texts]))
    at = 0
    for one in batch:
        writer.add_document(
            path=one.path.encode("utf-8", "backslashreplace").decode(),
            where=one.path.encode("utf-8", "surrogatepass"),
            fingerprint=one.fingerprint,
            stored=one.stored,
            passages=_table(one.passages),
            vectors=vectors[at : at + len(one.texts)].tobytes(),
            **one.words,
        )
        at += len(one.texts)


def _table(passages: Passages) -> bytes:
    columns = (passages.first, passages.last, passages.section, passages.start, passages.end)
    return np.array(columns, np.uint32).T.tobytes()


def _extract(index: WhooshIndex, folder: Path) -> None:
    """Read the segment's postings and stored fields once, into arrays."""
    reader = index.reader()
    arrays = _documents(reader)
    for name in FIELDS:
        for key, values in _postings(reader, name).items():
            arrays[f"{name}.{key}"] = values
    reader.close()
    arrayfile.save(folder / RAW, arrays)


def _documents(reader: IndexReader) -> dict[str, arrayfile.Array]:
    stored, paths, fingerprints, tables, vectors = [], [], [], [], []
    for _, fields_ in reader.iter_docs():
        stored.append(fields_["stored"].encode())
        paths.append(fields_["where"])
        fingerprints.append(fields_["fingerprint"].encode())
        tables.append(fields_["passages"])
        vectors.append(fields_["vectors"])
    row = 5 * 4
    return {
        "stored": np.frombuffer(b"".join(stored), np.uint8),
        "stored.ends": np.cumsum([len(one) for one in stored], dtype=np.int64),
        "paths": np.frombuffer(b"".join(paths), np.uint8),
        "paths.ends": np.cumsum([len(one) for one in paths], dtype=np.int64),
        "fingerprints": np.array(fingerprints, "S64"),
        "passages": np.frombuffer(b"".join(tables), np.uint32).reshape(-1, 5),
        "passages.ends": np.cumsum([len(one) // row for one in tables], dtype=np.int64),
        "vectors": np.frombuffer(b"".join(vectors), np.int8).reshape(-1, SIZE),
    }


def _postings(reader: IndexReader, field: str) -> dict[str, arrayfile.Array]:
    """terms (sorted), ends (of each term's postings), docs, counts, positions (flat)."""
    terms, ends, docs, values = [], [], array("I"), []
    for term in reader.lexicon(field):
        matcher = reader.postings(field, term)
        while matcher.is_active():
            docs.append(matcher.id())
            values.append(matcher.value())
            matcher.next()
        terms.append(term)
        ends.append(len(docs))
    return {
        "terms": np.array(terms, f"S{LONGEST_WORD}"),
        "ends": np.array(ends, np.int64),
        "docs": np.array(docs, np.uint32),
        "counts": np.array([len(value) // 4 for value in values], np.uint32),
        "positions": np.frombuffer(b"".join(values), np.uint32),
    }
