"""`kb evaluate`: how well search answers labelled queries, on documents of any kind."""

from __future__ import annotations

import json
from pathlib import Path

import click
from msgspec.structs import asdict

from kb.cli.evaluation.doubts import Doubts, doubts
from kb.cli.evaluation.encoder_gain import Measured, with_and_without
from kb.cli.evaluation.learning_gain import Gains, Lesson, gains
from kb.cli.evaluation.sets import (
    IndexedDocuments,
    answered,
    indexed_documents,
    labelled_queries,
)
from kb.search.evaluation.metrics import DEPTH, Answered, Figures, Labelled, figures, worst
from kb.search.searcher import Searcher
from kb.settings import LANGUAGES

MISSES = 15  # that are printed
HEAD = f"{'queries':>8} {'s@1':>6} {'s@3':>6} {'s@5':>6} {'MRR@10':>7} {'nDCG@10':>8}"


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
@click.option(
    "--learn",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Learn words from this share of the queries; the figures are of the others.",
)
@click.option(
    "--people",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help="Who use each query of that share.",
)
@click.option(
    "--wrong",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="The share of those people who open, and keep, a wrong one of the first ten.",
)
@click.option(
    "--outside",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Questions that FOLDER does not answer, one a line: how often is nothing said to fit?",
)
@click.option(
    "--meaning", is_flag=True, help="Compare the figures without the sentence encoder, and with it."
)
@click.option(
    "--encoder",
    default="",
    envvar="KB_ENCODER",
    help="Its folder; the one of the extra, where none is named.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random numbers.")
@click.option("--json", "as_json", is_flag=True, help="The figures only, as JSON.")
def evaluate(
    folder: Path,
    queries: Path | None,
    language: str,
    learn: float | None,
    people: int,
    wrong: float,
    outside: Path | None,
    meaning: bool,
    encoder: str,
    seed: int,
    as_json: bool,
) -> None:
    """Search labelled queries in the documents of FOLDER and print how often it is right.

    FOLDER holds docs.jsonl (id, title, text), queries.jsonl (id, text) and qrels.tsv
    (query, document, relevance: above 0 is right).
    """
    lesson = Lesson(learn, people, wrong, seed) if learn else None
    try:
        labelled = list(labelled_queries(queries or folder / "queries.jsonl", folder / "qrels.tsv"))
        with indexed_documents(folder / "docs.jsonl", language) as one:
            if meaning:
                _print_both(list(with_and_without(one, labelled, outside, encoder)), as_json)
                return
            gained = gains(one, labelled, lesson) if lesson else None
            answered = [] if lesson else _answered(one, labelled)
            plain = Searcher(one.index)
            doubted = doubts(one, plain, labelled, outside) if outside and not lesson else None
    except (OSError, ValueError, KeyError) as error:
        click.echo(f"kb: {folder} cannot be evaluated: {error!r}", err=True)
        raise click.exceptions.Exit(2) from error
    if gained:
        click.echo(json.dumps(gained.as_json()) if as_json else _compared(gained))
        return
    found = figures(answered)
    if as_json:
        click.echo(json.dumps(asdict(found) | (asdict(doubted) if doubted else {})))
        return
    _print(found, answered)
    if doubted:
        click.echo(_told(doubted))


def _answered(one: IndexedDocuments, labelled: list[Labelled]) -> list[Answered]:
    return answered(one, Searcher(one.index), labelled)


def _print_both(measured: list[Measured], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({each.name: each.as_json() for each in measured}))
        return
    lines = [f"{'':16} {HEAD}"]
    for each in measured:
        lines.append(f"{each.name:16} {_row(each.figures)}")
    click.echo("\n".join(lines))
    for each in measured:
        if each.doubts:
            click.echo(f"\n{each.name.capitalize()} encoder: {_told(each.doubts).strip()}")


def _told(found: Doubts) -> str:
    return (
        f"\nAnswered right at rank 1, and doubted: {found.doubted_right} %. "
        f"From outside, and stood behind: {found.outside_behind} %. (Threshold {found.threshold}.)"
    )


def _compared(gained: Gains) -> str:
    lines = [
        f"{'':28} {'queries':>7} {'s@1':>6} {'s@3':>6} {'s@5':>6} {'MRR@10':>7} {'nDCG@10':>8}"
    ]
    for name, gain in (
        ("other queries", gained.all),
        ("whose answer was opened", gained.opened),
        ("whose answer never was", gained.never_opened),
    ):
        for what, one in (("", gain.before), ("  with learned words", gain.after)):
            lines.append(
                f"{what or name:28} {one.n:7} {one.s1:6.1f} {one.s3:6.1f} {one.s5:6.1f} "
                f"{one.mrr10:7.1f} {one.ndcg10:8.1f}"
            )
    return "\n".join(lines)


def _row(found: Figures) -> str:
    return (
        f"{found.n:8} {found.s1:6.1f} {found.s3:6.1f} {found.s5:6.1f} "
        f"{found.mrr10:7.1f} {found.ndcg10:8.1f}"
    )


def _print(found: Figures, answered: list[Answered]) -> None:
    click.echo(HEAD)
    click.echo(_row(found))
    missed = [one for one in worst(answered, MISSES) if one.rank != 1]
    if missed:
        click.echo("\nWorst misses (rank of the right answer, query, wanted, found instead):")
    for one in missed:
        wanted = ", ".join(one.query.relevant)
        place = one.rank or f">{DEPTH}"
        click.echo(f"{place:>4}  {one.query.text[:90]!r}  {wanted}  {', '.join(one.found[:2])}")
