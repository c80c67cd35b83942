"""A part of the index: one Whoosh segment in a folder, and its postings as arrays beside it.

The arrays of postings are made from the words at hand while Whoosh writes them; only where parts
are merged are they read back from Whoosh. What is shown of a procedure stands in the arrays alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from msgspec import Struct
from whoosh import fields, formats
from whoosh.index import Index as WhooshIndex
from whoosh.index import create_in, open_dir
from whoosh.reading import IndexReader

from kb.procedures.model import Entry
from kb.search.index import array_file
from kb.search.index.compiling import ranges
from kb.search.index.embedding import SIZE, Meaning, Vectors, packed
from kb.search.index.passages import Places, PreparedEntry, prepare
from kb.search.index.segment_writer import SegmentCodec, Term, Terms
from kb.search.words.analysis import LONGEST_WORD

WORDS = "words"
RAW = "postings.arrays"
WHOOSH = "whoosh"  # the array that holds the checksum of Whoosh's files
_LOCK = "MAIN_WRITELOCK"
COLUMNS = 5  # of a passage
VECTORS = ("vectors", "about", "said")  # of passages, titles and keywords
KEYS = ("keys", "said.keys")  # of titles and passages, and of keywords
_AT_ONCE = 50  # documents, of which progress is told together


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


class Written(Struct, frozen=True):
    """The paths of the documents of a part, in their order."""

    paths: list[str]


def _schema() -> fields.Schema:
    return fields.Schema(path=fields.ID(unique=True, stored=True), **{WORDS: _Words()})


def write(
    folder: Path,
    entries: Iterable[Entry],
    meaning: Meaning,
    told: Callable[[int], None] = lambda more: None,
) -> Written:
    """Write `entries` as a new part into `folder`, which must not exist.

    `told` hears of every _AT_ONCE more. Without entries there is no part.
    """
    terms = Terms(WORDS)
    writer = _writer(_create(folder), terms)
    ledger = _Ledger()
    paths = []
    for one in map(prepare, entries):
        _add(writer, one, meaning, ledger)
        paths.append(one.path)
        if len(paths) % _AT_ONCE == 0:
            told(_AT_ONCE)
    if not paths:
        writer.cancel()
        return Written(paths)
    sorted_out = ledger.sorted()
    terms.every = sorted_out.terms()
    writer.commit(merge=False)
    arrays = sorted_out.arrays(ledger.documents)
    array_file.save(folder / RAW, {**arrays, WHOOSH: _whoosh_sum(folder)})
    told(len(paths) % _AT_ONCE)
    return Written(paths)


def in_memory(entries: Iterable[Entry], meaning: Meaning) -> dict[str, array_file.Array]:
    """The arrays that a part of `entries` would have; nothing is written."""
    ledger = _Ledger()
    for one in map(prepare, entries):
        ledger.add(_document(one, meaning), one.places)
    return ledger.sorted().arrays(ledger.documents)


def merge(folder: Path, parts: list[tuple[Path, list[int]]]) -> None:
    """Write one new part from several, each without the documents numbered beside it."""
    index = _create(folder)
    writer = _writer(index)
    documents: list[dict[str, Any]] = []
    for old, gone in parts:
        kept = _documents_of(whole(old))
        _without(old, gone, writer)
        documents += [one for number, one in enumerate(kept) if number not in set(gone)]
    writer.commit(merge=False)
    arrays = {**_documents(documents), **read_back(folder)}
    array_file.save(folder / RAW, {**arrays, WHOOSH: _whoosh_sum(folder)})


def whole(folder: Path) -> dict[str, array_file.Array]:
    """The arrays of a part, every byte of which is as it was written. Raises Damaged, OSError."""
    arrays = array_file.load(folder / RAW, whole=True)
    if arrays.pop(WHOOSH).tolist() != _whoosh_sum(folder).tolist():
        raise array_file.Damaged(f"{folder} is damaged: Whoosh's files are not as it wrote them")
    return arrays


def _whoosh_sum(folder: Path) -> array_file.Array:
    """One checksum of the part's name and of all files in it that are not ours."""
    found = crc32(folder.name.encode())
    for file in sorted(folder.iterdir()):
        if file.name not in (RAW, _LOCK):
            found = crc32(file.read_bytes(), crc32(file.name.encode(), found))
    return np.array([found], np.uint32)


