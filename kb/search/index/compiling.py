"""Postings of several parts → the arrays that are scored. Pure: arrays in, arrays out.

A *table* says for each stem which documents have it and what it adds there before its rarity is
weighed in: `ends` (of each stem's rows), `ids` (ascending within a stem), `adds`. The table
"words" weighs all fields together; "title", "keywords" and "attached" tell what of it comes from
them. "within" has for each document and stem on which pages of its attachments that stands.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kb.search.index.array_file import Array
from kb.search.index.passages import ATTACHED, BODY, KEYWORDS
from kb.search.index.stored_fields import facets
from kb.search.words.analysis import LONGEST_WORD, Stems, folded

Raw = dict[str, Array]
PLACE_BITS = 18
GAP = 4  # words between title, keywords, body and the next document, so that none stand close


class Saturation(Struct, frozen=True):
    """BM25's tf·(k1+1) / (tf + k1·(1 - b + b·length/average)) (Robertson & Zaragoza, 2009).

    `weight` is how much the field counts in the table "words" (docs/decisions/ranking.md).
    """

    k1: float
    b: float
    weight: float

    def adds(self, counts: Array, lengths: Array, average: float) -> NDArray[np.float32]:
        """What each count adds in a text of that length (words)."""
        norm = self.k1 * (1 - self.b + self.b * lengths / max(average, 1e-9))
        return np.asarray(counts * (self.k1 + 1) / (counts + norm), np.float32)


SATURATION = {
    "whole": Saturation(1.2, 0.75, 1.0),
    "title": Saturation(1.2, 0.5, 1.89),
    "keywords": Saturation(1.2, 0.3, 2.69),
    "attached": Saturation(1.2, 0.75, 0.4),
}
PASSAGE = Saturation(1.2, 0.5, 0.35)


class _Words(Struct):
    """The vocabulary of all parts together and each part's rows in it."""

    words: list[str]
    rows: list[Array]  # part → row of each of its terms
    stems: Array  # sorted, bytes
    stem_of: Array  # row of a word → row of its stem
    folded: Array  # row of a word → the word without accents, bytes


class _Postings(Struct):
    """Of all parts: row of the word, document, count; all their places, one after the other."""

    words: Array
    docs: Array
    counts: Array
    places: Array


def compiled(raws: list[Raw], stems: Stems, averages: Array | None = None) -> Raw:
    """The arrays of one set. `averages` (words a text) keep a small set in line with a big one."""
    words = _vocabulary(raws, stems)
    documents = _documents(raws)
    size = len(documents["stored.ends"])
    postings = _postings(raws, words)
    keys, counts = _counted(postings, words, size)
    own = _averages(counts, keys, documents)
    averages = own if averages is None else np.where(averages > 0, averages, own)
    tables = _scored(keys, counts, size, averages, len(words.stems))
    tables |= _running(raws, words) | _within(raws, words)
    tables["passages.norm"] = _passage_norm(counts, keys, documents, averages)
    tables["averages"] = averages
    every = {**documents, **tables, **_surfaces(postings, words, size), "stems": words.stems}
    return _with_titles(every)


def _with_titles(every: Raw) -> Raw:
    """The title stands before the passages of each document, in the same tables.

    Its vector is that of `about`. Its norm is infinite, so that its words add nothing by
    themselves: they count in each passage. The vectors of keywords stand after all of these.
    """
    ends, titles = every["passages.ends"], every.pop("running.title")
    firsts = ends - np.diff(ends, prepend=0)
    spans = np.stack([np.zeros_like(titles), titles], axis=1)
    for name, rows in (
        ("passages", 0),
        ("passages.norm", np.inf),
        ("running.passages", spans),
        ("vectors", every.pop("about")),
    ):
        every[name] = np.insert(every[name], firsts, rows, axis=0)
    every["vectors"] = np.concatenate([every["vectors"], *_said(every.pop("said"))])
    keys, said = every.pop("keys"), every.pop("said.keys")
    every["vectors.keys"] = np.concatenate([keys, *_said(said)])
    return {**every, "passages.ends": ends + np.arange(1, len(ends) + 1)}


def _said(vectors: Array) -> list[Array]:
    """The keywords' vectors, or keys, after one of zeros for all documents that have none; where
    no document has any, nothing."""
    return [np.zeros_like(vectors[:1]), vectors] if len(vectors) else []


def _vocabulary(raws: list[Raw], stems: Stems) -> _Words:
    every = [raw["terms"] for raw in raws]
    unique = np.unique(np.concatenate(every)) if every else np.zeros(0, f"S{LONGEST_WORD}")
    words = [term.decode("utf-8", "replace") for term in unique.tolist()]
    stemmed = _encoded([stems.of(word) for word in words])
    stem_rows, stem_of = np.unique(stemmed, return_inverse=True)
    rows = [np.searchsorted(unique, raw["terms"]) for raw in raws]
    return _Words(words, rows, stem_rows, stem_of, _encoded([folded(word) for word in words]))


def _encoded(words: list[str]) -> Array:
    return np.array([word.encode("utf-8", "replace") for word in words], f"S{LONGEST_WORD}")


