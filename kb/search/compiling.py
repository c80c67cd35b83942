"""Postings of several parts → the arrays that are scored. Pure: arrays in, arrays out.

A *table* says for each stem which documents (or passages) have it and what it adds there before
its rarity is weighed in: `ends` (of each stem's rows), `ids` (ascending within a stem), `adds`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.search.analysis import LONGEST_WORD, Stems, folded
from kb.search.arrayfile import Array
from kb.search.passages import BODY, KEYWORDS, TITLE

Raw = dict[str, Array]
PLACE_BITS = 18
FIRST_PLACE = {TITLE: (0, 200), KEYWORDS: (300, 600), BODY: (1000, 260_000)}  # and the most
AT_ONCE = 4_000_000  # words cut into passages at a time: bounds the memory, about 300 MB


@dataclass(frozen=True, slots=True)
class Saturation:
    """BM25's tf·(k1+1) / (tf + k1·(1 - b + b·length/average)) (Robertson & Zaragoza, 2009)."""

    k1: float
    b: float

    def adds(self, counts: Array, lengths: Array, average: float) -> NDArray[np.float32]:
        """What each count adds in a text of that length (words)."""
        norm = self.k1 * (1 - self.b + self.b * lengths / max(average, 1e-9))
        return np.asarray(counts * (self.k1 + 1) / (counts + norm), np.float32)


SATURATION = {
    TITLE: Saturation(1.2, 0.5),
    KEYWORDS: Saturation(1.2, 0.3),
    "whole": Saturation(1.2, 0.75),
    "passage": Saturation(1.2, 0.5),
}


@dataclass(slots=True)
class _Words:
    """The vocabulary of all parts together and each part's rows in it."""

    words: list[str]
    rows: list[dict[str, Array]]  # part → field → row of each of its terms
    stems: Array  # sorted, bytes
    stem_of: Array  # row of a word → row of its stem
    folded: Array  # row of a word → the word without accents, bytes


