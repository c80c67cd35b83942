"""`kb evaluate`: how well search answers labelled queries, on documents of any kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from kb.content.front_matter import Document
from kb.content.reading import procedure_from
from kb.procedures.model import Departments, Entry
from kb.procedures.visibility import Reader
from kb.search.evaluation import DEPTH, Answered, Figures, Labelled, figures, worst
from kb.search.index import Index
from kb.search.searcher import Searcher
from kb.settings import LANGUAGES

MISSES = 15  # that are printed


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--queries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another file of queries than DIR/queries.jsonl; the labels stay.",
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="english",
    envvar="KB_LANGUAGE",
    show_default=True,
    help="Of the documents.",
)
@click.option("--json", "as_json", is_flag=True, help="The figures only, as JSON.")
def evaluate(folder: Path, queries: Path | None, language: str, as_json: bool) -> None:
    """Search labelled queries in the documents of FOLDER and print how often it is right.

    FOLDER holds docs.jsonl (id, title, text), queries.jsonl (id, text) and qrels.tsv
    (query, document, relevance: above 0 is right).
    """
    try:
        labelled = list(_labelled(queries or folder / "queries.jsonl", folder / "qrels.tsv"))
        answered = _answered(folder / "docs.jsonl", labelled, language)
    except (OSError, ValueError, KeyError) as error:
        click.echo(f"kb: {folder} cannot be evaluated: {error!r}", err=True)
        raise click.exceptions.Exit(2) from error
    found = figures(answered)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        _print(found, answered)


def _answered(documents: Path, labelled: list[Labelled], language: str) -> list[Answered]:
    """Index the documents in a temporary folder and search each query there."""
    ids: dict[str, str] = {}
    with TemporaryDirectory(prefix="kb-evaluate-") as folder:
        index = Index(Path(folder) / "search_index", language)
        index.rebuild(_entries(documents, ids), _silent)
        searcher = Searcher(index)
        return [Answered(query, _found(searcher, query.text, ids)) for query in labelled]


def _entries(documents: Path, ids: dict[str, str]) -> Iterator[Entry]:
    """The documents as the files of a content folder would be read; `ids` has each path's id."""
    for number, told in enumerate(_lines(documents)):
        path = f"{number:07}.md"
        ids[path] = str(told["id"])
        meta = {"id": f"document-{number}", "title": told["title"]}
        yield procedure_from(
            Document(path, meta, str(told["text"]), 1, "0" * 12, ()), Departments()
        ).entry


def _found(searcher: Searcher, text: str, ids: dict[str, str]) -> tuple[str, ...]:
    results = searcher.search(text, Reader(), date.today(), limit=DEPTH)
    return tuple(ids[hit.found.path] for hit in results.hits)


def _labelled(queries: Path, labels: Path) -> Iterator[Labelled]:
    """The queries that have a right answer."""
    relevant: dict[str, dict[str, int]] = {}
    for line in labels.read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and fields[2].strip().isdigit() and int(fields[2]) > 0:
            relevant.setdefault(fields[0], {})[fields[1]] = int(fields[2])
    for told in _lines(queries):
        if str(told["id"]) in relevant:
            yield Labelled(str(told["id"]), str(told["text"]), relevant[str(told["id"])])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _print(found: Figures, answered: list[Answered]) -> None:
    click.echo(f"{'queries':>8} {'s@1':>6} {'s@3':>6} {'s@5':>6} {'MRR@10':>7} {'nDCG@10':>8}")
    click.echo(
        f"{found.n:8} {found.s1:6.1f} {found.s3:6.1f} {found.s5:6.1f} "
        f"{found.mrr10:7.1f} {found.ndcg10:8.1f}"
    )
    missed = [one for one in worst(answered, MISSES) if one.rank != 1]
    if missed:
        click.echo("\nWorst misses (rank of the right answer, query, wanted, found instead):")
    for one in missed:
        wanted = ", ".join(one.query.relevant)
        place = one.rank or f">{DEPTH}"
        click.echo(f"{place:>4}  {one.query.text[:90]!r}  {wanted}  {', '.join(one.found[:2])}")


def _silent(_done: int) -> None:
    """Nobody watches the progress here."""