def _documents(raws: list[Raw]) -> Raw:
    """Everything of the documents, part after part, with the ends moved along."""
    joined: Raw = {}
    ended = ("stored", "paths", "texts", "files", "passages", "said")
    for name in (*ended, "fingerprints", "vectors", "about", "keys", "said.keys"):
        joined[name] = np.concatenate([raw[name] for raw in raws])
    for name in (f"{each}.ends" for each in ended):
        sizes = [np.diff(raw[name], prepend=0) for raw in raws]
        joined[name] = np.cumsum(np.concatenate(sizes))
    return {**joined, **facets(joined)}


def _postings(raws: list[Raw], vocabulary: _Words) -> _Postings:
    words, docs, base = [], [], 0
    for raw, rows in zip(raws, vocabulary.rows, strict=True):
        words.append(np.repeat(rows, np.diff(raw["ends"], prepend=0)).astype(np.int32))
        docs.append(raw["docs"].astype(np.int32) + np.int32(base))
        base += len(raw["stored.ends"])
    counts = np.concatenate([raw["counts"] for raw in raws])
    places = np.concatenate([raw["places"] for raw in raws])
    return _Postings(np.concatenate(words), np.concatenate(docs), counts, places)


def _counted(postings: _Postings, words: _Words, size: int) -> tuple[Array, dict[str, Array]]:
    """Postings by stem and document: keys (stem · size + document), and counts in each field."""
    starts = np.cumsum(postings.counts, dtype=np.int64) - postings.counts
    title, before_body = (
        _sums(postings.places < end, starts, np.int32) for end in (KEYWORDS[0], BODY[0])
    )
    attached = np.zeros(len(starts), np.int32)
    if (postings.places >= ATTACHED).any():
        attached = _sums(postings.places >= ATTACHED, starts, np.int32)
    every = {
        "whole": postings.counts - attached,
        "title": title,
        "keywords": before_body - title,
        "attached": attached,
    }
    keys = words.stem_of[postings.words].astype(np.int64) * size + postings.docs
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[first], {
        name: _sums(counts[order], first, np.int32) for name, counts in every.items()
    }


def _sums(values: Array, starts: Array, kind: type) -> Array:
    """The sum of each run, as numbers of that kind."""
    return np.add.reduceat(values, starts, dtype=kind) if len(starts) else np.zeros(0, kind)


def _running(raws: list[Raw], words: _Words) -> Raw:
    """The stems of each document in the order of its text: title, keywords, body.

    After each of these stands GAP times the number of stems, which is none of theirs, so that
    nothing is close across. Where several stems have one place ("mail" and "email"), the first has
    the cell; the others stand in `also.stems`, with their cells in `also.cells`. All cells are
    counted from the document's beginning: `running.title` is how many the title has,
    `running.passages` where each passage begins and ends (_with_titles puts the titles among them).
    """
    none = len(words.stems)
    made = [
        _running_part(_of_text(raw), words.stem_of[rows], none)
        for raw, rows in zip(raws, words.rows, strict=True)
    ]
    joined = {name: np.concatenate([one[name] for one in made]) for name in made[0]} if made else {}
    for name in ("running", "also"):
        joined[f"{name}.ends"] = np.cumsum(joined.pop(f"{name}.sizes"))
    return joined


def _of_text(raw: Raw) -> Raw:
    """The part without the words of attachments."""
    inside = raw["places"] < ATTACHED
    if inside.all():
        return raw
    starts = np.cumsum(raw["counts"], dtype=np.int64) - raw["counts"]
    counts = _sums(inside, starts, np.int64)
    return {**raw, "counts": counts, "places": raw["places"][inside]}


def _within(raws: list[Raw], words: _Words) -> Raw:
    """Each stem's pages, slides or rows in the attachments of a document.

    `within.keys` are document · stems + stem, ascending; `within.places` count within a document.
    """
    keys, base, stems = [np.zeros(0, np.int64)], 0, len(words.stems)
    for raw, rows in zip(raws, words.rows, strict=True):
        outside = raw["places"] >= ATTACHED
        if outside.any():
            stem = words.stem_of[rows].repeat(np.diff(raw["ends"], prepend=0))
            pair = (raw["docs"].astype(np.int64) + base) * stems + stem
            found = pair.repeat(raw["counts"])[outside] << PLACE_BITS
            keys.append(np.unique(found | (raw["places"][outside] - ATTACHED)))
        base += len(raw["stored.ends"])
    every = np.concatenate(keys)
    places = every & ((1 << PLACE_BITS) - 1)
    return {"within.keys": every >> PLACE_BITS, "within.places": places.astype(np.int32)}