def compiled(raws: list[Raw], stems: Stems, averages: Array | None = None) -> Raw:
    """The arrays of one set. `averages` (words a text) keep a small set in line with a big one."""
    words = _vocabulary(raws, stems)
    documents = _documents(raws)
    count = len(documents["stored.ends"])
    postings = {name: _postings(raws, words, name) for name in FIRST_PLACE}
    whole = _ordered(postings, words, count)
    places, in_passages = _places(whole, documents)
    merged = {
        TITLE: (*_summed(postings[TITLE], words, count), count),
        KEYWORDS: (*_summed(postings[KEYWORDS], words, count), count),
        "whole": (*_reduced(whole.keys, whole.counts), count),
        "passage": _passage_rows(postings[TITLE], in_passages, words, documents),
    }
    tables: Raw = {}
    measured: list[float] = []
    for nth, (name, (keys, counts, size)) in enumerate(merged.items()):
        ids = (keys % size).astype(np.int32)
        lengths = np.bincount(ids, counts, size)
        measured.append(float(lengths[lengths > 0].mean()) if len(ids) else 1.0)
        average = measured[nth] if averages is None else float(averages[nth])
        tables[f"{name}.ids"] = ids
        tables[f"{name}.ends"] = np.searchsorted(keys // size, np.arange(len(words.stems)), "right")
        tables[f"{name}.adds"] = SATURATION[name].adds(counts, lengths[ids], average)
    tables["places"] = places
    tables["places.ends"] = np.cumsum(merged["whole"][1])
    tables["averages"] = np.array(measured if averages is None else averages)
    return {**documents, **tables, **_surfaces(postings, words, count), "stems": words.stems}


def _vocabulary(raws: list[Raw], stems: Stems) -> _Words:
    names = (TITLE, KEYWORDS, BODY)
    every = [raw[f"{name}.terms"] for raw in raws for name in names]
    unique = np.unique(np.concatenate(every)) if every else np.zeros(0, f"S{LONGEST_WORD}")
    words = [term.decode("utf-8", "replace") for term in unique.tolist()]
    stemmed = _encoded([stems.of(word) for word in words])
    stem_rows, stem_of = np.unique(stemmed, return_inverse=True)
    rows = [{name: np.searchsorted(unique, raw[f"{name}.terms"]) for name in names} for raw in raws]
    return _Words(words, rows, stem_rows, stem_of, _encoded([folded(word) for word in words]))


def _encoded(words: list[str]) -> Array:
    return np.array([word.encode("utf-8", "replace") for word in words], f"S{LONGEST_WORD}")


def _documents(raws: list[Raw]) -> Raw:
    """Everything of the documents, part after part, with the ends moved along."""
    joined: Raw = {}
    for name in ("stored", "paths", "fingerprints", "passages", "vectors"):
        joined[name] = np.concatenate([raw[name] for raw in raws])
    for name in ("stored.ends", "paths.ends", "passages.ends"):
        sizes = [np.diff(raw[name], prepend=0) for raw in raws]
        joined[name] = np.cumsum(np.concatenate(sizes))
    owners = np.arange(len(joined["passages.ends"]), dtype=np.int32)
    joined["passage.doc"] = np.repeat(owners, np.diff(joined["passages.ends"], prepend=0))
    vectors = joined["vectors"].astype(np.float32)
    joined["vectors.scale"] = (1 / np.maximum(np.linalg.norm(vectors, axis=1), 1)).astype("f4")
    return {**joined, **_facets(joined)}


def _facets(joined: Raw) -> Raw:
    """Department, status, owners and keywords as numbers, with the names they stand for."""
    names: dict[str, dict[str, int]] = {}
    single: dict[str, list[int]] = {"department": [], "status": []}
    many: dict[str, tuple[list[int], list[int]]] = {"category": ([], []), "keyword": ([], [])}
    owners: list[str] = []
    ids: list[str] = []
    for line in _lines(joined["stored"], joined["stored.ends"]):
        it = json.loads(line)
        for name, codes in single.items():
            codes.append(names.setdefault(name, {}).setdefault(it[name], len(names[name])))
        for name, values in (("category", it["categories"]), ("keyword", it["keywords"])):
            for value in values:
                known = names.setdefault(name, {})
                many[name][0].append(known.setdefault(value, len(known)))
            many[name][1].append(len(many[name][0]))
        owners.append(" ".join(filter(None, (it["owner"], it["deputy"]))).casefold())
        ids.append(it["id"])
    arrays: Raw = {name: np.array(codes, np.int32) for name, codes in single.items()}
    for name, (codes, ends) in many.items():
        arrays[name] = np.array(codes, np.int32)
        arrays[f"{name}.ends"] = np.array(ends, np.int64)
    listed = {name: list(known) for name, known in names.items()}
    table = json.dumps({**listed, "owner": owners, "id": ids}).encode()
    return {**arrays, "names": np.frombuffer(table, np.uint8)}


def _lines(flat: Array, ends: Array) -> Iterator[bytes]:
    start = 0
    for end in ends.tolist():
        yield flat[start:end].tobytes()
        start = end


@dataclass(slots=True)
class _Postings:
    """One field of all parts: row of the word, document, count, start of its positions."""

    words: Array
    docs: Array
    counts: Array
    starts: Array
    positions: Array


@dataclass(slots=True)
class _Ordered:
    """Postings of all fields by stem · size + document; starts of their places, not in order."""

    keys: Array
    counts: Array
    starts: Array
    places: Array
    size: int


def _postings(raws: list[Raw], vocabulary: _Words, field: str) -> _Postings:
    words, docs, base = [], [], 0
    for raw, rows in zip(raws, vocabulary.rows, strict=True):
        sizes = np.diff(raw[f"{field}.ends"], prepend=0)
        words.append(np.repeat(rows[field], sizes))
        docs.append(raw[f"{field}.docs"].astype(np.int64) + base)
        base += len(raw["stored.ends"])
    counts = np.concatenate([raw[f"{field}.counts"] for raw in raws]).astype(np.int64)
    positions = np.concatenate([raw[f"{field}.positions"] for raw in raws])
    starts = np.cumsum(counts) - counts
    return _Postings(np.concatenate(words), np.concatenate(docs), counts, starts, positions)


def _summed(field: _Postings, words: _Words, size: int) -> tuple[Array, Array]:
    """Keys (stem · size + document), ascending, and how often the stem stands there."""
    return _reduced(words.stem_of[field.words] * size + field.docs, field.counts)


def _reduced(keys: Array, counts: Array) -> tuple[Array, Array]:
    """Equal keys become one, their counts added."""
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[first], np.add.reduceat(counts[order], first) if len(first) else counts


def _ordered(postings: dict[str, _Postings], words: _Words, size: int) -> _Ordered:
    fields = list(postings.values())
    keys = np.concatenate([words.stem_of[one.words] * size + one.docs for one in fields])
    order = np.argsort(keys, kind="stable")
    bases = np.cumsum([0] + [len(one.positions) for one in fields])
    starts = np.concatenate([one.starts + base for one, base in zip(fields, bases, strict=False)])
    counts = np.concatenate([one.counts for one in fields])
    places = np.concatenate(
        [_moved(one.positions, *FIRST_PLACE[name]) for name, one in postings.items()]
    )
    return _Ordered(keys[order], counts[order], starts[order], places, size)


def _moved(positions: Array, first: int, most: int) -> Array:
    return np.minimum(positions.astype(np.int64), most) + first


def _places(whole: _Ordered, documents: Raw) -> tuple[NDArray[np.uint32], list[Array]]:
    """All words' places by stem and document, and keys (stem · passages + passage) of the body."""
    places, in_passages = [np.zeros(0, np.uint32)], []
    for low, high in _slices(whole.counts):
        part = slice(low, high)
        rows = _ranges(whole.starts[part], whole.counts[part])
        found = np.repeat(whole.keys[part], whole.counts[part]) << PLACE_BITS
        found |= whole.places[rows]
        found.sort()
        places.append((found & ((1 << PLACE_BITS) - 1)).astype(np.uint32))
        in_passages.append(_in_passages(found, whole.size, documents))
    return np.concatenate(places), in_passages


def _slices(counts: Array) -> Iterator[tuple[int, int]]:
    """Ranges of postings with about AT_ONCE words each."""
    through = np.cumsum(counts)
    low = 0
    while low < len(counts):
        before = int(through[low - 1]) if low else 0
        high = max(int(np.searchsorted(through, before + AT_ONCE, "right")), low + 1)
        yield low, high
        low = high


def _in_passages(found: Array, size: int, documents: Raw) -> Array:
    """A key for each time that one of these words stands in a passage."""
    body = FIRST_PLACE[BODY][0]
    place = (found & ((1 << PLACE_BITS) - 1)) - body
    found, place = found[place >= 0], place[place >= 0]
    stems, docs = np.divmod(found >> PLACE_BITS, max(size, 1))
    # Passages of all documents on one line: their first words ascend, and so do their last ones.
    doc_of = documents["passage.doc"].astype(np.int64) << PLACE_BITS
    first, last = documents["passages"][:, 0], documents["passages"][:, 1]
    spot = (docs << PLACE_BITS) + place
    after = np.searchsorted(doc_of + first, spot, "right")
    earliest = np.searchsorted(doc_of + last, spot, "right")
    reach = np.maximum(after - earliest, 0)
    return np.repeat(stems, reach) * len(first) + _ranges(earliest, reach)


def _passage_rows(
    title: _Postings, in_passages: list[Array], words: _Words, documents: Raw
) -> tuple[Array, Array, int]:
    """As `_summed`, for passages; the title's words count in each passage of its document."""
    size = len(documents["passages"])
    ends = documents["passages.ends"]
    reach = np.diff(ends, prepend=0)[title.docs]
    in_titles = _ranges(ends[title.docs] - reach, reach)
    keys = [np.repeat(words.stem_of[title.words], reach) * size + in_titles]
    counts = [np.repeat(title.counts, reach)]
    for found in in_passages:
        reduced = _reduced(found, np.ones(len(found), np.int64))
        keys.append(reduced[0])
        counts.append(reduced[1])
    return *_reduced(np.concatenate(keys), np.concatenate(counts)), size


def _ranges(starts: Array, sizes: Array) -> Array:
    """start, start+1, … for each start, `size` numbers each, one after the other."""
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()))


def _surfaces(postings: dict[str, _Postings], words: _Words, count: int) -> Raw:
    """Words as they are written, by their folded form: for spelling, prefixes and accents."""
    keys = np.unique(np.concatenate([one.words * count + one.docs for one in postings.values()]))
    rows, docs = np.divmod(keys, max(count, 1))
    order = np.argsort(words.folded, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    by_place = np.argsort(place[rows], kind="stable")
    return {
        "surfaces": words.folded[order],
        "surface.stem": words.stem_of[order].astype(np.int32),
        "surface.ids": docs[by_place].astype(np.int32),
        "surface.ends": np.searchsorted(place[rows][by_place], np.arange(len(order)), "right"),
    }
