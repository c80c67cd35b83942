"""`kb import`: a dry run, a mapping that is kept, one commit a file."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.bounded_process import Bounds
from kb.cli import kb
from kb.importing import opening_apart
from kb.parts import Parts
from tests.importing.workbooks import lived_in, table


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    target = tmp_path / "desk.xlsx"
    target.write_bytes(lived_in())
    return target


def run(parts: Parts, *arguments: object) -> Result:
    return CliRunner().invoke(kb, ["import", *map(str, arguments)], obj=lambda: parts)


def test_a_dry_run_says_what_would_be_and_writes_nothing(parts: Parts, desk: Path) -> None:
    head = parts.storage.keeping.repository.head()
    done = run(parts, desk, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "new        shipping/the-box-was-empty.md  The box was empty" in done.output
    assert "row 5: the row is hidden" in done.output
    assert "2 new" in done.output
    assert parts.storage.keeping.repository.head() == head


def test_the_mapping_is_kept_changed_and_obeyed(parts: Parts, desk: Path, tmp_path: Path) -> None:
    kept = tmp_path / "desk.json"
    run(parts, desk, "--dry-run", "--mapping", kept)
    assert '"meaning": "answer"' in kept.read_text()
    kept.write_text(
        kept.read_text().replace('"meaning": "a line of the text"', '"meaning": "leave out"')
    )
    done = run(parts, desk, "--mapping", kept, "--by", "admin@kb.example")
    assert "Brought in 2 procedures" in done.output
    assert "Code" not in (parts.settings.content / "shipping/the-box-was-empty.md").read_text()
    again = run(parts, desk, "--mapping", kept)
    assert "2 unchanged" in again.output


def test_a_file_that_takes_too_long_ends_in_one_sentence(
    parts: Parts, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening_apart, "_idle", deque(maxlen=1))
    monkeypatch.setattr(opening_apart, "BOUNDS", Bounds(seconds=0.0))
    done = run(parts, desk)
    assert done.exit_code == 1
    assert done.output.startswith("Error: desk.xlsx cannot be brought in, as reading it takes too")


@pytest.mark.parametrize(("start", "most"), [(b"a,b\n", 100), (b"PK\x03\x04", 1000)])
def test_what_is_too_large_is_not_even_read(
    parts: Parts, tmp_path: Path, start: bytes, most: int
) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.write(start)
        file.truncate(most * 1_000_000 + 1)  # takes no place on disk
    done = run(parts, large)
    assert done.exit_code == 1
    assert f"large.csv is larger than {most} MB: bring it in in parts" in done.output


def test_several_files_are_a_commit_each(parts: Parts, desk: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(b"Question;Answer\nWho signs?;Whoever opens the door.\n")
    done = run(parts, desk, other, "--department", "billing", "--publish")
    assert done.output.count("Brought in") == 2
    assert "status" not in (parts.settings.content / "billing/who-signs.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--department", "nowhere"], 2, "there is no department 'nowhere'"),
        (["--by", "nobody@kb.example"], 2, "there is nobody with the address"),
    ],
)
def test_what_is_typed_wrongly_is_told(
    parts: Parts, desk: Path, arguments: list[str], code: int, says: str
) -> None:
    done = run(parts, desk, *arguments)
    assert done.exit_code == code
    assert says in done.output


def test_a_file_that_is_none_is_told_in_one_sentence(parts: Parts, tmp_path: Path) -> None:
    damaged = tmp_path / "desk.xlsx"
    damaged.write_bytes(table(["Question", "Answer"])[:500])
    done = run(parts, damaged)
    assert done.exit_code == 1
    assert "is damaged" in done.output
    assert run(parts, tmp_path / "none.xlsx").exit_code == 1


def test_a_mapping_that_is_none_is_told(parts: Parts, desk: Path, tmp_path: Path) -> None:
    kept = tmp_path / "desk.json"
    kept.write_text("{")
    assert "that is no mapping" in run(parts, desk, "--mapping", kept).output
