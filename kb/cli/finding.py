"""`kb search`: the search page on the command line."""

from __future__ import annotations

import json
from datetime import date

import click

from kb.cli.common import Build, built, content_option
from kb.procedures.visibility import Reader
from kb.search.results import Explanation, Hit, Results

# "-parcel" is a word, and so is one with an h in it: -h would be found within. Alone it asks for
# help.
_WORDS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.command(context_settings=_WORDS)
@content_option
@click.argument("words", nargs=-1, required=True)
@click.option("--department", help="Only procedures of this department (its id).")
@click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The answer of GET /api/v1/search.")
@click.option("--explain", is_flag=True, help="Why each hit stands where it stands.")
@click.pass_obj
def search(
    build: Build,
    words: tuple[str, ...],
    department: str | None,
    limit: int,
    as_json: bool,
    explain: bool,
) -> None:
    """Find procedures. Only published ones: who reads the terminal is not known."""
    if words == ("-h",):
        click.echo(click.get_current_context().get_help())
        return
    parts = built(build)
    if department is not None and department not in parts.publishing.publisher.departments():
        known = ", ".join(parts.publishing.publisher.departments().by_id)
        raise click.UsageError(f"there is no department {department!r}; there are {known}.")
    parts.search.encoding.be_ready()
    if explain:
        _print_why(parts.search.searcher.explain(" ".join(words), Reader(), date.today(), limit))
        return
    results = parts.search.searcher.search(
        " ".join(words), Reader(), date.today(), department=department, limit=limit
    )
    if not results.total and not parts.search.index.fingerprints():
        click.echo("There is no index yet; run kb index.", err=True)
    if as_json:
        click.echo(json.dumps(results.as_json(), indent=2, ensure_ascii=False))
    else:
        _print(results)


def _print(results: Results) -> None:
    click.echo(f"{results.total} found in {results.took_ms:.1f} ms")
    if results.did_you_mean:
        click.echo(f"Did you mean: {results.did_you_mean}")
    for rank, hit in enumerate(results.hits, 1 + results.offset):
        click.echo(f"{rank:3}. {hit.id}  {hit.title}  [{hit.department}]{_mark(hit)}")
        if hit.attached:
            click.echo(f"     in the attachment {hit.attached.path}, {hit.attached.where}:")
        click.echo(f"     {''.join(part.text for part in hit.snippet)}")


def _print_why(explanation: Explanation) -> None:
    click.echo("Words, their rarity, and what they were taken for:")
    for word, rarity, why in explanation.words:
        click.echo(f"  {word:20} {rarity:6.2f}  {why}")
    for rank, hit in enumerate(explanation.hits, 1):
        click.echo(f"{rank:3}. {hit.score:6.3f}  {hit.id}  {hit.title}")
        click.echo("     " + "  ".join(f"{part.name} {part.adds:+.3f}" for part in hit.parts))


def _mark(hit: Hit) -> str:
    return "  review overdue" if hit.overdue else ""
