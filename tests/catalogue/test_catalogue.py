from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Engine, event

from kb.catalogue.cross_faults import cross_faults
from kb.catalogue.listings import Category, KeywordCount
from kb.catalogue.sql.catalogue import Catalogue
from kb.documents.document import parse
from kb.documents.markdown.links import address_key, name_key
from kb.documents.reading import Filed, procedure_from
from kb.procedures.model import Department, Departments, Fault, Severity
from kb.procedures.visibility import Reader
from kb.storage.files.library import FileStamp
from tests.databases import migrated
from tests.effort import examples

DEPARTMENTS = Departments(
    {name: Department(name, name.title()) for name in ("shipping", "billing")}
)
REP = Reader()
EDITOR = Reader(frozenset({"shipping"}))
OUTSIDER = Reader(frozenset({"billing"}))
TODAY = date(2026, 11, 22)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = migrated(tmp_path)
    yield made
    made.dispose()


@pytest.fixture
def catalogue(engine: Engine) -> Catalogue:
    return Catalogue(engine)


def filed(path: str, header: str = "", body: str = "Text") -> tuple[FileStamp, Filed]:
    raw = f"---\n{header}\n---\n{body}".encode()
    return FileStamp(path, len(raw), 7), procedure_from(parse(raw, path), DEPARTMENTS)


def ids(catalogue: Catalogue) -> dict[str, str]:
    return {path: stamp.id for path, stamp in catalogue.stamps().items()}


LATE = filed(
    "shipping/late.md",
    "id: SHP-014\ntitle: Late Shipment\nkeywords: ['Complaint: Late Shipment', wismo]\n"
    "owner: dana@kb.example\nreviewed: 2026-10-02\nreview_every: 6 months\n"
    "audience: [phone]\nrelated: [BIL-001, ../billing/refund.md, lost.md, NO-1]",
)
LOST = filed("shipping/lost.md", "title: Lost parcel\nkeywords: ['complaint: lost parcel', WISMO]")
DRAFT = filed("shipping/draft.md", "title: Éclair draft\nstatus: draft\nkeywords: [Complaint: New]")
RETIRED = filed("shipping/old.md", "title: Old way\nstatus: retired\nkeywords: [wismo]")
REFUND = filed("billing/refund.md", "id: BIL-001\ntitle: 2nd refund\nreviewed: 2026-11-01")
ALL = [LATE, LOST, DRAFT, RETIRED, REFUND]


