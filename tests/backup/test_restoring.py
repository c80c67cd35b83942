"""What is restored is equal; a filled home is left alone; what was cut off is ended."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Column, Table, select

from kb.app import build
from kb.backup.restoring import NotRestored, Restoring
from kb.database import metadata, reading
from kb.parts import Parts
from kb.people.person import Person
from kb.settings import SettingsError
from tests import databases, postgresql
from tests.backup.conftest import Restore
from tests.conftest import NOW, add_personas, built_site, signed_in, with_fast_passwords
from tests.insight.uses import stay
from tests.publishing.conftest import EDDY, edit, git
from tests.web.acts import answer, ask, version_of

ROOT = Path(__file__).resolve().parent.parent.parent
SEARCHES = (
    "parcel never came",
    "refund",
    "wismo",
    "shippment late",
    "password",
    "owner:dana parcel",
    "customs",
    "cancel my order",
)
# Written at each refresh, about it.
_OF_THE_MOMENT = frozenset({"catalogue_state", "sessions"})
_OF_THE_COPY = {("procedures", "modified_ns")}
# How long a search took, and what is sealed with the time.
_OF_THE_ANSWER = re.compile(r'<span class="took">[^<]*|value="[\w.=-]{60,}"')


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """The sample company at work: two versions of a page, drafts, votes, questions, answers."""
    home = tmp_path_factory.mktemp("company")
    shutil.copytree(ROOT / "content", home / "content")
    parts = with_fast_passwords(build(databases.load({}, home)))
    add_personas(parts.people.directory)
    parts.publishing.publisher.refresh(NOW.date())
    yield parts
    parts.insight.log.close()
    parts.let_go()
    databases.dropped(home)


def work(parts: Parts, site: Flask) -> None:
    """A morning of everybody."""
    rep, reviewer = signed_in(site, "rep@kb.example"), signed_in(site, "reviewer@kb.example")
    read = [id for id in ids_of(parts) if rep.get(f"/procedures/{id}").status_code == 200]
    for nth, id in enumerate(read[:30]):
        said = {"helpful": "no" if nth % 3 else "yes", "version": version_of(parts, id)}
        sent = rep.post(f"/procedures/{id}/votes", data={**said, "comment": f"Number {nth}"})
        assert sent.status_code == 302
    assert ask(rep, "drone delivery", comment="Where is it?").status_code == 302
    for item in range(1, 5):
        answer(reviewer, item)
    for path in ("shipping/late-shipment.md", "shipping/damaged-in-transit.md"):
        file = parts.settings.content / path
        if file.exists():
            raw = file.read_bytes()
            parts.publishing.saver.save(edit(path, raw, raw + b"\nBe kind.\n"), NOW)
    parts.publishing.saver.create(
        "shipping/drone.md", b"---\ntitle: Drone\nstatus: draft\n---\n\nFly.\n", "New", EDDY, NOW
    )
    stay(parts, "abc", "wismo")
    parts.insight.learned.count(NOW, 365)
    # Scores count on what was replaced until the index is made anew, as a restored one is.
    parts.publishing.publisher.refresh(NOW.date(), rebuild=True)


def ids_of(parts: Parts) -> list[str]:
    return sorted(parts.catalogue.at_paths(list(parts.catalogue.stamps())).values())


def rows(parts: Parts) -> dict[str, list[str]]:
    with reading(parts.engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(*_lasting(table)))))
            for table in metadata.sorted_tables
            if table.name not in _OF_THE_MOMENT
        }


def _lasting(table: Table) -> list[Column]:
    """All but the times that a file system gives: they are of the copy."""
    return [one for one in table.columns if (table.name, one.name) not in _OF_THE_COPY]


def files(folder: Path) -> dict[str, bytes]:
    found = (one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in found}


def pages(parts: Parts) -> list[str]:
    found = ["/", "/departments", "/keywords", "/inbox", "/lately", "/people", "/drafts"]
    with reading(parts.engine) as connection:
        items = connection.execute(select(metadata.tables["items"].c.id)).scalars().all()
    found += [f"/inbox/{item}" for item in items]
    for id in ids_of(parts):
        found += [f"/procedures/{id}", f"/procedures/{id}/history"]
    found += [f"/departments/{one}" for one in parts.publishing.departments().by_id]
    return found + [f"/search?q={query.replace(' ', '+')}" for query in SEARCHES]


def seen(client: FlaskClient, page: str) -> tuple[int, str]:
    answered = client.get(page)
    return answered.status_code, _OF_THE_ANSWER.sub("", answered.text)


def hits(parts: Parts, person: Person, query: str) -> list[tuple[str, float]]:
    found = parts.search.searcher.search(query, person.reader(), NOW.date())
    return [(hit.id, round(hit.score, 4)) for hit in found.hits]


@pytest.mark.slow
def test_a_restored_base_is_equal(
    company: Parts, compiled: FileSystemBytecodeCache, restored: Restore, tmp_path: Path
) -> None:
    site = built_site(company, compiled)
    work(company, site)
    before = rows(company)
    company.backups.making.make(tmp_path / "one.tar.gz", NOW, secrets=True)
    again = restored(tmp_path / "one.tar.gz")
    again.insight.learned.count(NOW, 365)  # as the worker does when it starts
    assert rows(again) == before
    assert len(before["votes"]) == 30
    assert len(before["items"]) > 10
    assert files(again.settings.content) == files(company.settings.content)
    heads = [git(one.settings.var / "history.git", "rev-list", "--all") for one in (company, again)]
    assert heads[0] == heads[1]
    assert len(heads[0].split()) > 2
    other = built_site(again, compiled)
    for address in ("admin@kb.example", "reviewer@kb.example", "rep@kb.example"):
        person = company.people.directory.by_email(address)
        assert person is not None
        for query in SEARCHES:
            assert hits(again, person, query) == hits(company, person, query)
        here, there = signed_in(site, address), signed_in(other, address)
        for page in pages(company):
            assert seen(there, page) == seen(here, page), (address, page)


def test_a_filled_home_is_left_alone(backup: Path, home: Path) -> None:
    before = files(home / "content")
    with pytest.raises(NotRestored, match="is not empty"):
        Restoring(databases.load_empty(home)).restore(backup)
    assert files(home / "content") == before
    assert not list(home.rglob(".restoring"))


def test_a_damaged_backup_leaves_an_empty_home_empty(backup: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.tar.gz"
    short.write_bytes(backup.read_bytes()[:-20])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with pytest.raises(NotRestored, match="cannot be restored"):
        Restoring(databases.load_empty(elsewhere)).restore(short)
    assert not [one for one in elsewhere.rglob("*") if one.is_file() and one.suffix != ".lock"]
    databases.dropped(elsewhere)


def test_folders_that_are_there_and_empty_are_used(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "content" / "lost+found").mkdir(parents=True)
    home = tmp_path / "elsewhere"
    Restoring(databases.load_empty(home)).restore(backup)
    assert (home / "content" / "departments.yml").exists()
    databases.dropped(home)


def test_settings_of_ones_own_stay(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    own = tmp_path / "elsewhere" / "kb.toml"
    own.write_text('name = "Mine"\n')
    done = Restoring(databases.load_empty(own.parent)).restore(backup)
    assert done.settings_beside
    assert own.read_text() == 'name = "Mine"\n'
    assert own.with_name("restored.toml").exists()
    databases.dropped(own.parent)


class Killed(BaseException):
    """The end of a process, as far as what stands on the disk can tell."""


def restored_until(step: int, home: Path, file: Path) -> bool:
    """Restore in a process of its own, which is killed at that rename or fsync; was it?"""
    child = os.fork()
    if not child:
        # A lock of SQLite's that another thread held at the fork is never let go here.
        signal.alarm(60)
        left = iter(range(step))

        def tick() -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        rename, sync = os.rename, os.fsync
        replace_in(Path, "rename", lambda self, to: (tick(), rename(self, to)))
        replace_in(os, "fsync", lambda file: (tick(), sync(file)))
        replace_in(os, "sync", tick)
        Restoring(databases.load_empty(home)).restore(file)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def replace_in(where: object, name: str, by: object) -> None:
    """Only in a child, which ends with it."""
    setattr(where, name, by)


@databases.only_sqlite
def test_cut_off_at_any_step_it_is_ended_by_doing_it_again(
    backup: Path, used: Parts, tmp_path: Path
) -> None:
    expected, cut = files(used.settings.content), 0
    for step in range(40):
        home = tmp_path / f"home{step}"
        home.mkdir()
        if not restored_until(step, home, backup):
            break
        cut += 1
        if (home / "content").is_dir() and (home / "var" / ".restoring").exists():
            with pytest.raises(SettingsError, match="cut off"):
                build(databases.load({}, home))
        again = Restoring(databases.load_empty(home))
        again.restore(backup)
        again.end()
        assert files(home / "content") == expected, step
        left = {one.name for one in (home / "var").iterdir() if one.suffix != ".lock"}
        assert left == {"history.git", "kb.sqlite3", "last_good"}, step
        parts = build(databases.load({}, home))
        assert parts.people.directory.by_email("rep@kb.example") is not None
        parts.let_go()
    assert 8 <= cut < 40


def test_on_a_full_disk_it_says_so_and_the_home_is_empty(backup: Path, tmp_path: Path) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a tmpfs is not permitted here")
    try:
        with pytest.raises(OSError, match="No space"):
            Restoring(databases.load_empty(place)).restore(backup)
        assert not [one for one in place.rglob("*") if one.is_file() and one.suffix != ".lock"]
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        databases.dropped(place)


@databases.only_sqlite
def test_between_sqlite_and_postgresql_a_backup_goes_both_ways(
    backup: Path, used: Parts, restored: Restore, tmp_path: Path
) -> None:
    before = rows(used)
    with postgresql.server() as made:
        with databases.on(made.url):
            there = restored(backup)
            assert there.engine.dialect.name == "postgresql"
            assert rows(there) == before
            there.backups.making.make(tmp_path / "two.tar.gz", NOW)
            with pytest.raises(NotRestored, match="is not empty"):
                Restoring(databases.load_empty(there.settings.home)).restore(backup)
            there.insight.log.close()
            there.let_go()
        back = restored(tmp_path / "two.tar.gz")
        assert back.engine.dialect.name == "sqlite"
        assert rows(back) == before
