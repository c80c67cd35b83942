"""How a part's words get into its Whoosh segment: a term at a time, not a posting at a time.

Whoosh's writer asks of every posting whether it begins a new term or block; where all postings of
a part are at hand, sorted, that is more than half of the work of indexing. What is written is
Whoosh's own format, made by its own classes.
"""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import sub
from typing import Any

from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3FieldWriter, W3PostingsWriter
from whoosh.util.numeric import length_to_byte

PROTOCOL = 4
NO_LENGTHS = (length_to_byte(None), length_to_byte(0))  # the least and the greatest of a block
# A term with the documents that have it, ascending, and its value in each.
Term = tuple[bytes, list[int], list[bytes]]


class Terms:
    """The terms of `field`, sorted; `every` is set when all documents are in."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.every: Iterable[Term] = ()


class SegmentCodec(W3Codec):
    """Whoosh's codec, which also writes `terms`; compressing many short lists saves nothing."""

    def __init__(self, terms: Terms | None = None) -> None:
        whoosh: Any = super()  # it has no types
        whoosh.__init__(compression=0)
        self._terms = terms

    def __reduce__(self) -> Any:
        """A segment remembers its codec: Whoosh's own, which reads what this one wrote."""
        return W3Codec, (self._blocklimit, 0)

    def field_writer(self, storage: Any, segment: Any) -> W3FieldWriter:
        """What Whoosh hands the postings to when it commits."""
        return _FieldWriter(self, storage, segment, self._terms)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> W3PostingsWriter:
        """What writes the postings of one term after the other."""
        writer: Any = _PostingsWriter
        made: W3PostingsWriter = writer(dbfile, self._blocklimit, byteids, compression=0)
        return made


class _FieldWriter(W3FieldWriter):
    def __init__(self, codec: Any, storage: Any, segment: Any, terms: Terms | None) -> None:
        whoosh: Any = super()
        whoosh.__init__(codec, storage, segment)
        self._terms = terms

    def add_postings(self, schema: Any, lengths: Any, items: Iterator[Any]) -> None:
        whoosh: Any = super()
        whoosh.add_postings(schema, lengths, items)
        if self._terms is not None:
            self._add_terms(self, schema, self._terms)

    def _add_terms(self, whoosh: Any, schema: Any, terms: Terms) -> None:
        whoosh.start_field(terms.field, schema[terms.field])
        for term, docs, values in terms.every:
            whoosh.start_term(term)
            whoosh._postwriter.add_all(docs, values)
            whoosh.finish_term()
        whoosh.finish_field()


class _PostingsWriter(W3PostingsWriter):
    def add_all(self, docs: list[int], values: list[bytes]) -> None:
        """The postings of the term that was started, each of weight 1."""
        whoosh: Any = self
        limit = whoosh._blocklimit
        for first in range(0, len(docs), limit):
            if first:
                whoosh._write_block()
            whoosh._ids = array("I", docs[first : first + limit])
            whoosh._weights = array("f", [1.0]) * len(whoosh._ids)
            whoosh._values = values[first : first + limit]
            whoosh._maxweight = 1.0

    def _write_block(self, last: bool = False) -> None:
        """As Whoosh does, but for weights of 1 only, and pickled by a protocol that knows bytes:
        the one that Whoosh writes takes ten times as long for them. It reads any."""
        whoosh: Any = self
        file, ids = whoosh._postfile, whoosh._ids
        if not whoosh._blockcount:
            file.write(WHOOSH3_HEADER_MAGIC)
        whoosh._terminfo.add_block(self)
        steps = tuple(map(sub, ids, chain((0,), ids)))
        block = pickle.dumps((steps, None, tuple(whoosh._values)), PROTOCOL)
        about = pickle.dumps((len(ids), ids[-1], 1.0, 0, *NO_LENGTHS), PROTOCOL)
        length = len(about) + len(block)
        file.write_int(-length if last else length)
        file.write(about)
        file.write(block)
        whoosh._blockcount += 1
        whoosh._new_block()
