"""Files that nobody reads are named, once a kind."""

from pathlib import Path

from kb.storage.files.library import Library
from kb.storage.files.other_files import other_faults

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64


def told(folder: Path, *shown: str) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in other_faults(Library(folder), shown)]


def put(folder: Path, path: str, raw: bytes = b"x") -> None:
    file = folder / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(raw)


def test_what_nothing_links_to_is_named_once_a_kind(tmp_path: Path) -> None:
    for name in ("a/rates.xlsx", "a/older.XLSX", "a/form.docx", "b/scan.pdf", "b/map.png", "c.md"):
        put(tmp_path, name)
    found = list(other_faults(Library(tmp_path), {"b/scan.pdf"}))
    assert [(fault.path, fault.code) for fault in found] == [
        ("a/older.XLSX", "unread-file"),
        ("a/form.docx", "unread-file"),
    ]
    assert "2 Excel files" in found[0].message
    assert "kb import" in found[0].remedy
    assert "kb import" not in found[1].remedy
    assert "1 more" in found[0].message


def test_a_pointer_of_large_files_is_named(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a/map.png",
        POINTER,
    )
    assert told(tmp_path) == [("a/map.png", "lfs-pointer")]


def test_a_copy_beside_its_original_is_named(tmp_path: Path) -> None:
    put(tmp_path, "departments.yml")
    put(tmp_path, "departments (conflicted copy 2026-10-02).yml")
    put(tmp_path, "alone (1).png")
    assert told(tmp_path) == [("departments (conflicted copy 2026-10-02).yml", "copy")]
