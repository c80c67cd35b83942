"""A backup is whole, or it is refused: whatever was done to the file."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from pathlib import Path

import pytest

from kb.backup.archive import Damaged, packing, read_through
from kb.backup.checking import verify
from tests.effort import examples


def test_a_backup_is_whole(backup: Path) -> None:
    found = verify(backup)
    assert found.faults == ()
    assert found.size == backup.stat().st_size


def test_cut_short_anywhere_it_is_refused(backup: Path, tmp_path: Path) -> None:
    raw = backup.read_bytes()
    short = tmp_path / "short.tar.gz"
    for left in [0, 1, 10, len(raw) // 2, len(raw) - 9, len(raw) - 1]:
        short.write_bytes(raw[:left])
        with pytest.raises(Damaged):
            verify(short)


def test_with_any_byte_changed_it_is_refused(backup: Path, tmp_path: Path) -> None:
    raw, refused = backup.read_bytes(), 0
    chance = random.Random("bytes of a backup")
    other = tmp_path / "other.tar.gz"
    for _ in range(examples(20)):
        at = chance.randrange(10, len(raw))  # gzip's own header tells a time and a system
        other.write_bytes(raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :])
        try:
            verify(other)
        except Damaged:
            refused += 1
        else:  # gzip can say the same in two ways
            assert gzip.decompress(other.read_bytes()) == gzip.decompress(raw)
    assert refused > examples(15)


def test_a_file_of_another_text_behind_a_right_gzip_is_refused(
    backup: Path, tmp_path: Path
) -> None:
    raw = gzip.decompress(backup.read_bytes())
    other = tmp_path / "other.tar.gz"
    other.write_bytes(gzip.compress(raw.replace(b"Be kind.", b"Be rude.")))
    with pytest.raises(Damaged, match="is not in it as it was written"):
        verify(other)


@pytest.mark.parametrize("name", ["../outside", "content/../../outside", "/etc/outside", "bin/sh"])
def test_nothing_is_written_outside_of_a_home(name: str, tmp_path: Path) -> None:
    file, home = tmp_path / "strange.tar.gz", tmp_path / "home"
    with packing(file) as packed:
        packed.add_bytes(name, b"mine")
        packed.finish()
    with pytest.raises(Damaged, match="no backup has"):
        read_through(file, lambda name: home / name)
    assert not home.exists()


def test_another_tar_and_another_file_are_no_backup(tmp_path: Path) -> None:
    holiday = tmp_path / "holiday.tar.gz"
    with tarfile.open(holiday, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("content/beach.md"), io.BytesIO())
    text = tmp_path / "text.md"
    text.write_text("# No backup\n")
    for file in (holiday, text):
        with pytest.raises(Damaged, match="is no backup"):
            verify(file)


def test_names_that_are_no_utf8_links_and_empty_folders_come_back(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "empty").mkdir(parents=True)
    odd = source / "caf\udce9.md"
    odd.write_bytes(b"# Odd\n")
    (source / "link.md").symlink_to("caf\udce9.md")
    file = tmp_path / "some.tar.gz"
    with packing(file) as packed:
        packed.add_bytes(
            "backup-about.json",
            b'{"format":1,"kb":"1","migration":"0001","at":"2026-11-22T09:00:00Z",'
            b'"site":"x","secrets":false}',
        )
        for one in sorted(source.rglob("*")):
            packed.add(f"content/{one.name}", one)
        packed.finish()
    read_through(file, lambda name: target / name)
    assert (target / "content" / "empty").is_dir()
    assert (target / "content" / "link.md").read_bytes() == b"# Odd\n"
    assert (target / "content" / "link.md").is_symlink()