def read_back(folder: Path) -> dict[str, array_file.Array]:
    """The arrays of a part's postings from its Whoosh segment alone."""
    ledger = _Ledger()
    index: Any = open_dir(str(folder))
    reader = index.reader()
    _read_postings(reader, ledger)
    reader.close()
    return ledger.sorted().postings()


def _create(folder: Path) -> WhooshIndex:
    folder.mkdir(parents=True)
    return create_in(str(folder), _schema())


def _writer(index: WhooshIndex, terms: Terms | None = None) -> Any:
    return index.writer(compound=False, limitmb=256, codec=SegmentCodec(terms))


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


def _vectors(one: PreparedEntry, meaning: Meaning) -> tuple[Vectors, Vectors]:
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


def _said(one: PreparedEntry, meaning: Meaning) -> Vectors:
    """The meaning of each keyword that says something."""
    every = [meaning.of_words(words).sum(axis=0) for words in one.keywords]
    return np.array(every, np.float32).reshape(-1, SIZE)


def _add(writer: Any, one: PreparedEntry, meaning: Meaning, ledger: _Ledger) -> None:
    writer.add_document(path=one.path.encode("utf-8", "backslashreplace").decode())
    ledger.add(_document(one, meaning), one.places)


def _document(one: PreparedEntry, meaning: Meaning) -> dict[str, Any]:
    """What is kept of a procedure."""
    vectors, title = _vectors(one, meaning)
    return {
        "where": one.path.encode("utf-8", "surrogatepass"),
        "fingerprint": one.fingerprint,
        "stored": one.stored,
        "texts": one.texts,
        "files": one.files,
        "passages": np.array(one.passages, np.uint32).tobytes(),
        "vectors": packed(vectors).tobytes(),
        "about": packed(title).tobytes(),
        "said": packed(_said(one, meaning)).tobytes(),
        "keys": np.array(one.keys, np.uint64).tobytes(),
        "said.keys": np.array(one.keyword_keys, np.uint64).tobytes(),
    }


class _Ledger:
    """The documents and postings of a part, as they come."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []
        self.rows: dict[str, int] = {}  # of the terms, in the order they were met
        self.terms = array("I")
        self.docs = array("I")
        self.counts = array("I")
        self.places = array("I")  # of all postings, one after the other

    def add(self, document: dict[str, Any], places: Places) -> None:
        rows = self.rows
        self.terms.extend([rows.setdefault(word, len(rows)) for word in places])
        self.docs.extend(repeat(len(self.documents), len(places)))
        self.counts.extend(map(len, places.values()))
        self.places.extend(chain.from_iterable(places.values()))
        self.documents.append(document)

    def sorted(self) -> _Sorted:
        """The postings by term; those of a term stay in the order of their documents."""
        encoded = [word.encode("utf-8", "ignore") for word in self.rows]
        names, row_of = np.unique(np.array(encoded, f"S{LONGEST_WORD}"), return_inverse=True)
        terms = row_of[np.frombuffer(self.terms, np.uint32)]
        order = np.argsort(terms, kind="stable")
        counts = np.frombuffer(self.counts, np.uint32)
        starts = np.cumsum(counts, dtype=np.int64) - counts
        return _Sorted(
            names,
            np.searchsorted(terms[order], np.arange(len(names)), "right"),
            np.frombuffer(self.docs, np.uint32)[order],
            counts[order],
            np.frombuffer(self.places, np.uint32)[ranges(starts[order], counts[order])],
        )


class _Sorted(Struct):
    """Terms, where each one's postings end; of each posting its document, and its places."""

    names: array_file.Array
    ends: array_file.Array
    docs: array_file.Array
    counts: array_file.Array
    places: array_file.Array

    def terms(self) -> Iterator[Term]:
        """A term at a time, as Whoosh's segment takes them."""
        flat = self.places.tobytes()
        ends = np.cumsum(4 * self.counts, dtype=np.int64).tolist()
        values = [flat[start:end] for start, end in pairwise([0, *ends])]
        docs, first = self.docs.tolist(), 0
        for name, end in zip(self.names.tolist(), self.ends.tolist(), strict=True):
            yield name, docs[first:end], values[first:end]
            first = end

    def arrays(self, documents: list[dict[str, Any]]) -> dict[str, array_file.Array]:
        """Those of the documents and those of their postings."""
        return {**_documents(documents), **self.postings()}

    def postings(self) -> dict[str, array_file.Array]:
        """terms (sorted), ends (of each term's postings), docs, counts, places (flat)."""
        return {
            "terms": self.names,
            "ends": self.ends,
            "docs": self.docs,
            "counts": self.counts,
            "places": self.places,
        }


