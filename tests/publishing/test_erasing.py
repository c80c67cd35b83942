"""What is erased for good leaves none of its words on the disk, and nothing else goes with it."""

from __future__ import annotations

import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kb.database import items, metadata, notices, reading, searches
from kb.parts import Parts
from kb.people.person import Person
from kb.publishing.outcomes import Refusal
from kb.publishing.sql import forgetting
from kb.publishing.sql.forgetting import ERASED
from tests import databases
from tests.conftest import NOW
from tests.pagekit import page
from tests.publishing.conftest import EDDY, LATE_PATH, edit, history, read
from tests.web.acts import version_of, vote

WORD = b"zeppelin"  # stands in the title, a step, a note and the names of files


@pytest.fixture
def ada(parts: Parts) -> Person:
    found = parts.people.directory.by_email("admin@kb.example")
    assert found is not None
    return found


def in_objects(repository: Path) -> Iterator[bytes]:
    """Everything that git has, packed or loose, reached or not."""
    command = ["git", "cat-file", "--batch-all-objects", "--batch"]
    yield subprocess.run(command, cwd=repository, capture_output=True, check=True).stdout


def places_with(word: bytes, home: Path) -> list[str]:
    """The files below a home that have the word in them, as they lie there or unpacked."""
    found = []
    for file in home.rglob("*"):
        if not file.is_file():
            continue
        raw = file.read_bytes()
        if "objects" in file.parts and "pack" not in file.parts:
            raw = zlib.decompress(raw)
        if word in raw.lower() or word in file.name.lower().encode():
            found.append(str(file.relative_to(home)))
    if any(word in each.lower() for each in in_objects(home / "var" / "history.git")):
        found.append("git")
    return found


def written(parts: Parts) -> None:
    """The procedure gets a title, a step and two files with the word; one of them is gone since."""
    saver = parts.publishing.saver
    for name in ("zeppelin-old.txt", "zeppelin.txt"):
        saver.attach(f"shipping/{name}", b"A zeppelin of " + name.encode(), EDDY, NOW)
    base = read(parts)
    text = base.replace(b"Late Shipment", b"Zeppelin Late")
    text = text.replace(b"code L5", b"a zeppelin [here](zeppelin-old.txt)")
    saver.save(edit(LATE_PATH, base, text, "About the zeppelin"), NOW)
    newer = text.replace(b"zeppelin-old.txt", b"zeppelin.txt")
    saver.save(edit(LATE_PATH, text, newer, "Another zeppelin"), NOW)
    parts.publishing.publisher.refresh(NOW.date())


def used(parts: Parts, rep: FlaskClient, editor: FlaskClient, reviewer: FlaskClient) -> None:
    """Votes, searches, drafts, must-reads and notices with the word."""
    page(rep, "/search?q=zeppelin+tomorrow")
    page(editor, "/search?q=refund")
    vote(rep, parts, "no", reason="wrong", comment="Mine")
    sent = {"must_note": "Read of the zeppelin", "must_audience": "everyone"}
    sent |= {"must_read_by": "2027-06-01", "version": version_of(parts, "SHP-014")}
    reviewer.post("/procedures/SHP-014/must-reads", data=sent)
    who = parts.people.directory.by_email("editor@kb.example")
    assert who is not None
    form = {"title": "zeppelin", "body": "zeppelin"}
    parts.publishing.drafts.keep(who.id, "SHP-014", read(parts), form, NOW)
    parted = parts.publishing.drafts.keep(who.id, None, read(parts), form, NOW)
    assert parted
    parts.insight.log.keep(NOW)


@databases.only_sqlite
def test_of_what_is_erased_no_word_is_left(
    home: Path, parts: Parts, ada: Person, rep: FlaskClient, editor, reviewer
) -> None:
    written(parts)
    used(parts, rep, editor, reviewer)
    parts.insight.log.close()
    with reading(parts.engine) as connection:
        assert connection.execute(select(notices)).all()
        assert connection.execute(select(searches)).all()
    parts.let_go()
    before = set(places_with(WORD, home))
    assert {"git", "content/shipping/zeppelin.txt", "var/kb.sqlite3"} <= before
    parts.writing.erase("SHP-014", ada, NOW)
    parts.publishing.publisher.refresh(NOW.date())
    parts.publishing.saver.keep_up_erasing(NOW)
    assert places_with(WORD, home) == []
    with reading(parts.engine) as connection:
        (item,) = connection.execute(select(items)).all()
        assert connection.scalars(select(searches.c.query)).all() == ["refund"]
    assert (item.procedure_title, item.comment, item.folded) == (ERASED, "Mine", "mine")
    page(reviewer, "/inbox/1")
    page(rep, "/questions")


@pytest.mark.parametrize("changed", [False, True])
def test_a_file_that_other_hands_put_there_goes_too(
    home: Path, parts: Parts, ada: Person, changed: bool
) -> None:
    if changed:
        parts.publishing.saver.attach("shipping/plan.txt", b"The first plan", EDDY, NOW)
    (home / "content/shipping/plan.txt").write_bytes(b"The plan by hand")
    base = read(parts)
    parts.publishing.saver.save(edit(LATE_PATH, base, base + b"\n[It](plan.txt)\n"), NOW)
    done = parts.writing.erase("SHP-014", ada, NOW)
    assert not isinstance(done, Refusal)
    parts.publishing.publisher.refresh(NOW.date())
    assert not (home / "content/shipping/plan.txt").exists()
    assert not any(b"plan by hand" in each for each in in_objects(history(parts)))


def test_a_file_that_something_else_shows_stays(home: Path, parts: Parts, ada: Person) -> None:
    parts.publishing.saver.attach("shipping/shared.txt", b"For both", EDDY, NOW)
    for path in (LATE_PATH, "shipping/customs.md"):
        base = read(parts, path)
        parts.publishing.saver.save(edit(path, base, base + b"\n[It](shared.txt)\n"), NOW)
    parts.publishing.saver.attach("billing/far.txt", b"Not beside it", EDDY, NOW)
    base = read(parts)
    parts.publishing.saver.save(edit(LATE_PATH, base, base + b"\n[It](../billing/far.txt)\n"), NOW)
    parts.writing.erase("SHP-014", ada, NOW)
    parts.publishing.publisher.refresh(NOW.date())
    assert read(parts, "shipping/shared.txt") == b"For both"
    assert read(parts, "billing/far.txt") == b"Not beside it"
    assert any(b"For both" in each for each in in_objects(history(parts)))


def test_a_refresh_under_way_leaves_the_wish_for_another(parts: Parts, ada: Person) -> None:
    asked = []

    def meanwhile(_what: str, _done: int, _total: int) -> None:
        if not asked:
            asked.append(parts.publishing.publisher.want_rebuild())

    parts.publishing.publisher.refresh(NOW.date(), meanwhile, rebuild=True)
    assert asked
    assert parts.catalogue.state("rebuild")
    parts.publishing.publisher.refresh(NOW.date())
    assert not parts.catalogue.state("rebuild")


def test_every_table_about_procedures_has_a_rule() -> None:
    about = {name for name, one in metadata.tables.items() if "procedure_id" in one.c}
    ruled = {one.name for one in (*forgetting.GONE, *forgetting.KEPT)}
    own = "items must_reads submissions submission_steps drafts notices versions"
    others = {"addresses", "erasures", "procedures", "procedure_keywords", "shown_files"}
    assert about - ruled - set(own.split()) - others == set()