def test_what_is_recorded_comes_back_whole(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    card = catalogue.get("SHP-014")
    assert card is not None
    assert card.procedure == LATE[1].procedure
    assert card.faults == ()
    assert catalogue.get("NO-1") is None
    assert set(catalogue.by_ids(["SHP-014", "BIL-001", "NO-1"])) == {"SHP-014", "BIL-001"}


def test_stamps_tell_what_the_index_needs(catalogue: Catalogue) -> None:
    catalogue.record([LATE])
    stamp = catalogue.stamps()["shipping/late.md"]
    assert (stamp.size, stamp.times, stamp.id) == (LATE[0].size, 7, "SHP-014")
    assert stamp.version == LATE[1].procedure.version
    assert stamp.fingerprint == LATE[1].entry_fingerprint


@pytest.mark.parametrize("reader", [REP, EDITOR, OUTSIDER])
def test_every_list_shows_what_the_reader_may_find(catalogue: Catalogue, reader: Reader) -> None:
    catalogue.record(ALL)
    wanted = {one.procedure.id for _, one in ALL if reader.may_find(one.procedure)}
    found = catalogue.titles(reader)
    assert {card.procedure.id for card in found.cards} == wanted
    assert found.total == len(wanted) == sum(catalogue.letters(reader).values())
    counts = catalogue.departments(reader)
    assert sum(counts.values()) == len(wanted)
    for department, count in counts.items():
        assert catalogue.in_department(department, reader, 1, 50).total == count
    for category in catalogue.categories(reader):
        for word in catalogue.keywords(reader, category.name):
            listing = catalogue.with_keyword(word.folded, reader, 1, 50)
            assert listing.total == word.count
            assert {card.procedure.id for card in listing.cards} <= wanted
    assert {one.id for one in catalogue.recent(reader, 9)} <= wanted


def test_titles_stand_in_order_and_in_pages(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    first = catalogue.titles(EDITOR, page=1, per_page=3)
    second = catalogue.titles(EDITOR, page=2, per_page=3)
    titles = [card.procedure.title for card in (*first.cards, *second.cards)]
    assert titles == ["2nd refund", "Éclair draft", "Late Shipment", "Lost parcel"]
    assert (first.total, second.total, len(second.cards)) == (4, 4, 1)
    assert catalogue.titles(EDITOR, page=9, per_page=3).cards == ()


def test_titles_by_letter(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    assert catalogue.letters(EDITOR) == {"#": 1, "E": 1, "L": 2}
    for letter, count in catalogue.letters(EDITOR).items():
        assert catalogue.titles(EDITOR, letter).total == count
    assert catalogue.titles(EDITOR, "Q").total == 0


def test_keywords_make_a_tree(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    assert catalogue.categories(REP) == (Category("Complaint", 2),)
    assert catalogue.categories(EDITOR) == (Category("Complaint", 3),)
    assert catalogue.keywords(REP, "COMPLAINT") == (
        KeywordCount("Complaint: Late Shipment", "complaint: late shipment", 1),
        KeywordCount("complaint: lost parcel", "complaint: lost parcel", 1),
    )
    assert catalogue.keywords(REP) == (KeywordCount("WISMO", "wismo", 2),)
    listing = catalogue.with_keyword("WISMO", REP, 1, 10)
    assert [card.procedure.title for card in listing.cards] == ["Late Shipment", "Lost parcel"]


def test_recent_is_by_review(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    assert [one.id for one in catalogue.recent(REP, 9)] == ["BIL-001", "SHP-014"]
    assert len(catalogue.recent(REP, 1)) == 1


def test_related_by_id_and_by_path_without_repetition(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    related = catalogue.related(LATE[1].procedure, REP)
    assert [one.path for one in related] == ["billing/refund.md", "shipping/lost.md"]


def test_related_shows_no_draft_to_a_rep(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    _, one = filed("shipping/x.md", "title: X\nrelated: [draft.md, old.md, x.md]")
    assert catalogue.related(one.procedure, REP) == ()
    assert len(catalogue.related(one.procedure, EDITOR)) == 1


def test_files_with_faults_are_listed_for_their_department(catalogue: Catalogue) -> None:
    catalogue.record([LATE, filed("billing/x.md", "reviewed: soon", "# X")])
    found = catalogue.faulty(None, 1, 10)
    assert [card.faults[0].code for card in found.cards] == ["no-date"]
    assert catalogue.faulty(frozenset({"shipping"}), 1, 10).total == 0
    assert catalogue.faulty(frozenset({"billing"}), 1, 10).total == 1


def test_faults_across_files_come_and_go(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    fault = Fault("shipping/late.md", 3, "dead-link", "gone", "mend it", Severity.WARNING)
    catalogue.record_cross_faults([fault, Fault("not/there.md", 1, "x", "y", "z")])
    card = catalogue.get("SHP-014")
    assert card is not None
    assert card.faults == (fault,)
    assert catalogue.faulty(None, 1, 10).total == 1
    catalogue.record_cross_faults([])
    assert catalogue.faulty(None, 1, 10).total == 0


def test_cross_rows_are_what_the_check_needs(catalogue: Catalogue) -> None:
    catalogue.record([LATE, filed("a.md", "id: SHP-014\ntitle: late shipment", "\n[x](gone.md)")])
    found = cross_faults(catalogue.cross_rows(), DEPARTMENTS, {}, TODAY)
    assert {(fault.path, fault.line, fault.code) for fault in found} == {
        ("a.md", 2, "duplicate-id"),
        ("shipping/late.md", 3, "duplicate-title"),
        ("shipping/late.md", 5, "unknown-owner"),
        ("shipping/late.md", 9, "dead-related"),
        ("a.md", 6, "dead-link"),
    }


def test_who_has_an_id_keeps_it_and_a_copy_gets_it_when_that_one_goes(
    catalogue: Catalogue,
) -> None:
    catalogue.record([filed("b.md", "id: X\ntitle: B")])
    catalogue.record([filed("a.md", "id: X\ntitle: A")])
    assert ids(catalogue) == {"b.md": "X", "a.md": "X-2"}
    before = catalogue.stamps()["a.md"].fingerprint
    catalogue.remove(["b.md"])
    assert ids(catalogue) == {"a.md": "X"}
    assert catalogue.stamps()["a.md"].fingerprint != before


def test_an_id_that_is_written_beats_one_that_is_made(catalogue: Catalogue) -> None:
    catalogue.record([filed("a/b.md", "title: A"), filed("z.md", "id: a-b\ntitle: Z")])
    assert ids(catalogue) == {"a/b.md": "a-b-2", "z.md": "a-b"}


def test_repeated_ids_take_no_third_ones_id(catalogue: Catalogue) -> None:
    files = [filed(f"{n}.md", "id: X\ntitle: T") for n in range(4)]
    catalogue.record([*files, filed("y.md", "id: X-2\ntitle: Y")])
    assert ids(catalogue)["y.md"] == "X-2"
    assert len(set(ids(catalogue).values())) == 5


def test_an_id_that_was_lent_is_given_back_when_it_is_wanted(catalogue: Catalogue) -> None:
    catalogue.record([filed(f"{n}.md", "id: X\ntitle: T") for n in range(3)])
    catalogue.record([filed("y.md", "id: X-2\ntitle: Y")])
    found = ids(catalogue)
    assert (found["0.md"], found["y.md"]) == ("X", "X-2")
    assert {found["1.md"], found["2.md"]} == {"X-3", "X-4"}


def test_a_moved_file_keeps_the_id_that_its_path_gave_it(catalogue: Catalogue) -> None:
    catalogue.record([filed("old/late.md", "title: Late")])
    catalogue.record([filed("new/late.md", "title: Late")], ["old/late.md"])
    catalogue.remove(["old/late.md"])
    assert ids(catalogue) == {"new/late.md": "old-late"}
    assert catalogue.at_path("old/late.md") == catalogue.at_path("new/late.md") == "old-late"
    catalogue.record([filed("new/late.md", "title: Late", "Edited")])
    assert ids(catalogue) == {"new/late.md": "old-late"}


def test_a_copy_is_no_move(catalogue: Catalogue) -> None:
    catalogue.record([filed("a.md", "title: Late")])
    catalogue.record([filed("b.md", "title: Late")])
    assert ids(catalogue) == {"a.md": "a", "b.md": "b"}


def test_two_copies_of_a_moved_file_do_not_share_its_id(catalogue: Catalogue) -> None:
    catalogue.record([filed("a.md", "title: Late")])
    catalogue.record([filed("b.md", "title: Late"), filed("c.md", "title: Late")], ["a.md"])
    catalogue.remove(["a.md"])
    assert sorted(ids(catalogue).values()) == ["a", "c"]


def test_a_named_file_is_found_at_its_former_paths(catalogue: Catalogue) -> None:
    for path in ("a.md", "b.md", "c.md"):
        catalogue.record([filed(path, "id: X\ntitle: X")], [*ids(catalogue)])
        catalogue.remove([gone for gone in ids(catalogue) if gone != path])
    assert ids(catalogue) == {"c.md": "X"}
    assert catalogue.at_paths(["a.md", "b.md", "c.md", "d.md"]) == dict.fromkeys(
        ["a.md", "b.md", "c.md"], "X"
    )


def test_a_path_that_is_taken_again_leads_to_who_is_there(catalogue: Catalogue) -> None:
    catalogue.record([filed("a.md", "id: X\ntitle: X")])
    catalogue.record([filed("b.md", "id: X\ntitle: X")], ["a.md"])
    catalogue.remove(["a.md"])
    catalogue.record([filed("a.md", "id: Y\ntitle: Y")])
    assert catalogue.at_paths(["a.md", "b.md"]) == {"a.md": "Y", "b.md": "X"}


def test_a_file_that_gets_an_id_is_found_under_its_former_one(catalogue: Catalogue) -> None:
    catalogue.record([filed("shipping/late.md", "title: Late")])
    catalogue.record([filed("shipping/late.md", "id: SHP-014\ntitle: Late")])
    assert catalogue.get("shipping-late") is None
    assert catalogue.at_path("shipping-late") == "SHP-014"


def test_two_files_may_swap_their_ids(catalogue: Catalogue) -> None:
    catalogue.record([filed("a.md", "id: A\ntitle: A"), filed("b.md", "id: B\ntitle: B")])
    catalogue.record([filed("a.md", "id: B\ntitle: A"), filed("b.md", "id: A\ntitle: B")])
    assert ids(catalogue) == {"a.md": "B", "b.md": "A"}


def test_an_id_may_pass_from_one_file_to_another(catalogue: Catalogue) -> None:
    catalogue.record([filed("a.md", "id: A\ntitle: A"), filed("b.md", "id: B\ntitle: B")])
    catalogue.record([filed("b.md", "id: A\ntitle: B"), filed("a.md", "id: C\ntitle: A")])
    assert ids(catalogue) == {"a.md": "C", "b.md": "A"}


def test_recording_again_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    before = catalogue.stamps()
    catalogue.record(ALL)
    assert catalogue.stamps() == before
    assert catalogue.keywords(REP)[0].count == 2


def test_removing_takes_keywords_along(catalogue: Catalogue) -> None:
    catalogue.record(ALL)
    catalogue.remove([stamp.path for stamp, _ in ALL])
    assert (catalogue.stamps(), catalogue.categories(EDITOR)) == ({}, ())


def test_state_is_remembered(catalogue: Catalogue) -> None:
    assert catalogue.state("seen") is None
    catalogue.set_state("seen", "1")
    catalogue.set_state("seen", "2")
    assert catalogue.state("seen") == "2"


def test_thousands_of_paths_are_looked_up(catalogue: Catalogue) -> None:
    catalogue.record([LATE])
    paths = [f"{number}.md" for number in range(40_000)]
    assert catalogue.at_paths([*paths, "shipping/late.md"]) == {"shipping/late.md": "SHP-014"}
    assert set(catalogue.by_ids([*paths, "SHP-014"])) == {"SHP-014"}


def test_a_list_costs_the_same_whatever_it_shows(catalogue: Catalogue, engine: Engine) -> None:
    counts = []
    for number in (10, 200):
        catalogue.record([filed(f"shipping/{n}.md", f"title: T {n}") for n in range(number)])
        said: list[str] = []

        def listen(*args: Any, said: list[str] = said) -> None:
            said.append(args[2])

        event.listen(engine, "before_cursor_execute", listen)
        catalogue.titles(REP, "T", per_page=number)
        catalogue.in_department("shipping", REP, 1, number)
        catalogue.keywords(REP)
        catalogue.recent(REP, number)
        event.remove(engine, "before_cursor_execute", listen)
        counts.append(len(said))
    assert counts[0] == counts[1]


class Refreshes(RuleBasedStateMachine):
    """Files come, change their ids, move and go; the catalogue agrees with them throughout."""

    PATHS = ("a.md", "b.md", "c/a.md", "x-2.md")
    IDS = (None, "x", "x-2", "a", "c-a")

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._engine = migrated(Path(self._folder.name))
        self._catalogue = Catalogue(self._engine)
        self._files: dict[str, tuple[str | None, str]] = {}
        self._named: dict[str, str] = {}  # path -> the id of its front matter, which it had

    @rule(
        files=st.dictionaries(
            st.sampled_from(PATHS), st.tuples(st.sampled_from(IDS), st.sampled_from("pq"))
        )
    )
    def refresh(self, files: dict[str, tuple[str | None, str]]) -> None:
        gone = [path for path in self._files if path not in files]
        changed = [path for path in files if files[path] != self._files.get(path)]
        batch = [filed(path, _header(files[path]), files[path][1]) for path in changed]
        self._catalogue.record(batch[:2], gone)
        self._catalogue.record(batch[2:], gone)
        self._catalogue.remove(gone)
        self._files = files

    @invariant()
    def agrees(self) -> None:
        given_ids = ids(self._catalogue)
        assert set(given_ids) == set(self._files)
        assert len(set(given_ids.values())) == len(given_ids)
        assert not any(name.startswith(" ") for name in given_ids.values())
        for wanted in {name for name, _ in self._files.values() if name}:
            claimants = {path for path, (name, _) in self._files.items() if name == wanted}
            holders = {path for path in claimants if given_ids[path] == wanted}
            assert len(holders) == 1
            before = {path for path in claimants if self._named.get(path) == wanted}
            assert not before or holders <= before, "who has an id keeps it"
        self._named = {
            path: name for path, name in given_ids.items() if self._files[path][0] == name
        }
        for path, name in given_ids.items():
            assert self._catalogue.at_path(path) == name

    def teardown(self) -> None:
        self._engine.dispose()
        self._folder.cleanup()


def _header(file: tuple[str | None, str]) -> str:
    return f"title: T\nid: {file[0]}" if file[0] else "title: T"


TestRefreshes = Refreshes.TestCase
TestRefreshes.settings = settings(max_examples=examples(20), stateful_step_count=8, deadline=None)


def test_a_review_is_due_by_the_id_that_the_file_has(catalogue: Catalogue, engine: Engine) -> None:
    """In SQL as on the page: also where another file has the id that it wants."""
    dated = "id: TWICE\nreviewed: 2026-01-01\nreview_every: 1 year"
    files = [filed(f"shipping/{name}.md", f"title: {name}\n{dated}") for name in "abc"]
    unnamed = dated.replace("id: TWICE\n", "title: U\n")
    files.append(filed("shipping/u.md", unnamed))
    for batch in (files, files[1:2], [filed("billing/u.md", unnamed)]):
        catalogue.record(batch, ["shipping/u.md"] if len(batch) == 1 else [])
        rows = {row.path: row for row in catalogue.cross_rows()}
        cards = catalogue.by_ids(list(ids(catalogue).values()))
        assert len(cards) == len(rows)
        for card in cards.values():
            assert rows[card.procedure.path].due == card.procedure.due
    assert len({row.due for row in rows.values()}) > 2


def test_what_is_called_like_a_copy_leaves_the_id_to_the_original(catalogue: Catalogue) -> None:
    copied = filed("b (conflicted copy 2026-10-02).md", "id: B-1\ntitle: B")
    catalogue.record([copied])
    catalogue.record([filed("b.md", "id: B-1\ntitle: B")])
    assert {path: stamp.id for path, stamp in catalogue.stamps().items()} == {
        "b.md": "B-1",
        copied[0].path: "B-1-2",
    }


def test_pages_are_found_by_what_they_are_called(catalogue: Catalogue) -> None:
    catalogue.record(
        [
            filed("far/away/card.md", "id: C-1\ntitle: Lost card"),
            filed("b/card.md", "id: C-2\ntitle: Card\npermalink: /help/card/"),
        ]
    )
    keys = [name_key("lost CARD"), name_key("card"), address_key("/help/card"), name_key("c-1")]
    assert list(map(catalogue.at_path, keys)) == ["C-1", "C-2", "C-2", "C-1"]
    assert catalogue.at_path(name_key("gone")) is None
