"""`make bench`: the performance table, one run for all engines and sizes (SIZES=1000,10000)."""

from __future__ import annotations

import json
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from urllib.parse import quote_plus

from bench import corpus, load, peers, site
from bench.corpus import Page
from bench.typing import MISTAKES
from kb.app import build
from kb.procedures.visibility import Reader
from kb.search.searcher import Searcher
from kb.settings import load as load_settings

RESULTS = Path(__file__).resolve().parent / "results.json"
_QUERIES = 200
_KNOWN = 30
_ROUNDS = 5
_SECONDS = 5.0
_TYPING_PAUSE = 0.12  # seconds, as in kb/static/search-suggesting.js


def main() -> None:
    """Measure each size of the first argument ("1000,10000") and print the table."""
    sizes = [int(size) for size in (sys.argv[1] if len(sys.argv) > 1 else "1000,10000").split(",")]
    columns = []
    for size in sizes:
        columns.append(measure(size))
        print(table(columns[-1:]), file=sys.stderr)  # the next size may take half an hour
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    RESULTS.write_text(json.dumps({"when": when, "machine": machine, "sizes": columns}, indent=2))
    print(f"\n{when}, {machine}\n")
    print(table(columns))


def measure(size: int) -> dict[str, str]:
    """All figures of one size, by their name in the table."""
    print(f"{size} procedures …", file=sys.stderr)
    pages = corpus.pages(size)
    figures = {"procedures": f"{size:,}"}
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as name:
        home = Path(name)
        corpus.write(home / "content", pages)
        _indexing(home, size, figures)
        _ranking(home, pages, figures)
        _found(home, pages, figures)
        _serving(home, pages, figures)
    return figures


def table(columns: list[dict[str, str]]) -> str:
    """A Markdown table, a row a figure."""
    rows = [
        f"| {name} | " + " | ".join(c.get(name, "") for c in columns) + " |" for name in columns[0]
    ]
    rows.insert(1, "| --- " * (len(columns) + 1) + "|")
    return "\n".join(rows)


def _indexing(home: Path, size: int, figures: dict[str, str]) -> None:
    took = site.timed(home, "index", "--rebuild")
    figures["full index, procedures a second"] = f"{size / took:,.0f}"
    figures["unchanged tree indexed again, s"] = f"{site.timed(home, 'index'):.2f}"


