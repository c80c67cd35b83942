"""The content folder: which files there are and their bytes. The only file I/O of content/."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from kb.documents.markdown.links import MARKDOWN_SUFFIXES
from kb.documents.settings_files.names import DEPARTMENTS_FILE, SYNONYMS_FILE
from kb.procedures.model import Fault, Severity
from kb.storage.files.atomic_writes import write_through

MAX_BYTES = 16_000_000
TEMPLATES = "_templates"  # the folder of texts that new procedures begin with
_SKIPPED_FOLDERS = frozenset({"node_modules", TEMPLATES})
_MOST_TEMPLATES = 200
_SETTINGS = (".yml", ".yaml", ".toml")

_LONGEST_NAME, _LONGEST_PATH = 200, 1000

Report = Callable[[Fault], None]


class ContentAway(OSError):
    """The content folder is not there, or nothing is in it: a disk that is not mounted."""


class UnusablePath(ValueError):
    """No file may stand there. Its text is a sentence without the full stop."""


class FileStamp(Struct, frozen=True):
    """A Markdown file as the folder lists it. `size` in bytes, times since the epoch.

    `changed_ns` is the file system's own record, which nothing that copies files can set.
    """

    path: str
    size: int
    modified_ns: int
    changed_ns: int = 0

    @property
    def times(self) -> int:
        """Another number after each change, whatever time the file was given."""
        return self.modified_ns + self.changed_ns


class Library:
    """The Markdown files below one folder. Paths are relative to it, with forward slashes.

    Hidden files and folders, node_modules, _templates and links that lead out of the folder are
    not there.
    Links to folders are not followed: what they show inside the folder is listed anyway.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._synonyms = self.root / SYNONYMS_FILE

    def files(self, report: Report = lambda fault: None) -> Iterator[FileStamp]:
        """Every Markdown file, folder by folder; what cannot be listed is reported."""
        yield from self._below(str(self.root), "", report)

    def ensure_there(self) -> None:
        """Raises ContentAway where the folder is gone with all that was in it."""
        try:
            with os.scandir(self.root) as entries:
                if any(not is_hidden(entry.name) for entry in entries):
                    return
        except OSError as error:
            raise ContentAway(0, f"the content folder cannot be read: {error.strerror}") from error
        raise ContentAway(0, "the content folder is empty, and was not: is its disk mounted?")

    def stamp(self, path: str) -> FileStamp | None:
        """The file as `files` would list it now; None where there is none."""
        try:
            found = self._inside(path).stat()
        except OSError:
            return None
        return FileStamp(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def read(self, path: str) -> bytes:
        """The bytes of a Markdown file.

        Raises OSError: FileNotFoundError for what `files` would not list, and others when the
        file cannot be read or has more than MAX_BYTES.
        """
        if not _is_markdown(path):
            raise FileNotFoundError(path)
        return _whole(self._inside(path), path)

    def attachment(self, path: str) -> Path:
        """An image or document beside the procedures. Raises FileNotFoundError for all else."""
        if path.casefold().endswith((*MARKDOWN_SUFFIXES, *_SETTINGS)):
            raise FileNotFoundError(path)
        return self._inside(path)

    def has(self, path: str) -> bool:
        """Is there a file or folder of that path, hidden ones apart?"""
        try:
            return self._found(path).exists()
        except (OSError, ValueError):
            return False

    def read_any(self, path: str) -> bytes:
        """The bytes of any file that is not hidden. Raises OSError as `read` does."""
        return _whole(self._inside(path), path)

    def place(self, path: str, suffixes: tuple[str, ...] = MARKDOWN_SUFFIXES) -> str:
        """Where a file of that path would really stand: links on the way are followed.

        Raises UnusablePath, which says what is wrong with it.
        """
        if not path.casefold().endswith(suffixes):
            raise UnusablePath(f'"{path}" must end in {" or ".join(suffixes)}')
        parts = path.split("/")
        if not path.isprintable() or "\\" in path or any(part != part.strip() for part in parts):
            raise UnusablePath(f'"{path!a}" has characters that a file\'s name cannot have')
        if any(not part or is_hidden(part) for part in parts) or path == path[path.rfind(".") :]:
            raise UnusablePath(f'"{path}" is hidden or has an empty part; write folder/name.md')
        if any(len(part.encode()) > _LONGEST_NAME for part in parts) or len(path) > _LONGEST_PATH:
            raise UnusablePath("the path is too long; use shorter names")
        found = Path(os.path.realpath(self.root.joinpath(*parts)))
        if not found.is_relative_to(self.root):
            raise UnusablePath(f'"{path}" leads out of the content folder')
        on_the_way = [each for each in found.parents if each.is_relative_to(self.root)]
        if found.is_dir() or any(each.exists() and not each.is_dir() for each in on_the_way):
            raise UnusablePath(f'"{path}" is a folder, or lies in a file')
        return found.relative_to(self.root).as_posix()

    def departments_source(self) -> bytes:
        """The bytes of departments.yml; empty when there is none. Raises OSError otherwise."""
        return self._settings(DEPARTMENTS_FILE)

    def synonyms_source(self) -> bytes:
        """The bytes of synonyms.yml; empty when there is none. Raises OSError otherwise."""
        return self._settings(SYNONYMS_FILE)

    def templates(self) -> dict[str, bytes]:
        """The texts that new procedures begin with, by path: those for all, and each folder's."""
        found: dict[str, bytes] = {}
        folders = [self.root / TEMPLATES, *sorted(self.root.glob(f"*/{TEMPLATES}"))]
        for file in [file for folder in folders for file in sorted(folder.glob("*.md"))]:
            with suppress(OSError):  # one that cannot be read is not offered
                inside = file.resolve().is_relative_to(self.root) and file.is_file()
                if inside and file.stat().st_size <= MAX_BYTES and len(found) < _MOST_TEMPLATES:
                    found[file.relative_to(self.root).as_posix()] = file.read_bytes()
        return found

    def has_template(self, path: str) -> bool:
        """Is there one of that path?"""
        return is_template(path) and self.root.joinpath(*path.split("/")).exists()

    def keep_template(self, path: str, raw: bytes) -> None:
        """Write one that is not there. Raises OSError."""
        file = self.root.joinpath(*path.split("/"))
        inside = file.parent.parent.resolve().is_relative_to(self.root)
        if not (is_template(path) and inside) or file.exists():
            raise FileNotFoundError(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_through(file, raw)

    def synonyms_stamp(self) -> tuple[int, int, int]:
        """Another one after each change of synonyms.yml; all 0 when there is none."""
        try:
            told = self._synonyms.stat()
        except FileNotFoundError:
            return (0, 0, 0)
        return (told.st_ino, told.st_mtime_ns, told.st_size)

    def save_settings(self, name: str, raw: bytes) -> None:
        """Write departments.yml or synonyms.yml whole; after it returns, no crash loses it.

        A link is followed, the file's rights stay. Raises OSError, and then nothing has changed.
        """
        if name not in (DEPARTMENTS_FILE, SYNONYMS_FILE):
            raise FileNotFoundError(name)
        write_through(Path(os.path.realpath(self.root / name)), raw)

    def everything(self) -> Iterator[str]:
        """Every file that may have versions: procedures, what lies beside them, settings."""
        top = str(self.root)
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(name for name in folders if not is_hidden(name))
            prefix = "" if folder == top else f"{folder.removeprefix(top).lstrip(os.sep)}/"
            for name in sorted(names):
                if not is_hidden(name) and self._may_have_versions(f"{prefix}{name}"):
                    yield f"{prefix}{name}"

    def _may_have_versions(self, path: str) -> bool:
        try:
            path.encode()
            found = (self.root / path).lstat()
            if not stat.S_ISREG(found.st_mode):
                found = self._inside(path).stat()
            return found.st_size <= MAX_BYTES
        except (OSError, ValueError):
            return False

    def _settings(self, name: str) -> bytes:
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return b""

    def _inside(self, path: str) -> Path:
        try:
            found = self._found(path)
            regular = found.is_file()
        except ValueError:
            regular = False
        if not regular:
            raise FileNotFoundError(path)
        return found

    def _found(self, path: str) -> Path:
        parts = path.split("/")
        if "\0" in path or any(not part or is_hidden(part) for part in parts):
            raise FileNotFoundError(path)
        found = self.root.joinpath(*parts).resolve()
        if not found.is_relative_to(self.root):
            raise FileNotFoundError(path)
        return found

    def _below(self, folder: str, prefix: str, report: Report) -> Iterator[FileStamp]:
        pending = [(folder, prefix)]
        while pending:
            folder, prefix = pending.pop()
            for entry in _entries(folder, prefix, report):
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    pending.append((entry.path, f"{path}/"))
                elif _is_markdown(entry.name) or entry.is_symlink():
                    stamp = self._stamp(entry, path, report)
                    if stamp:
                        yield stamp

    def _stamp(self, entry: os.DirEntry[str], path: str, report: Report) -> FileStamp | None:
        try:
            path.encode()
        except UnicodeEncodeError:
            shown = path.encode("utf-8", "replace").decode()
            _report(report, shown, "the file's name is not UTF-8", "rename it")
            return None
        if entry.is_symlink() and not self._leads_inside(entry, path, report):
            return None
        try:
            found = entry.stat()
        except OSError as error:
            _report(report, path, f"the file cannot be read: {error.strerror}")
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return FileStamp(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def _leads_inside(self, entry: os.DirEntry[str], path: str, report: Report) -> bool:
        target = Path(os.path.realpath(entry.path))
        if target.is_dir() and target.is_relative_to(self.root):
            return False
        if target.is_relative_to(self.root) and target.exists():
            return _is_markdown(entry.name)
        if target.is_dir() or _is_markdown(entry.name):
            where = "out of the content folder" if target.exists() else "nowhere"
            remedy = "put the file itself there"
            _report(report, path, f"the symbolic link leads {where}", remedy)
        return False


def _whole(file: Path, path: str) -> bytes:
    with file.open("rb") as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"more than {MAX_BYTES:,} bytes", path)
    return raw


def _entries(folder: str, prefix: str, report: Report) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if not is_hidden(entry.name)]
    except OSError as error:
        _report(report, prefix or ".", f"the folder cannot be read: {error.strerror}")
        return []
    return sorted(found, key=lambda entry: entry.name)


def is_template(path: str) -> bool:
    """Is that the path of a text that new procedures begin with?"""
    *folders, place, name = ["", *path.split("/")]
    usual = not name.startswith(".") and name.endswith(".md") and path.isprintable()
    return place == TEMPLATES and usual and not any(map(is_hidden, folders)) and len(folders) <= 2


def is_listed(path: str) -> bool:
    """Is a file of that path one that `files` would list, hidden ones and folders left out?"""
    return _is_markdown(path) and not any(map(is_hidden, path.split("/")))


def _is_markdown(name: str) -> bool:
    return name.casefold().endswith(MARKDOWN_SUFFIXES)


def is_hidden(name: str) -> bool:
    """Is a file or folder of that name left out, with all that is in it?"""
    return name.startswith(".") or name in _SKIPPED_FOLDERS


def _report(report: Report, path: str, message: str, remedy: str = "see to its rights") -> None:
    report(Fault(path, 1, "unreadable", message, remedy, Severity.WARNING))
