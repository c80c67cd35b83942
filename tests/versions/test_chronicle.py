"""What git says of each file, as the versions table has it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select

from kb.database import reading, versions, writing
from kb.procedures.model import Department, Departments
from kb.storage.git.history import History
from kb.versions.sql.chronicle import Chronicle
from tests.databases import migrated
from tests.effort import examples
from tests.gitmade import Clone

DEPARTMENTS = Departments({name: Department(name, name.title()) for name in ("shipping", "legal")})


def text(id: str | None = None, body: str = "Do it.", **fields: str) -> str:
    named = f"id: {id}\n" if id else ""
    more = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\n{named}{more}---\n\n# {id or 'Any'}\n\n{body}\n"


class Told:
    """A clone and the table that is kept up to it."""

    def __init__(self, root: Path, engine: Engine) -> None:
        self.clone = Clone.at(root)
        self.engine = engine
        self.history = History(lambda: root / ".git")
        self.chronicle = Chronicle(engine, self.history)

    def rows(self, **where: str) -> list:
        """All versions in order, after catching up."""
        self.chronicle.catch_up(DEPARTMENTS)
        with reading(self.engine) as connection:
            found = connection.execute(select(versions).order_by(versions.c.id)).all()
        return [row for row in found if all(getattr(row, n) == v for n, v in where.items())]

    def lines(self) -> dict[str, int]:
        """Which line each file on the site is of."""
        return {
            row.path: row.line
            for row in self.rows()
            if row.live_from and row.until is None and row.blob
        }

    def anew(self) -> list:
        """All versions, with the table emptied first."""
        with writing(self.engine, "test") as connection:
            connection.execute(delete(versions))
        return self.rows()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    engine = migrated(tmp_path)
    yield Told(tmp_path / "content", engine)
    engine.dispose()


def test_a_version_says_who_when_why_and_what(told: Told) -> None:
    told.clone.write("shipping/late.md", text("SHP-014", title="Late", status="draft"))
    note = "The carrier changed\n\nLonger words.\n\nKb-Kind: notable"
    commit = told.clone.commit(note, at="2026-03-03 10:00", by=("Eddy Editor", "eddy@kb.example"))
    (row,) = told.rows()
    assert (row.id, row.line, row.commit) == (1, 1, commit)
    assert (row.author_name, row.author_email) == ("Eddy Editor", "eddy@kb.example")
    assert (row.note, row.kind) == ("The carrier changed", "notable")
    assert row.at == row.live_from == datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    assert (row.title, row.department, row.status) == ("Late", "shipping", "draft")
    assert (row.procedure_id, row.named, row.until) == ("SHP-014", True, None)


def test_what_others_commit_is_of_no_kind(told: Told) -> None:
    told.clone.save("a.md", text("A"), "fix\n\nSigned-off-by: x")
    assert told.rows()[0].kind is None


def test_versions_follow_each_other(told: Told) -> None:
    for number in range(12):
        told.clone.save("a.md", text("A", f"Step {number}."), f"note {number}")
    rows = told.rows()
    assert [row.note for row in rows] == [f"note {number}" for number in range(12)]
    assert {row.line for row in rows} == {1}
    assert [row.until for row in rows] == [*range(2, 13), None]


def test_only_what_is_new_is_taken_in(told: Told) -> None:
    told.clone.save("a.md", text("A"))
    assert len(told.rows()) == 1
    assert not told.chronicle.behind()
    assert told.chronicle.catch_up(DEPARTMENTS) == 0
    told.clone.save("a.md", text("A", "Otherwise."))
    told.clone.save("b.md", text("B"))
    assert told.chronicle.behind()
    assert told.chronicle.catch_up(DEPARTMENTS) == 2
    grown = told.rows()
    assert grown == told.anew()


def test_there_may_be_no_history_at_all(told: Told, tmp_path: Path) -> None:
    assert told.rows() == []
    nowhere = Chronicle(told.engine, History(lambda: tmp_path / "none"))
    assert nowhere.catch_up(DEPARTMENTS) == 0
    assert not nowhere.behind()


def test_a_history_without_procedures_is_read_once(told: Told) -> None:
    told.clone.save("readme.txt", "x")
    assert told.rows() == []
    assert not told.chronicle.behind()


def test_only_procedures_are_followed(told: Told) -> None:
    told.clone.write(".github/a.md", "x")
    told.clone.write("node_modules/b.md", "x")
    told.clone.write("c.txt", "x")
    (told.clone.root / "link.md").symlink_to("d.md")
    told.clone.save("d.MD", "# D")
    assert [row.path for row in told.rows()] == ["d.MD"]


def test_a_change_of_rights_is_no_version(told: Told) -> None:
    told.clone.save("a.md", text("A"))
    (told.clone.root / "a.md").chmod(0o755)
    told.clone.commit("executable")
    assert len(told.rows()) == 1


def test_a_move_is_followed_by_its_id_however_much_changes(told: Told) -> None:
    told.clone.save("shipping/a.md", text("A", "Before."))
    told.clone.git("rm", "-q", "shipping/a.md")
    told.clone.save("legal/z.md", text("A", "All other words. " * 40))
    rows = told.rows()
    assert [(row.path, row.line) for row in rows] == [("shipping/a.md", 1), ("legal/z.md", 1)]
    assert rows[0].until == 2


def test_a_move_without_an_id_is_followed_as_git_does(told: Told) -> None:
    body = "One line that stays as it is.\n" * 20
    told.clone.save("a.md", f"# Any\n\n{body}")
    told.clone.git("mv", "a.md", "b.md")
    told.clone.save("b.md", f"# Any\n\n{body}One more.\n")
    assert [(row.path, row.line, row.procedure_id) for row in told.rows()] == [
        ("a.md", 1, "a"),
        ("b.md", 1, "a"),
    ]


def test_two_files_may_swap_their_names(told: Told) -> None:
    told.clone.write("a.md", text("A", "Of A."))
    told.clone.save("b.md", text("B", "Of B."))
    before = told.lines()
    told.clone.write("a.md", text("B", "Of B, moved."))
    told.clone.save("b.md", text("A", "Of A, moved."))
    assert told.lines() == {"a.md": before["b.md"], "b.md": before["a.md"]}


def test_a_copy_begins_a_line_of_its_own(told: Told) -> None:
    told.clone.save("a.md", text("A"))
    told.clone.save("copy.md", text("A"))
    told.clone.save("a.md", text("A", "Changed."))
    lines = told.lines()
    assert lines["a.md"] != lines["copy.md"]
    assert [row.line for row in told.rows(path="a.md")] == [lines["a.md"]] * 2


def test_what_comes_back_goes_on(told: Told) -> None:
    told.clone.save("a.md", text("A"))
    told.clone.git("rm", "-q", "a.md")
    told.clone.commit("No longer")
    told.clone.save("elsewhere.md", text("A", "Again."))
    rows = told.rows()
    assert [(row.status, row.line) for row in rows] == [
        ("published", 1),
        ("removed", 1),
        ("published", 1),
    ]
    assert [row.until for row in rows] == [2, 3, None]


def test_another_procedure_at_an_old_path_is_another(told: Told) -> None:
    told.clone.save("a.md", text("A"))
    told.clone.git("rm", "-q", "a.md")
    told.clone.commit("No longer")
    told.clone.save("a.md", text("B", "Something else."))
    assert [row.line for row in told.rows()] == [1, 1, 3]


def test_a_file_taken_over_by_another_leaves_its_line(told: Told) -> None:
    told.clone.write("a.md", text("A", "Of A."))
    told.clone.save("b.md", text("B", "Of B."))
    before = told.lines()
    told.clone.git("rm", "-q", "b.md")
    told.clone.save("a.md", text("B", "Of B, in the place of A."))
    assert told.lines() == {"a.md": before["b.md"]}
    assert [row.line for row in told.rows(status="removed")] == [before["a.md"]]


def test_an_id_given_later_continues_the_same_file(told: Told) -> None:
    told.clone.save("a.md", "# Any\n\nText.\n")
    told.clone.save("a.md", text("A", "Text."))
    assert {row.line for row in told.rows()} == {1}


def test_a_merged_branch_is_live_from_its_merge(told: Told) -> None:
    told.clone.save("a.md", text("A", "One."), at="2026-03-01 09:00")
    told.clone.git("switch", "-q", "-c", "topic")
    told.clone.save("a.md", text("A", "Never shown."), "first try", at="2026-03-02 09:00")
    told.clone.save("a.md", text("A", "Two."), "second try", at="2026-03-02 10:00")
    told.clone.git("switch", "-q", "main")
    told.clone.save("b.md", text("B"), at="2026-03-02 11:00")
    told.clone.git("merge", "-q", "--no-ff", "-m", "merged", "topic", at="2026-03-05 09:00")
    rows = told.rows(path="a.md")
    assert [(row.note, row.live_from and row.live_from.day) for row in rows] == [
        ("Changed", 1),
        ("first try", None),
        ("second try", 5),
    ]
    assert rows[0].until == rows[2].id
    assert {row.line for row in rows} == {1}


def test_what_a_merge_put_together_is_its_own_version(told: Told) -> None:
    told.clone.save("a.md", text("A", "One.\n\n\n\n\nEnd."))
    told.clone.git("switch", "-q", "-c", "topic")
    told.clone.save("a.md", text("A", "Uno.\n\n\n\n\nEnd."), "topic")
    told.clone.git("switch", "-q", "main")
    told.clone.save("a.md", text("A", "One.\n\n\n\n\nThe end."), "main")
    told.clone.git("merge", "-q", "-m", "together", "topic")
    rows = told.rows()
    assert [(row.note, bool(row.live_from)) for row in rows] == [
        ("Changed", True),
        ("main", True),
        ("topic", False),
        ("together", True),
    ]


def test_a_merge_that_keeps_ours_shows_nothing_of_theirs(told: Told) -> None:
    told.clone.save("a.md", text("A", "One."))
    told.clone.git("switch", "-q", "-c", "topic")
    told.clone.save("a.md", text("A", "Theirs."), "theirs")
    told.clone.git("switch", "-q", "main")
    told.clone.save("a.md", text("A", "Ours."), "ours")
    told.clone.git("merge", "-q", "-s", "ours", "-m", "kept ours", "topic")
    live = [row.note for row in told.rows() if row.live_from]
    assert live == ["Changed", "ours"]


def test_a_file_from_a_branch_keeps_its_line(told: Told) -> None:
    told.clone.save("a.md", text("A"))
    told.clone.git("switch", "-q", "-c", "topic")
    told.clone.save("new.md", "# New\n\nFirst.\n", "begun")
    told.clone.save("new.md", "# New\n\nSecond.\n", "done")
    told.clone.git("switch", "-q", "main")
    told.clone.save("b.md", text("B"))
    told.clone.git("merge", "-q", "-m", "merged", "topic")
    told.clone.save("new.md", "# New\n\nThird.\n", "later")
    rows = told.rows(path="new.md")
    assert [row.note for row in rows] == ["begun", "done", "later"]
    assert len({row.line for row in rows}) == 1


def test_a_pull_that_others_merged_is_taken_in_as_one_step(told: Told, tmp_path: Path) -> None:
    told.clone.save("a.md", text("A"))
    assert len(told.rows()) == 1
    other = Clone(tmp_path / "other")
    told.clone.git("clone", "-q", str(told.clone.root), str(other.root))
    other.save("b.md", text("B"), "theirs")
    told.clone.save("c.md", text("C"), "ours")
    told.rows()
    other.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main", at="2026-02-01 09:00")
    other.save("a.md", text("A", "Changed."), "theirs again", at="2026-02-02 09:00")
    told.clone.git("pull", "-q", "--ff-only", str(other.root), "main")
    notes = [row.note for row in told.rows()]
    assert notes == ["Changed", "ours", "theirs", "theirs again"]
    assert all(row.live_from for row in told.rows())
    assert told.lines().keys() == {"a.md", "b.md", "c.md"}


def test_a_rewritten_history_is_read_anew(told: Told) -> None:
    told.clone.save("a.md", text("A"))
    told.clone.save("a.md", text("A", "A mistake."), "secret")
    assert len(told.rows()) == 2
    told.clone.git("reset", "-q", "--hard", "HEAD~1")
    told.clone.save("a.md", text("A", "Right."), "right")
    assert [row.note for row in told.rows()] == ["Changed", "right"]


def test_a_damaged_table_is_filled_again(told: Told) -> None:
    told.clone.save("a.md", text("A"))
    told.clone.save("a.md", text("A", "More."))
    before = told.rows()
    with writing(told.engine, "test") as connection:
        connection.execute(delete(versions).where(versions.c.id == 2))
    assert told.rows() == before


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe#\x00 \x00A\x00",
        b"# Caf\xe9\r\n\r\ntext\r\n",
        b"\x00\x01\x02",
        b"---\nid: [\n---\n",
        b"---\n" * 4,
    ],
    ids=["empty", "utf-16", "latin-1", "binary", "broken", "rules"],
)
def test_whatever_the_bytes_there_is_a_version(told: Told, raw: bytes) -> None:
    commit = told.clone.save("a.md", raw)
    (row,) = told.rows()
    assert row.commit == commit
    assert told.history.blob(row.blob) == raw


@pytest.mark.parametrize("name", ["with blank.md", "ümlaut.md", '"quoted".md', "a\nb.md", "-x.md"])
def test_whatever_the_name_there_is_a_version(told: Told, name: str) -> None:
    told.clone.save(name, "# A")
    assert [row.path for row in told.rows()] == [name]


def test_a_name_that_is_not_utf8_is_left_out(told: Told) -> None:
    (told.clone.root / "x\udcff.md").write_text("# X")
    told.clone.save("a.md", "# A")
    assert [row.path for row in told.rows()] == ["a.md"]


def test_odd_commits_have_a_name_a_time_and_a_note(told: Told) -> None:
    told.clone.write("a.md", "# A")
    told.clone.git("add", "-A")
    tree = told.clone.git("write-tree")
    raw = (
        f"tree {tree}\nauthor \xe9\x01 <> -5 +0000\ncommitter x <> 99999999999999 +0000\n\n\n"
    ).encode("latin-1")
    file = told.clone.root.parent / "commit"
    file.write_bytes(raw)
    commit = told.clone.git("hash-object", "-t", "commit", "-w", "--literally", str(file))
    told.clone.git("update-ref", "refs/heads/main", commit)
    (row,) = told.rows()
    assert row.author_name
    assert row.note == ""
    assert row.at.year in (1969, 1970)


def test_a_shallow_clone_begins_where_it_begins(told: Told, tmp_path: Path) -> None:
    for number in range(5):
        told.clone.save("a.md", text("A", f"{number}"), f"{number}")
    shallow = tmp_path / "shallow"
    told.clone.git("clone", "-q", "--depth", "2", f"file://{told.clone.root}", str(shallow))
    chronicle = Chronicle(told.engine, History(lambda: shallow / ".git"))
    assert chronicle.catch_up(DEPARTMENTS) == 2


def test_a_text_that_was_purged_is_told_as_gone(told: Told) -> None:
    told.clone.save("a.md", text("A"))
    blob = told.rows()[0].blob
    (told.clone.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert told.history.blob(blob) is None
    assert [row.version for row in told.anew()] == ["0" * 12]


def test_random_histories_read_in_pieces_are_as_read_at_once(told: Told) -> None:
    dice = random.Random(5)
    names = [f"{letter}.md" for letter in "abcd"]
    for number in range(examples(40)):
        there = [path.name for path in told.clone.root.glob("*.md")]
        act = dice.choice(["write", "write", "remove", "move"])
        if act == "write" or not there:
            who = dice.choice([None, "A", "B"])
            told.clone.write(dice.choice(names), text(who, f"{number} " * 9))
        elif act == "remove":
            (told.clone.root / dice.choice(there)).unlink()
        else:
            (told.clone.root / dice.choice(there)).rename(told.clone.root / dice.choice(names))
        told.clone.commit(f"{number}")
        if dice.random() < 0.3:
            told.rows()
    rows = told.rows()
    assert rows == told.anew()
    standing = [row for row in rows if row.until is None]
    assert len({row.line for row in standing}) == len(standing) == len({r.line for r in rows})
    there = {path.name for path in told.clone.root.glob("*.md")}
    assert {row.path for row in standing if row.blob} == there


def test_times_go_forward_whatever_the_clocks_say(told: Told) -> None:
    told.clone.save("a.md", text("A", "1"), at="2026-03-01 09:00")
    told.clone.save("a.md", text("A", "2"), at="1999-01-01 09:00")
    told.clone.save("a.md", text("A", "3"), at="2080-01-01 09:00")
    told.clone.save("a.md", text("A", "4"), at="2026-04-01 09:00")
    first, second, third, fourth = (row.live_from for row in told.rows())
    assert first == second == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert second < third <= fourth <= datetime.now(UTC)
