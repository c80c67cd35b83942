"""Many texts in one pack: git itself finds nothing wrong with it, and no half of one is left."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pygit2
import pytest

from kb.storage.git import packs
from kb.storage.git.packs import Pack


@pytest.fixture
def bare(tmp_path: Path) -> pygit2.Repository:
    return pygit2.init_repository(str(tmp_path / "git"), bare=True)


def objects(git: pygit2.Repository) -> Path:
    return Path(git.path) / "objects"


TEXTS = [b"", b"x", b"y" * 15, b"z" * 16, b"refund\n" * 300, *(b"%d" % n for n in range(2000))]


def test_every_text_is_read_back_and_git_finds_no_fault(bare: pygit2.Repository) -> None:
    pack = Pack(objects(bare))
    names = [pack.add(text) for text in TEXTS]
    pack.close()
    pack.discard()  # without effect
    assert [bare[name].peel(pygit2.Blob).data for name in names] == TEXTS
    packed = next((objects(bare) / "pack").glob("*.pack"))
    subprocess.run(["git", "verify-pack", str(packed)], check=True, capture_output=True)
    checked = subprocess.run(
        ["git", "-C", bare.path, "fsck", "--full", "--strict"], check=True, capture_output=True
    )
    assert b"error" not in checked.stderr


def test_a_text_given_twice_is_written_once(bare: pygit2.Repository) -> None:
    pack = Pack(objects(bare))
    assert pack.add(b"the same") == pack.add(b"the same")
    pack.close()
    listing = next((objects(bare) / "pack").glob("*.idx")).read_bytes()
    assert int.from_bytes(listing[8 + 255 * 4 : 8 + 256 * 4], "big") == 1


def test_what_is_not_closed_is_not_there_and_the_next_sweeps_it_away(
    bare: pygit2.Repository,
) -> None:
    killed = Pack(objects(bare))
    killed.add(b"lost")
    assert len(list((objects(bare) / "pack").iterdir())) == 1
    undone = Pack(objects(bare))
    undone.add(b"given up")
    undone.discard()
    assert list((objects(bare) / "pack").iterdir()) == []
    pack = Pack(objects(bare))
    pack.add(b"kept")
    pack.close()
    killed.discard()
    left = {file.suffix for file in (objects(bare) / "pack").iterdir()}
    assert left == {".pack", ".idx"}


def test_nothing_added_makes_no_file(bare: pygit2.Repository) -> None:
    Pack(objects(bare)).close()
    assert not list(objects(bare).glob("pack/*"))


def test_texts_beyond_two_gigabytes_have_their_places_in_a_table_of_their_own() -> None:
    far = [packs._Object(b"%020d" % n, n, (1 << 31) + n if n % 2 else n) for n in range(4)]
    made = packs._listing(far, bytes(20))
    wide = made[-40 - 16 : -40]
    assert [int.from_bytes(wide[at : at + 8], "big") - (1 << 31) for at in (0, 8)] == [1, 3]