def _documents(documents: list[dict[str, Any]]) -> dict[str, array_file.Array]:
    columns = {
        "stored": [one["stored"].encode() for one in documents],
        "paths": [one["where"] for one in documents],
        "texts": [one["texts"] for one in documents],
        "files": [one["files"] for one in documents],
    }
    arrays: dict[str, array_file.Array] = {}
    for name, values in columns.items():
        arrays[name] = np.frombuffer(b"".join(values), np.uint8)
        arrays[f"{name}.ends"] = np.cumsum([len(one) for one in values], dtype=np.int64)
    tables = [one["passages"] for one in documents]
    ends = np.cumsum([len(one) // (4 * COLUMNS) for one in tables], dtype=np.int64)
    keywords = [len(one["said"]) // SIZE for one in documents]
    return {
        **arrays,
        "fingerprints": np.array([one["fingerprint"].encode() for one in documents], "S64"),
        "passages": np.frombuffer(b"".join(tables), np.uint32).reshape(-1, COLUMNS),
        "passages.ends": ends,
        "said.ends": np.cumsum(keywords, dtype=np.int64),
        **{name: _unpacked([one[name] for one in documents]) for name in VECTORS},
        **{n: np.frombuffer(b"".join(one[n] for one in documents), np.uint64) for n in KEYS},
    }


def _documents_of(arrays: dict[str, array_file.Array]) -> list[dict[str, Any]]:
    """What `_documents` was made from."""
    size = len(arrays["fingerprints"])
    cut: dict[str, list[array_file.Array]] = {
        name: np.split(arrays[name], arrays[f"{name}.ends"][:-1])
        for name in ("stored", "paths", "texts", "files", "passages", "said")
    }
    vectors = np.split(arrays["vectors"], arrays["passages.ends"][:-1])
    titled = arrays["passages.ends"] + np.arange(1, size + 1)
    keys = np.split(arrays["keys"], titled[:-1])
    said_keys = np.split(arrays["said.keys"], arrays["said.ends"][:-1])
    return [
        {
            "where": cut["paths"][nth].tobytes(),
            "fingerprint": arrays["fingerprints"][nth].decode(),
            "stored": cut["stored"][nth].tobytes().decode(),
            "texts": cut["texts"][nth].tobytes(),
            "files": cut["files"][nth].tobytes(),
            "passages": cut["passages"][nth].tobytes(),
            "vectors": vectors[nth].tobytes(),
            "about": arrays["about"][nth].tobytes(),
            "said": cut["said"][nth].tobytes(),
            "keys": keys[nth].tobytes(),
            "said.keys": said_keys[nth].tobytes(),
        }
        for nth in range(size)
    ]


def _unpacked(written: list[bytes]) -> array_file.Array:
    return np.frombuffer(b"".join(written), np.int8).reshape(-1, SIZE)


def _read_postings(reader: IndexReader, ledger: _Ledger) -> None:
    for term in reader.lexicon(WORDS):
        row = ledger.rows.setdefault(term.decode(), len(ledger.rows))
        matcher = reader.postings(WORDS, term)
        while matcher.is_active():
            ledger.terms.append(row)
            ledger.docs.append(matcher.id())
            places = array("I", matcher.value())
            ledger.counts.append(len(places))
            ledger.places.extend(places)
            matcher.next()
