import os
from pathlib import Path

import pytest

from kb.procedures.model import Fault
from kb.storage.files.library import MAX_BYTES, Library
from tests.rights import of_an_ordinary_user


def write(root: Path, path: str, text: str = "x") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


def paths(library: Library) -> set[str]:
    return {stamp.path for stamp in library.files()}


def test_markdown_files_of_all_folders_are_listed(root: Path) -> None:
    for path in ("a.md", "b/c.MARKDOWN", "b/d/e.Md", "b/f.txt", "departments.yml"):
        write(root, path)
    assert paths(Library(root)) == {"a.md", "b/c.MARKDOWN", "b/d/e.Md"}


def test_a_stamp_has_size_and_time(root: Path) -> None:
    file = write(root, "a.md", "four")
    os.utime(file, ns=(1, 1_700_000_000_000_000_001))
    (stamp,) = Library(root).files()
    assert (stamp.size, stamp.modified_ns) == (4, 1_700_000_000_000_000_001)


def test_hidden_files_and_node_modules_are_not_listed(root: Path) -> None:
    for path in (".git/a.md", ".hidden.md", "node_modules/x/a.md", "b/.c/d.md"):
        write(root, path)
    assert paths(Library(root)) == set()


def test_links_that_lead_out_are_reported_and_not_followed(root: Path, tmp_path: Path) -> None:
    secret = write(tmp_path, "secret/a.md")
    (root / "a.md").symlink_to(secret)
    (root / "folder").symlink_to(secret.parent)
    (root / "dead.md").symlink_to(root / "nothing.md")
    faults: list[Fault] = []
    assert list(Library(root).files(faults.append)) == []
    assert sorted(fault.path for fault in faults) == ["a.md", "dead.md", "folder"]
    for path in ("a.md", "folder/a.md", "dead.md"):
        with pytest.raises(FileNotFoundError):
            Library(root).read(path)


def test_links_within_the_folder_are_files_but_not_folders(root: Path) -> None:
    write(root, "b/a.md")
    (root / "c.md").symlink_to(root / "b" / "a.md")
    (root / "again").symlink_to(root)
    faults: list[Fault] = []
    listed = {stamp.path for stamp in Library(root).files(faults.append)}
    assert (listed, faults) == ({"b/a.md", "c.md"}, [])


def test_a_root_that_is_a_link_works(root: Path, tmp_path: Path) -> None:
    write(root, "a.md")
    (tmp_path / "link").symlink_to(root)
    assert Library(tmp_path / "link").read("a.md") == b"x"


def test_pipes_and_folders_named_like_files_do_no_harm(root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    write(root, "folder.md/a.md")
    assert paths(Library(root)) == {"folder.md/a.md"}
    for path in ("pipe.md", "folder.md"):
        with pytest.raises(FileNotFoundError):
            Library(root).read(path)


def test_a_name_that_is_not_utf8_is_reported(root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/\xff.md")).write_bytes(b"x")
    faults: list[Fault] = []
    assert list(Library(root).files(faults.append)) == []
    assert "UTF-8" in faults[0].message


def test_a_folder_that_cannot_be_read_is_reported(root: Path) -> None:
    write(root, "closed/a.md")
    write(root, "open/a.md")
    (root / "closed").chmod(0)
    faults: list[Fault] = []
    with of_an_ordinary_user():
        read = [stamp.path for stamp in Library(root).files(faults.append)]
    assert read == ["open/a.md"]
    assert faults[0].path == "closed/"
    (root / "closed").chmod(0o700)


def test_a_folder_that_is_gone_is_reported(tmp_path: Path) -> None:
    faults: list[Fault] = []
    assert list(Library(tmp_path / "nowhere").files(faults.append)) == []
    assert len(faults) == 1


def test_folders_may_be_nested_deeply(root: Path) -> None:
    folder = root
    for _ in range(300):
        folder /= "d"
        folder.mkdir()
    write(folder, "a.md")
    assert len(paths(Library(root))) == 1


@pytest.mark.parametrize(
    "path", ["../a.md", "/etc/hosts.md", "b/../../a.md", "a.md\0", "", ".git/a.md", "b//a.md", "b"]
)
def test_only_what_is_listed_can_be_read(root: Path, path: str) -> None:
    write(root.parent, "a.md")
    write(root, "b/a.md")
    write(root, ".git/a.md")
    with pytest.raises(FileNotFoundError):
        Library(root).read(path)


def test_a_giant_is_refused(root: Path) -> None:
    with (root / "a.md").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(OSError, match="bytes"):
        Library(root).read("a.md")


def test_attachments_are_files_that_are_neither_text_nor_settings(root: Path) -> None:
    for path in ("images/a.png", "a.md", "departments.yml", ".env", "x.toml", ".git/a.png"):
        write(root, path)
    assert Library(root).attachment("images/a.png").read_text("utf-8") == "x"
    for path in ("a.md", "departments.yml", ".env", "x.toml", ".git/a.png", "images", "../a", "n"):
        with pytest.raises(FileNotFoundError):
            Library(root).attachment(path)


def test_has_knows_files_and_folders(root: Path) -> None:
    write(root, "images/a.png")
    library = Library(root)
    assert library.has("images/a.png")
    assert library.has("images")
    assert not any(map(library.has, ("b.png", "..", ".git", "a" * 5000, "a\0b")))


def test_departments_yml_may_be_missing(root: Path) -> None:
    assert Library(root).departments_source() == b""
    write(root, "departments.yml", "departments: []")
    assert Library(root).departments_source() == b"departments: []"


def test_settings_are_saved_whole_with_their_rights_through_a_link(
    root: Path, tmp_path: Path
) -> None:
    real = write(tmp_path, "elsewhere/real.yml", "old")
    real.chmod(0o640)
    (root / "synonyms.yml").symlink_to(real)
    Library(root).save_settings("synonyms.yml", b"new")
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640
    assert (root / "synonyms.yml").is_symlink()
    assert [path.name for path in real.parent.iterdir()] == ["real.yml"]


def test_only_settings_are_saved_as_settings(root: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Library(root).save_settings("../a.md", b"new")


def test_what_cannot_be_saved_leaves_no_trace(root: Path) -> None:
    (root / "synonyms.yml").mkdir()
    with pytest.raises(OSError, match="synonyms"):
        Library(root).save_settings("synonyms.yml", b"new")
    assert [path.name for path in root.iterdir()] == ["synonyms.yml"]
