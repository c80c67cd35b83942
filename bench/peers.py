"""The engines we are measured against, on the same corpus: stock Whoosh and tantivy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import tantivy
from whoosh import fields, index, qparser

from bench.corpus import Page

# Takes a query, returns the ids of the ten best.
Rank = Callable[[str], list[str]]


def stock_whoosh(folder: Path, pages: list[Page]) -> Rank:
    """Whoosh as its documentation shows it: stemmed fields, title x 2, any word, BM25F."""
    analyzer = fields.TEXT(phrase=False).analyzer
    schema = fields.Schema(
        id=fields.ID(stored=True),
        title=fields.TEXT(analyzer=analyzer, field_boost=2.0, phrase=False),
        body=fields.TEXT(analyzer=analyzer, phrase=False),
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    store = index.create_in(str(folder), schema)
    writer = store.writer(limitmb=256)
    for page in pages:
        writer.add_document(id=page.id, title=page.title, body=page.body)
    writer.commit()
    searcher = store.searcher()
    parser = qparser.MultifieldParser(["title", "body"], schema, group=qparser.OrGroup)

    def rank(query: str) -> list[str]:
        return [hit["id"] for hit in searcher.search(parser.parse(query), limit=10)]

    return rank


def tantivy_engine(folder: Path, pages: list[Page]) -> Rank:
    """tantivy with English stemming, title x 2, any word, BM25."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("title", tokenizer_name="en_stem")
    builder.add_text_field("body", tokenizer_name="en_stem")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    store = tantivy.Index(builder.build(), path=str(folder))
    writer = store.writer(heap_size=256_000_000, num_threads=1)
    for page in pages:
        writer.add_document(tantivy.Document(id=page.id, title=page.title, body=page.body))
    writer.commit()
    writer.wait_merging_threads()
    store.reload()
    searcher = store.searcher()

    def rank(query: str) -> list[str]:
        parsed = store.parse_query(query, ["title", "body"], field_boosts={"title": 2.0})
        found = searcher.search(parsed, 10, count=False).hits
        return [searcher.doc(address)["id"][0] for _, address in found]

    return rank