def _ranking(home: Path, pages: list[Page], figures: dict[str, str]) -> None:
    asked = corpus.queries(pages, _QUERIES)
    parts = build(load_settings({}, home))
    searcher = Searcher(parts.search.index)  # keeps no answers: each is ranked anew
    searcher.search("nothing", Reader(), date.today())

    def rank(query: str) -> object:
        return searcher.search(query, Reader(), date.today(), limit=0, counts=False)

    def whole(query: str) -> object:
        return searcher.search(query, Reader(), date.today())

    first = _times(rank, asked)
    stock = peers.stock_whoosh(home / "peers" / "whoosh", pages)
    few = asked[: max(10, min(_QUERIES, 1_000_000 // len(pages)))]
    tantivy = peers.tantivy_engine(home / "peers" / "tantivy", pages)
    tantivy_first = _times(tantivy, asked)
    _times(stock, few)
    warm, tantivy_warm, stock_warm = [], [], []
    for _ in range(_ROUNDS):  # by turns: the machine is not as fast in every minute
        warm += _times(rank, asked)
        tantivy_warm += _times(tantivy, asked)
        stock_warm += _times(stock, few[: len(few) // _ROUNDS])
    answer = _times(whole, asked)
    again = _again(parts.search.searcher, asked)
    parts.let_go()
    figures["rank one query, first touch, ms (median)"] = f"{median(first):.2f}"
    figures["rank one query, warm, ms (median)"] = f"{median(warm):.2f}"
    figures["… with snippets and counts, ms"] = f"{median(answer):.2f}"
    figures["… asked again, of an answer that was kept, ms"] = f"{median(again):.3f}"
    figures["tantivy, first touch / warm, ms"] = (
        f"{median(tantivy_first):.2f} / {median(tantivy_warm):.2f}"
    )
    figures["stock Whoosh, warm, ms"] = f"{median(stock_warm):.1f}"
    figures["warm: times tantivy"] = f"{median(warm) / median(tantivy_warm):.1f}"
    figures["warm: stock Whoosh is slower by"] = f"{median(stock_warm) / median(warm):.0f} x"


def _again(searcher: Searcher, asked: list[str]) -> list[float]:
    def kept(query: str) -> object:
        return searcher.search(query, Reader(), date.today())

    _times(kept, asked)
    return _times(kept, asked)


def _times(rank: Callable[[str], object], queries: Iterable[str]) -> list[float]:
    times = []
    for query in queries:
        began = time.perf_counter()
        rank(query)
        times.append((time.perf_counter() - began) * 1000)
    return times


def _found(home: Path, pages: list[Page], figures: dict[str, str]) -> None:
    parts = build(load_settings({}, home))
    known = random.Random(5).sample(pages, _KNOWN)
    for name, mistake in MISTAKES.items():
        rng = random.Random(3)
        found = 0
        for page in known:
            asked = mistake(page.title, rng)
            hits = parts.search.searcher.search(asked, Reader(), date.today(), limit=5).hits
            found += page.id in [hit.id for hit in hits]
        figures[f"found in the top 5 of {_KNOWN}: {name}"] = str(found)
    parts.let_go()


def _serving(home: Path, pages: list[Page], figures: dict[str, str]) -> None:
    asked = [f"/search?q={query.replace(' ', '+')}" for query in corpus.queries(pages, _QUERIES)]
    read = [f"/procedures/{page.id}" for page in random.Random(9).choices(pages, k=_QUERIES)]
    with site.serving(home) as served:
        figures["start to first answer, s"] = f"{served.first_answer:.1f}"
        figures["background worker at rest after, s"] = f"{served.at_rest():.0f}"
        for what, paths in (("search page", asked), ("procedure page", read)):
            load.run(served.port, paths, 4, 5.0)  # until each worker has shown each page once
            for clients in (1, 8):
                got = load.run(served.port, paths, clients, _SECONDS)
                figures[f"{what}, {clients} clients: p50 / p95 ms, a second, failed"] = (
                    f"{got.p50:.1f} / {got.p95:.1f}, {got.a_second:.0f}, {got.failed}"
                )
        _typing(served, pages, figures)
        workers = [site.memory_mb(pid) for pid in served.web_workers()]
        figures["memory a web worker, MB: resident / proportional"] = ", ".join(
            f"{rss:.0f} / {pss:.0f}" for rss, pss in workers
        )
        figures["file changed to found, s"] = f"{_changed_to_found(home, served):.2f}"


def _typing(served: site.Served, pages: list[Page], figures: dict[str, str]) -> None:
    """The answer below the box, as at each pause of 8 people who type."""
    typed = corpus.typed(pages, _QUERIES)
    paths = [f"/search/suggestions?q={quote_plus(text)}" for text in typed]
    load.run(served.port, paths, 2, 2.0)
    for clients in (1, 8):
        before = sum(map(site.cpu_seconds, served.web_workers()))
        got = load.run(served.port, paths, clients, _SECONDS)
        spent = sum(map(site.cpu_seconds, served.web_workers())) - before
        answered = max(got.a_second * _SECONDS, 1)
        figures[f"as you type, {clients} clients: p50 / p95 ms, a second, failed; CPU ms each"] = (
            f"{got.p50:.1f} / {got.p95:.1f}, {got.a_second:.0f}, {got.failed};"
            f" {1000 * spent / answered:.1f}"
        )
    # The box waits for a pause in the typing before it asks: nobody asks more often than that.
    got = load.run(served.port, paths, 8, _SECONDS, pause=_TYPING_PAUSE)
    figures["as you type, 8 who pause 120 ms: p50 / p95 ms, a second, failed"] = (
        f"{got.p50:.1f} / {got.p95:.1f}, {got.a_second:.0f}, {got.failed}"
    )


def _changed_to_found(home: Path, served: site.Served) -> float:
    page = home / "content" / "orders" / "new.md"
    page.write_text("---\ntitle: Quokka Handling\n---\n\nHold the quokka gently.\n")
    began = time.perf_counter()
    while "Quokka Handling" not in served.get("/search?q=quokka"):
        if time.perf_counter() - began > 60:
            return float("nan")
        time.sleep(0.05)
    return time.perf_counter() - began


main()