def _running_part(raw: Raw, stem_of_term: Array, none: int) -> Raw:
    kind = np.uint16 if none < (1 << 16) - 1 else np.uint32  # the largest is no stem's
    count = len(raw["stored.ends"])
    bits = max(none, 1).bit_length()
    stems = stem_of_term.repeat(np.diff(raw["ends"], prepend=0))
    found = (raw["docs"].astype(np.int64) << PLACE_BITS).repeat(raw["counts"])
    found |= raw["places"]
    found <<= bits
    found |= stems.repeat(raw["counts"])
    found.sort()
    stem = (found & ((1 << bits) - 1)).astype(kind)
    found >>= bits
    new = np.diff(found, prepend=-1) > 0  # the first at its place
    every, found = found, found[new]
    edges = (np.arange(count + 1, dtype=np.int64) << PLACE_BITS)[:, None]
    edges = found.searchsorted(edges + np.array([0, KEYWORDS[0], BODY[0]]))
    starts = edges[:-1, 0]
    sizes = np.diff(edges[:, 0]) + 3 * GAP
    place = found & ((1 << PLACE_BITS) - 1)
    gaps = 3 * (found >> PLACE_BITS) + (place >= KEYWORDS[0]) + (place >= BODY[0])
    cells = np.arange(len(found)) + GAP * gaps
    line = np.full(int(sizes.sum()), none, kind)
    line[cells] = stem[new]
    also = (~new).nonzero()[0]
    owners = every[also] >> PLACE_BITS
    begins = np.cumsum(sizes) - sizes
    owner = np.arange(count).repeat(np.diff(raw["passages.ends"], prepend=0))
    within = raw["passages"][:, :2].astype(np.int64) + BODY[0]
    at = found.searchsorted((owner[:, None] << PLACE_BITS) + within)
    return {
        "running": line,
        "running.sizes": sizes,
        "running.title": (edges[:-1, 1] - starts).astype(np.int32),
        "running.passages": (at - starts[owner, None] + 2 * GAP).astype(np.int32),
        "also.stems": stem[also],
        "also.cells": (cells[found.searchsorted(every[also])] - begins[owners]).astype(np.int32),
        "also.sizes": np.bincount(owners, minlength=count),
    }


def _averages(counts: dict[str, Array], keys: Array, documents: Raw) -> Array:
    """Words of a text on average, of the documents that have any: whole, title, keywords,
    attached; and of a passage with its title."""
    size = len(documents["stored.ends"])
    docs = keys % max(size, 1)
    measured = []
    for found in counts.values():
        lengths = np.bincount(docs, found, size)
        measured.append(float(lengths.sum()) / max(int(np.count_nonzero(lengths)), 1))
    passages = documents["passages"].astype(np.int64)
    in_passage = float((passages[:, 1] - passages[:, 0]).mean()) if len(passages) else 1.0
    return np.array([*measured, in_passage + measured[1]])


def _scored(keys: Array, counts: dict[str, Array], size: int, averages: Array, stems: int) -> Raw:
    """The tables of all words, and of the titles', the keywords' and the attachments'."""
    ids = (keys % max(size, 1)).astype(np.int32)
    rows = keys // max(size, 1)
    every = np.arange(stems)
    tables: Raw = {"words.ids": ids, "words.ends": np.searchsorted(rows, every, "right")}
    words = np.zeros(len(keys), np.float32)
    for nth, (name, saturation) in enumerate(SATURATION.items()):
        having = np.flatnonzero(counts[name])
        lengths = np.bincount(ids, counts[name], size)
        adds = saturation.adds(counts[name][having], lengths[ids[having]], float(averages[nth]))
        words[having] += adds * np.float32(saturation.weight)
        if name != "whole":
            tables[f"{name}.ids"] = ids[having]
            tables[f"{name}.adds"] = adds
            tables[f"{name}.ends"] = np.searchsorted(rows[having], every, "right")
    return {**tables, "words.adds": words}


def _passage_norm(
    counts: dict[str, Array], keys: Array, documents: Raw, averages: Array
) -> NDArray[np.float32]:
    """k1·(1 - b + b·length/average) of each passage; the title counts in each of them."""
    size = len(documents["stored.ends"])
    titles = np.bincount(keys % max(size, 1), counts["title"], size)
    passages = documents["passages"].astype(np.int64)
    reach = np.diff(documents["passages.ends"], prepend=0)
    lengths = passages[:, 1] - passages[:, 0] + np.repeat(titles, reach)
    b = PASSAGE.b
    return np.asarray(PASSAGE.k1 * (1 - b + b * lengths / max(averages[-1], 1e-9)), np.float32)


def ranges(starts: Array, sizes: Array) -> Array:
    """start, start+1, … for each start, `size` numbers each, one after the other."""
    ends = sizes.cumsum(dtype=np.int64)
    found: Array = (starts - (ends - sizes)).repeat(sizes)
    found += np.arange(len(found))
    return found


def _surfaces(postings: _Postings, words: _Words, count: int) -> Raw:
    """Words as they are written, by their folded form: for spelling, prefixes and accents."""
    order = np.argsort(words.folded, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    keys = np.sort(place[postings.words] * max(count, 1) + postings.docs)
    rows, docs = np.divmod(keys, max(count, 1))
    return {
        "surfaces": words.folded[order],
        "surface.stem": words.stem_of[order].astype(np.int32),
        "surface.ids": docs.astype(np.int32),
        "surface.ends": np.searchsorted(rows, np.arange(len(order)), "right"),
    }
