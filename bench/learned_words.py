"""What learned words gain, what wrong clicks do, and how far a ring of people can push.

    .venv/bin/python -m bench.learned_words FOLDER ...

FOLDERs are as for `kb evaluate`; the golden queries of the sample company come last. Prints the
tables of docs/decisions/learned-words.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from kb.cli.evaluation.learning_gain import Gain, Lesson, gains, taught
from kb.cli.evaluation.sets import IndexedDocuments, indexed_documents, labelled_queries
from kb.documents.document import parse
from kb.documents.reading import procedure_from
from kb.documents.settings_files.departments import parse_departments
from kb.insight.learning import Use
from kb.search.evaluation.metrics import Labelled
from kb.search.index.index import Index
from kb.search.searcher import Searcher
from kb.storage.files.library import Library

ROOT = Path(__file__).resolve().parent.parent
TRIALS = (
    (0.5, 5, 0.0),
    (0.5, 5, 0.1),
    (0.5, 5, 0.3),
    (0.5, 20, 0.0),
    (0.5, 20, 0.1),
    (0.9, 5, 0.0),
)
VICTIMS = 60  # queries that a ring tries to turn
RINGS = (1, 2, 3, 5, 10, 20)


def main(folders: Sequence[str]) -> None:
    """Every table, one set after the other."""
    for folder in map(Path, folders):
        with indexed_documents(folder / "docs.jsonl") as one:
            queries = list(labelled_queries(folder / "queries.jsonl", folder / "qrels.tsv"))
            _report(folder.name, one, queries)
    with _company() as one:
        _report("golden", one, _golden())


def _report(name: str, one: IndexedDocuments, queries: list[Labelled]) -> None:
    print(f"\n{name}: {len(queries)} queries")
    print("learned from | people | wrong | others | answer opened | never opened")
    for share, people, wrong in TRIALS:
        found = gains(one, queries, Lesson(share, people, wrong))
        told = " | ".join(map(_told, (found.all, found.opened, found.never_opened)))
        print(f"{share:.0%} | {people} | {wrong:.0%} | {told}", flush=True)
    for honest in (0, 5, 20):
        _ring(one, queries, honest)


def _told(gain: Gain) -> str:
    before, after = gain.before, gain.after
    return (
        f"{before.s1:.1f} / {before.s3:.1f} / {before.mrr10:.1f} → "
        f"{after.s1:.1f} / {after.s3:.1f} / {after.mrr10:.1f}"
    )


def _ring(one: IndexedDocuments, queries: list[Labelled], honest: int) -> None:
    """A ring types a query and opens its fifth hit, beside so many honest people who do not."""
    plain = Searcher(one.index)
    picked = Random(1).sample(queries, min(VICTIMS, len(queries)))
    victims = [(query, found) for query in picked if len(found := one.find(plain, query.text)) > 4]
    for ring in RINGS:
        places, firsts = [], 0
        for query, before in victims:
            target, right = before[4], max(query.relevant, key=lambda id: query.relevant[id])
            uses = [Use(one.names[right], f"honest {n}", query.text) for n in range(honest)]
            uses += [Use(one.names[target], f"ring {n % ring}", query.text) for n in range(1000)]
            after = one.find(taught(one, uses), query.text)
            places.append(after.index(target) + 1 if target in after else 11)
            firsts += after[:1] == (target,)
            if ring < 3 and not honest:
                assert after == before, (query.text, before, after)
        mean = sum(places) / max(len(places), 1)
        print(
            f"ring of {ring}, {honest} honest: the fifth hit comes to place {mean:.2f} on average, "
            f"{100 * firsts / max(len(places), 1):.0f} % to the first",
            flush=True,
        )


@contextmanager
def _company() -> Iterator[IndexedDocuments]:
    library = Library(ROOT / "content")
    departments = parse_departments(library.departments_source())
    files = (parse(library.read(file.path), file.path) for file in library.files())
    entries = [procedure_from(file, departments).entry for file in files]
    ids = {entry.procedure.path: entry.procedure.id for entry in entries}
    with TemporaryDirectory(prefix="kb-evaluate-") as folder:
        index = Index(Path(folder) / "search_index")
        index.rebuild(entries, lambda _done: None)
        yield IndexedDocuments(index, ids, {id: id for id in ids.values()})


def _golden() -> list[Labelled]:
    tables = sorted((ROOT / "tests" / "golden").glob("queries-*.tsv"))
    lines = [line for table in tables for line in table.read_text("utf-8").splitlines()]
    rows = [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
    return [Labelled(str(n), row[0], {row[1].strip(): 1}) for n, row in enumerate(rows)]


if __name__ == "__main__":
    main(sys.argv[1:])
