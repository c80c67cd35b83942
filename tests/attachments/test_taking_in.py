"""Files beside procedures are read once, found by those who may, and told of where they are not."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kb.attachments import taking_in
from kb.attachments.reader_process import ReaderProcess
from kb.jobs import scheduler_of
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.publishing.refreshing import parallel_indexing
from kb.publishing.search_tests import ProposedChange
from kb.search.index.attached_texts import TextOfFile
from tests.attachments import made
from tests.conftest import NOW

TODAY = date(2026, 11, 22)
EVERYBODY = Reader()
OURS = Reader(frozenset({"shipping"}))
GUIDE = made.pdf("Harbour guide", "A stowaway is handed to the purser")


def put(parts: Parts, file: str, raw: bytes) -> Path:
    place = parts.settings.content / file
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(raw)
    return place


def link(parts: Parts, target: str, name: str = "shipping/harbour.md", head: str = "") -> None:
    text = f"---\ntitle: Harbour\ndepartment: shipping\n{head}---\n\nSee [the guide]({target}).\n"
    put(parts, name, text.encode())
    parts.publishing.publisher.refresh(TODAY)


def take_in(parts: Parts) -> int:
    return parts.attachments.taking_in.keep_up(lambda: TODAY)


def found(parts: Parts, text: str, reader: Reader = EVERYBODY) -> list[tuple[str, str]]:
    hits = parts.search.searcher.search(text, reader, TODAY).hits
    return [(hit.id, hit.attached.where if hit.attached else "") for hit in hits]


def faults(parts: Parts) -> list[str]:
    every = parts.publishing.publisher.check(TODAY)
    return [str(one) for one in every if one.code == "unsearched-attachment"]


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read, as they are."""
    names: list[str] = []
    really: Callable[[ReaderProcess, str, bytes], TextOfFile] = ReaderProcess.read

    def noted(self: ReaderProcess, name: str, raw: bytes) -> TextOfFile:
        names.append(name)
        return really(self, name, raw)

    monkeypatch.setattr(ReaderProcess, "read", noted)
    return names


def test_a_file_that_is_linked_is_found_after_it_was_read(parts: Parts) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    assert found(parts, "stowaway") == []
    assert take_in(parts) == 1
    assert found(parts, "stowaway") == [("shipping-harbour", "page 2")]
    assert take_in(parts) == 0


def test_a_file_that_nothing_links_to_is_not_read(parts: Parts, readings: list[str]) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    put(parts, "shipping/photo.png", b"\x89PNG\r\n\x1a\n")
    link(parts, "photo.png")
    assert take_in(parts) == 0
    assert readings == []


def test_a_changed_file_is_read_anew_and_an_unchanged_one_is_not(
    parts: Parts, readings: list[str]
) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    put(parts, "shipping/other.txt", b"The bosun pipes")
    link(parts, "guide.pdf")
    link(parts, "other.txt", "shipping/other.md")
    take_in(parts)
    put(parts, "shipping/guide.pdf", made.pdf("Only the galley is left"))
    (parts.settings.content / "shipping/other.txt").touch()
    assert take_in(parts) == 2
    assert readings == ["guide.pdf", "other.txt", "guide.pdf"]
    assert found(parts, "galley") == [("shipping-harbour", "page 1")]
    assert found(parts, "stowaway") == []


def test_a_file_that_is_gone_or_no_longer_linked_is_not_found(parts: Parts) -> None:
    place = put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    take_in(parts)
    link(parts, "elsewhere.html")
    assert found(parts, "stowaway") == []
    link(parts, "guide.pdf")
    assert found(parts, "stowaway") != []
    place.unlink()
    take_in(parts)
    assert found(parts, "stowaway") == []
    assert parts.attachments.files.known() == {}
    assert list(parts.search.attached.folder.iterdir()) == []


def test_a_file_follows_the_rights_of_what_shows_it(parts: Parts) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf", "shipping/draft.md", "status: draft\n")
    take_in(parts)
    assert found(parts, "stowaway") == []
    assert found(parts, "stowaway", Reader(frozenset({"billing"}))) == []
    assert found(parts, "stowaway", OURS) == [("shipping-draft", "page 2")]
    link(parts, "guide.pdf")
    assert found(parts, "stowaway") == [("shipping-harbour", "page 2")]
    link(parts, "guide.pdf", head="status: retired\n")
    assert found(parts, "stowaway") == []


def test_a_rebuild_reads_nothing_again(parts: Parts, readings: list[str]) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    take_in(parts)
    parts.publishing.publisher.refresh(TODAY, rebuild=True)
    assert found(parts, "stowaway") == [("shipping-harbour", "page 2")]
    assert take_in(parts) == 0
    assert readings == ["guide.pdf"]


def test_an_index_that_was_deleted_comes_back_whole(parts: Parts) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    take_in(parts)
    shutil.rmtree(parts.settings.search_index)
    parts.publishing.publisher.refresh(TODAY)
    assert found(parts, "stowaway") == []
    assert take_in(parts) == 1
    assert found(parts, "stowaway") == [("shipping-harbour", "page 2")]


