"""A part of the index: one Whoosh segment in a folder, and its postings as arrays beside it.

The arrays are made from the words at hand while Whoosh writes them; only where parts are merged
are they read back from Whoosh.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3Codec
from whoosh.index import Index as WhooshIndex
from whoosh.index import create_in, open_dir
from whoosh.reading import IndexReader

from kb.procedures.model import Entry
from kb.search import arrayfile
from kb.search.analysis import LONGEST_WORD
from kb.search.meaning import SIZE, Meaning, Vectors, packed
from kb.search.passages import Places, Prepared, prepare

WORDS = "words"
RAW = "postings.arrays"
COLUMNS = 5  # of a passage

Posting = tuple[bytes, int, float, bytes]  # term, frequency, weight, places as array("I")


class _Places(formats.Format):
    """A posting's value: the word's places as native unsigned ints."""

    def decode_positions(self, value: bytes) -> list[int]:
        return array("I", value).tolist()

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // array("I").itemsize


class _Words(fields.FieldType):
    """A field whose words were cut before: Whoosh's own chain of analyzers costs twice as much."""

    def __init__(self) -> None:
        self.format = _Places()
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
    stored = ("where", "fingerprint", "stored", "texts", "passages", "vectors", "about")
    return fields.Schema(
        path=fields.ID(unique=True),
        **{name: fields.STORED() for name in stored},
        **{WORDS: _Words()},
    )


def write(folder: Path, entries: Iterable[Entry], meaning: Meaning) -> int:
    """Write `entries` as a new part into `folder`, which must not exist; returns how many."""
    writer = _writer(_create(folder))
    ledger = _Ledger()
    for one in map(prepare, entries):
        _add(writer, one, meaning, ledger)
    writer.commit(merge=False)
    arrayfile.save(folder / RAW, ledger.arrays())
    return len(ledger.documents)


def merge(folder: Path, parts: list[tuple[Path, list[int]]]) -> None:
    """Write one new part from several, each without the documents numbered beside it."""
    index = _create(folder)
    writer = _writer(index)
    for old, gone in parts:
        _without(old, gone, writer)
    writer.commit(merge=False)
    arrayfile.save(folder / RAW, read_back(folder))


def read_back(folder: Path) -> dict[str, arrayfile.Array]:
    """The arrays of a part from its Whoosh segment alone."""
    ledger = _Ledger()
    index: Any = open_dir(str(folder))
    reader = index.reader()
    ledger.documents = [stored for _, stored in reader.iter_docs()]
    _read_postings(reader, ledger)
    reader.close()
    return ledger.arrays()


def _create(folder: Path) -> WhooshIndex:
    folder.mkdir(parents=True)
    return create_in(str(folder), _schema())


def _writer(index: WhooshIndex) -> Any:
    """Compressing each of many short lists of postings costs more than it saves."""
    codec: Any = W3Codec
    return index.writer(compound=False, limitmb=256, codec=codec(compression=0))


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


def _vectors(one: Prepared, meaning: Meaning) -> tuple[Vectors, Vectors]:
    """The meaning of each passage: the sum over its spans of words; and that of the title."""
    spans = np.array(one.spans, np.int64)
    edges, place = np.unique(spans, return_inverse=True)
    place = place.reshape(spans.shape)
    words = meaning.of_words(one.written)
    title = words[: one.title].sum(axis=0, keepdims=True)
    through = np.zeros((len(edges), SIZE), np.float32)
    if len(words) and len(edges) > 1:
        words = words[: edges[-1]]
        through[1:] = np.cumsum(np.add.reduceat(words, edges[:-1], axis=0), axis=0)
    return (through[place[:, :, 1]] - through[place[:, :, 0]]).sum(axis=1), title


def _add(writer: Any, one: Prepared, meaning: Meaning, ledger: _Ledger) -> None:
    vectors, title = _vectors(one, meaning)
    document = {
        "where": one.path.encode("utf-8", "surrogatepass"),
        "fingerprint": one.fingerprint,
        "stored": one.stored,
        "texts": one.texts,
        "passages": np.array(one.passages, np.uint32).tobytes(),
        "vectors": packed(vectors).tobytes(),
        "about": packed(title).tobytes(),
    }
    words = _postings(one.places)
    writer.add_document(
        path=one.path.encode("utf-8", "backslashreplace").decode(), **document, **{WORDS: words}
    )
    ledger.add(document, words)


def _postings(places: Places) -> list[Posting]:
    return [
        (word.encode("utf-8", "ignore"), len(found), 1.0, array("I", found).tobytes())
        for word, found in places.items()
    ]


class _Ledger:
    """The documents and postings of a part, as they come."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []
        self.rows: dict[bytes, int] = {}  # of the terms, in the order they were met
        self.terms = array("I")
        self.docs = array("I")
        self.values: list[bytes] = []

    def add(self, document: dict[str, Any], postings: list[Posting]) -> None:
        rows = self.rows
        self.terms.extend([rows.setdefault(term, len(rows)) for term, _, _, _ in postings])
        self.docs.extend([len(self.documents)] * len(postings))
        self.values += [value for _, _, _, value in postings]
        self.documents.append(document)

    def arrays(self) -> dict[str, arrayfile.Array]:
        """terms (sorted), ends (of each term's postings), docs, counts, places (flat)."""
        names = np.array(list(self.rows), f"S{LONGEST_WORD}")
        by_name = np.argsort(names, kind="stable")
        place = np.empty(len(names), np.int64)
        place[by_name] = np.arange(len(names))
        terms = place[np.frombuffer(self.terms, np.uint32)]
        order = np.argsort(terms, kind="stable")
        values = [self.values[nth] for nth in order.tolist()]
        return {
            **_documents(self.documents),
            "terms": names[by_name],
            "ends": np.searchsorted(terms[order], np.arange(len(names)), "right"),
            "docs": np.frombuffer(self.docs, np.uint32)[order],
            "counts": np.array([len(value) // 4 for value in values], np.uint32),
            "places": np.frombuffer(b"".join(values), np.uint32),
        }


def _documents(documents: list[dict[str, Any]]) -> dict[str, arrayfile.Array]:
    columns = {
        "stored": [one["stored"].encode() for one in documents],
        "paths": [one["where"] for one in documents],
        "texts": [one["texts"] for one in documents],
    }
    arrays: dict[str, arrayfile.Array] = {}
    for name, values in columns.items():
        arrays[name] = np.frombuffer(b"".join(values), np.uint8)
        arrays[f"{name}.ends"] = np.cumsum([len(one) for one in values], dtype=np.int64)
    tables = [one["passages"] for one in documents]
    ends = np.cumsum([len(one) // (4 * COLUMNS) for one in tables], dtype=np.int64)
    return {
        **arrays,
        "fingerprints": np.array([one["fingerprint"].encode() for one in documents], "S64"),
        "passages": np.frombuffer(b"".join(tables), np.uint32).reshape(-1, COLUMNS),
        "passages.ends": ends,
        **{name: _unpacked([one[name] for one in documents]) for name in ("vectors", "about")},
    }


def _unpacked(written: list[bytes]) -> arrayfile.Array:
    return np.frombuffer(b"".join(written), np.int8).reshape(-1, SIZE)


def _read_postings(reader: IndexReader, ledger: _Ledger) -> None:
    for term in reader.lexicon(WORDS):
        row = ledger.rows.setdefault(term, len(ledger.rows))
        matcher = reader.postings(WORDS, term)
        while matcher.is_active():
            ledger.terms.append(row)
            ledger.docs.append(matcher.id())
            ledger.values.append(matcher.value())
            matcher.next()
