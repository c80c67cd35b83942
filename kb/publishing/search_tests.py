"""Search tests: does what owners wrote under `finds:` hold, and what would a change break?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from kb.catalogue.cross_faults import SearchTest, broken_find
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.reading import Filed, procedure_from
from kb.procedures.model import Departments, Entry, Fault
from kb.procedures.visibility import Reader
from kb.search.evaluation.expected_hits import Miss, Winner, missed
from kb.search.evaluation.general_fit import renew
from kb.search.evaluation.proposed_index import with_entries
from kb.search.query import parse as parse_query
from kb.search.searcher import Searcher
from kb.search.words.synonyms import Synonyms


class ProposedChange(Struct, frozen=True):
    """What somebody is about to save: files as they would be (new ones too), paths that would be
    gone, the synonyms as they would be (None: as they are)."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    synonyms: Synonyms | None = None


class BrokenFind(Struct, frozen=True):
    """A search that would not show its procedure among the first three.

    `place` is where it would stand, 0 for nowhere near, and `winners` are the first three.
    `already`: it fails as it is, too; told only of the files that change.
    """

    test: SearchTest
    place: int
    winners: tuple[Winner, ...]
    already: bool


class SearchTests:
    """Runs the tests against what `searcher` has in service, or would have after a change.

    A test runs as a reader who sees what is published; that of a draft as one of its department.
    """

    def __init__(
        self,
        departments: Callable[[], Departments],
        catalogue: Catalogue,
        searcher: Searcher,
        entry: Callable[[Filed], Entry],
    ) -> None:
        """`entry` is what search needs of a file, with what its attachments say."""
        self._departments = departments
        self._catalogue = catalogue
        self._searcher = searcher
        self._entry = entry

    def renew_threshold(self) -> None:
        """Find out anew from when on a search is stood behind, where the index has changed much."""
        renew(self._searcher)

    def faults(self) -> list[Fault]:
        """Those that fail now, as faults of their files."""
        return list(_faults(self._searcher, self._catalogue.search_tests()))

    def faults_of(self, read: Sequence[Filed], indexed: Mapping[str, str]) -> list[Fault]:
        """Those that fail for all the files as they were just `read`, whatever the index says.

        `indexed` has the version (Procedure.version) of what the index holds, by path.
        """
        tests = [test for one in read for test in SearchTest.all_of(one)]
        if not tests:
            return []
        changed = [one for one in read if indexed.get(one.procedure.path) != one.procedure.version]
        gone = indexed.keys() - {one.procedure.path for one in read}
        searcher = with_entries(self._searcher, list(map(self._entry, changed)), gone)
        return list(_faults(searcher, tests))

    def broken_by(self, change: ProposedChange, reader: Reader) -> tuple[BrokenFind, ...]:
        """What the change would break, anywhere in the base, as far as `reader` may know of it.

        Nothing is written. Takes some 2 ms a test, and as long as indexing what changes.
        """
        before = self._catalogue.search_tests()
        read = self._read(change.files)
        searcher = with_entries(self._searcher, list(map(self._entry, read)), change.gone)
        tests = _after(before, read, change)
        if change.synonyms is not None:
            searcher = searcher.with_synonyms(change.synonyms)
            if not (read or change.gone):
                tests = self._touched(tests, change.synonyms)
        known = {(test.path, test.query) for test in before}
        found = []
        for test in tests:
            miss = _missed(searcher, test) if _may_know(reader, test) else None
            if miss is None:
                continue
            had = (test.path, test.query) in known
            already = had and _missed(self._searcher, test) is not None
            if test.path in change.files or not already:
                found.append(BrokenFind(test, miss.place, miss.winners, already))
        return tuple(found)

    def _read(self, files: Mapping[str, bytes]) -> list[Filed]:
        """The files as they would be read, with the ids that they have."""
        departments = self._departments()
        ids = self._catalogue.at_paths(files.keys())
        read = [procedure_from(parse(raw, path), departments) for path, raw in files.items()]
        return [
            replace(one, procedure=replace(one.procedure, id=ids[one.procedure.path]))
            if one.procedure.path in ids and not one.named
            else one
            for one in read
        ]

    def _touched(self, tests: Iterable[SearchTest], synonyms: Synonyms) -> list[SearchTest]:
        """Those in whose words other synonyms stand than do now: no other can change."""
        now = self._searcher.synonyms()
        words = ((test, parse_query(test.query).words) for test in tests)
        return [
            test for test, typed in words if {*now.found_in(typed)} != {*synonyms.found_in(typed)}
        ]


def _after(
    before: Iterable[SearchTest], read: Iterable[Filed], change: ProposedChange
) -> list[SearchTest]:
    changed = {*change.files, *change.gone}
    kept = [test for test in before if test.path not in changed]
    return [*(test for one in read for test in SearchTest.all_of(one)), *kept]


def _faults(searcher: Searcher, tests: Iterable[SearchTest]) -> Iterator[Fault]:
    for test in tests:
        miss = _missed(searcher, test)
        if miss is not None:
            yield broken_find(test, miss.place, map(_named, miss.winners))


def _named(winner: Winner) -> str:
    """As everybody may read it who reads of the fault: of a draft not even its title."""
    return "another draft" if winner.draft else f"{winner.id} ({winner.title})"


def _missed(searcher: Searcher, test: SearchTest) -> Miss | None:
    reader = Reader(frozenset({test.department})) if test.draft else Reader()
    return missed(searcher, test.query, test.path, test.id, reader)


def _may_know(reader: Reader, test: SearchTest) -> bool:
    return not test.draft or test.department in reader.drafts_of