def test_processes_that_index_together_know_the_attachments(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    take_in(parts)
    monkeypatch.setattr(parallel_indexing, "MANY", 1)
    parts.publishing.publisher.refresh(TODAY, rebuild=True)
    assert found(parts, "stowaway") == [("shipping-harbour", "page 2")]
    assert parts.publishing.publisher.refresh(TODAY).indexed == 0


def test_a_save_keeps_what_attachments_say(parts: Parts) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    take_in(parts)
    put(parts, "shipping/harbour.md", b"# Harbour\n\nSee [it](guide.pdf) first.\n")
    assert parts.publishing.publisher.take_up(["shipping/harbour.md"])
    assert found(parts, "stowaway") == [("shipping-harbour", "page 2")]
    assert parts.publishing.publisher.refresh(TODAY).indexed == 0


def test_a_search_test_may_count_on_an_attachment(parts: Parts) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf", head="finds: [stowaway purser]\n")
    take_in(parts)
    path = "shipping/harbour.md"
    raw = (parts.settings.content / path).read_bytes()
    publisher = parts.publishing.publisher
    assert not [one for one in publisher.check(TODAY) if one.code == "broken-find"]
    kept = ProposedChange(files={path: raw + b"\nMore.\n"})
    assert publisher.broken_finds(kept, OURS) == ()
    unlinked = ProposedChange(files={path: raw.replace(b"guide.pdf", b"other.pdf")})
    assert [one.test.query for one in publisher.broken_finds(unlinked, OURS)] == ["stowaway purser"]


def test_what_cannot_be_read_is_told_once_where_it_is_linked(
    parts: Parts, readings: list[str]
) -> None:
    put(parts, "shipping/guide.pdf", b"%PDF-1.7 cut")
    link(parts, "guide.pdf")
    take_in(parts)
    assert faults(parts) == [
        'shipping/harbour.md:6: the attachment "guide.pdf" is not searched: '
        "it is damaged or was not copied whole; open it in the program that made it, "
        "and save it anew"
    ]
    (card,) = [
        card
        for card in parts.catalogue.faulty(frozenset({"shipping"}), 1, 50).cards
        if card.procedure.id == "shipping-harbour"
    ]
    assert [one.code for one in card.faults] == ["unsearched-attachment"]
    assert take_in(parts) == 0
    assert readings == ["guide.pdf"]
    put(parts, "shipping/guide.pdf", GUIDE)
    take_in(parts)
    assert faults(parts) == []
    assert found(parts, "stowaway") != []


def test_what_killed_its_reader_is_not_tried_again(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def killed(self: ReaderProcess, name: str, raw: bytes) -> TextOfFile:
        tries.append(name)
        return TextOfFile((), "it breaks the program that reads it", "save it anew")

    monkeypatch.setattr(ReaderProcess, "read", killed)
    put(parts, "shipping/guide.pdf", GUIDE)
    put(parts, "shipping/copy.pdf", GUIDE)
    link(parts, "guide.pdf")
    link(parts, "copy.pdf", "shipping/other.md")
    take_in(parts)
    take_in(parts)
    (parts.settings.content / "shipping/guide.pdf").touch()
    take_in(parts)
    assert tries == ["copy.pdf"]
    assert len(faults(parts)) == 2


def test_a_file_that_is_too_large_is_not_opened(
    parts: Parts, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "LARGEST", 100)
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    take_in(parts)
    assert readings == []
    assert "larger than" in faults(parts)[0]
    assert take_in(parts) == 0


def test_a_link_means_the_file_beside_the_procedure_first(parts: Parts) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    put(parts, "shipping/harbour/guide.pdf", made.pdf("A stray albatross"))
    link(parts, "guide.pdf")
    take_in(parts)
    assert found(parts, "stowaway") != []
    assert found(parts, "albatross") == []


def test_a_link_out_of_the_folder_is_not_read(parts: Parts, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("The bosun pipes")
    (parts.settings.content / "shipping" / "note.txt").symlink_to(outside)
    link(parts, "note.txt")
    assert take_in(parts) == 0


def test_while_another_process_reads_nobody_else_does(parts: Parts, readings: list[str]) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    reading = parts.attachments.taking_in
    with taking_in.durable.alone(reading._lock):
        assert take_in(parts) == 0
    assert readings == []


def test_the_background_worker_reads(parts: Parts) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    (job,) = [one for one in scheduler_of(parts).of if one.name == "attachments"]
    job.run(NOW)
    until = time.monotonic() + 30
    while not found(parts, "stowaway") and time.monotonic() < until:
        time.sleep(0.05)
    assert found(parts, "stowaway") == [("shipping-harbour", "page 2")]


def test_what_is_read_is_taken_up_while_more_waits(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "_FOUND_WITHIN", 0.0)
    refreshed: list[int] = []
    publisher = parts.publishing.publisher
    really = publisher.refresh

    def counted(today: date) -> object:
        refreshed.append(len(parts.attachments.files.known()))
        return really(today)

    monkeypatch.setattr(publisher, "refresh", counted)
    for name in ("a", "b"):
        put(parts, f"shipping/{name}.txt", f"The {name} bosun".encode())
        text = f"# Harbour {name}\n\nSee [it]({name}.txt).\n"
        put(parts, f"shipping/harbour-{name}.md", text.encode())
    really(TODAY)
    take_in(parts)
    assert refreshed == [1, 2, 2]


def test_a_text_that_was_kept_wrongly_is_read_again(parts: Parts) -> None:
    put(parts, "shipping/guide.pdf", GUIDE)
    link(parts, "guide.pdf")
    take_in(parts)
    for kept in parts.search.attached.folder.iterdir():
        kept.write_bytes(b"\xc1 nonsense")
    parts.publishing.publisher.refresh(TODAY, rebuild=True)
    assert found(parts, "stowaway") == []
    assert take_in(parts) == 1
    parts.publishing.publisher.refresh(TODAY, rebuild=True)
    assert found(parts, "stowaway") != []
