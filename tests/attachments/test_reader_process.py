"""A file that cannot be read costs itself only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb.attachments import reader_process as process
from kb.attachments.reader_process import Bounds, ReaderProcess
from tests.attachments import made


@pytest.fixture
def reader() -> Iterator[ReaderProcess]:
    with process.reader_process(Bounds()) as found:
        yield found


def test_files_are_read_in_a_process_of_their_own(reader: ReaderProcess) -> None:
    for text in ("The kiln is lit", "Glaze twice"):
        assert [one.text for one in reader.read("a.pdf", made.pdf(text)).places] == [text]
    assert "password" not in reader.read("a.docx", b"x").why


def test_a_process_that_dies_costs_one_file(reader: ReaderProcess) -> None:
    reader.read("a.txt", b"first")
    assert reader._process is not None
    reader._process.kill()
    assert reader.read("b.txt", b"second") == process.DIED
    assert reader.read("c.txt", b"third").places[0].text == "third"


def test_what_takes_too_long_is_ended() -> None:
    with process.reader_process(Bounds(seconds=0.001)) as hasty:
        assert hasty.read("a.txt", b"text") == process.TOO_LONG
        assert hasty._process is None


def test_what_takes_too_much_memory_is_given_up() -> None:
    with process.reader_process(Bounds(memory=80_000_000)) as poor:
        found = poor.read("a.txt", b"kiln " * 8_000_000)
        assert found in (process.TOO_MUCH, process.DIED)
        assert poor.read("a.txt", b"text").places[0].text == "text"


def test_a_process_is_begun_anew_after_many_files(
    reader: ReaderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "MOST_FILES", 2)
    reader.read("a.txt", b"text")
    assert reader._process is not None
    assert reader.read("a.txt", b"more").places[0].text == "more"
    assert reader._process is None


def test_nothing_is_left_when_it_is_done() -> None:
    with process.reader_process(Bounds()) as reader:
        reader.read("a.txt", b"text")
        began = reader._process
        assert began is not None
        assert began.is_alive()
    assert reader._process is None
