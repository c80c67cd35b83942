"""What was asked for is made by the worker, kept for a day, and read by who asked alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kb.exporting.exports import Export, Exports
from kb.exporting.making import ExportForm
from kb.jobs import scheduler_of
from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import NOW

MINE = Reader(frozenset({"shipping"}))


@pytest.fixture
def exports(parts: Parts) -> Exports:
    return parts.exporting.exports


def asked(exports: Exports, reader: Reader = MINE, minutes: int = 0) -> Export:
    at = NOW + timedelta(minutes=minutes)
    return exports.ask(1, ExportForm.ZIP, "shipping", reader, at)


def test_the_worker_makes_it_once(exports: Exports, parts: Parts) -> None:
    export = asked(exports)
    assert exports.waiting()
    assert exports.file(export, MINE, NOW) is None
    exports.work()
    assert not exports.waiting()
    done = exports.one(1, export.id)
    assert done is not None
    assert (done.ending, done.done, done.total) == ("zip", 2, 2)
    file = exports.file(done, MINE, NOW)
    assert file is not None
    assert file.stat().st_size == done.size
    assert file.stat().st_mode & 0o077 == 0
    names = {job.name for job in scheduler_of(parts).of}
    assert {"exports", "old exports"} <= names


def test_it_is_nobody_elses_and_of_no_other_name(exports: Exports) -> None:
    export = asked(exports)
    assert exports.one(2, export.id) is None
    assert exports.one(1, "../" + export.id) is None
    assert exports.one(1, "0" * 32) is None


def test_who_reads_less_than_it_holds_does_not_get_it(exports: Exports) -> None:
    export = asked(exports)
    exports.work()
    done = exports.one(1, export.id)
    assert done is not None
    assert exports.file(done, Reader(), NOW) is None
    assert exports.file(done, Reader(frozenset({"shipping", "billing"})), NOW) is not None


def test_it_goes_after_a_day(exports: Exports, parts: Parts) -> None:
    export = asked(exports)
    exports.work()
    exports.keep_up(NOW + timedelta(hours=23))
    done = exports.one(1, export.id)
    assert done is not None
    later = NOW + timedelta(hours=25)
    assert exports.file(done, MINE, later) is None
    exports.keep_up(later)
    assert exports.of(1) == []
    assert list((parts.settings.var / "exports").iterdir()) == []


def test_what_was_erased_since_is_in_no_export(exports: Exports, parts: Parts) -> None:
    export = exports.ask(1, ExportForm.ZIP, "", Reader(), NOW)
    exports.work()
    done = exports.one(1, export.id)
    assert done is not None
    admin = parts.people.directory.by_email("admin@kb.example")
    assert admin is not None
    parts.writing.erase("SHP-014", admin, NOW + timedelta(minutes=1))
    assert exports.file(done, Reader(), NOW + timedelta(minutes=2)) is None
    exports.keep_up(NOW + timedelta(minutes=2))
    assert exports.of(1) == []


def test_of_many_the_oldest_go(exports: Exports) -> None:
    made = [asked(exports, minutes=n).id for n in range(7)]
    assert [one.id for one in exports.of(1)] == made[:1:-1]


def test_one_over_which_the_worker_dies_is_begun_once_more(
    exports: Exports, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(exports)
    folder = parts.settings.var / "exports"

    def dies(*_: object) -> str:
        raise KeyboardInterrupt

    for _ in range(2):
        monkeypatch.setattr("kb.exporting.making.Making.make", dies)
        with pytest.raises(KeyboardInterrupt):
            exports.work()
    monkeypatch.undo()
    exports.work()
    done = exports.one(1, export.id)
    assert done is not None
    assert "ended twice" in done.why
    assert not exports.waiting()
    assert len(list(folder.iterdir())) == 1


def test_a_full_disk_is_told(exports: Exports, parts: Parts) -> None:
    export = asked(exports)
    (parts.settings.var / "exports" / f"{export.id}.made").mkdir()
    exports.work()
    done = exports.one(1, export.id)
    assert done is not None
    assert done.why.startswith("It could not be written: ")


def test_one_that_is_forgotten_stays_forgotten(
    exports: Exports, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(exports)
    zipping = type(parts.exporting.making.zipping)
    write = zipping.write

    def forgotten_meanwhile(self: object, *given: object) -> int:
        exports.forget(export)
        return write(self, *given)

    monkeypatch.setattr(zipping, "write", forgotten_meanwhile)
    exports.work()
    assert exports.of(1) == []
    assert _left(parts.settings.var / "exports") == []


def _left(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]
