"""One backup as a file: a tar with gzip, that begins with what it is and ends with its checksums.

Unpacked by hand in an empty home, it is an installation, too.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

from msgspec import MsgspecError, Struct, json

from kb import durable

FORMAT = 1
ABOUT, MANIFEST = "backup-about.json", "backup-checksums.json"
CONTENT, VAR, SETTINGS = "content", "var", "kb.toml"
DATABASE, HISTORY = "var/kb.sqlite3", "var/history.git"
_ROOTS = frozenset({CONTENT, VAR, SETTINGS, ABOUT, MANIFEST})
_EFFORT = 3  # gzip's: half the size of none, at three times the speed of the best
_AT_ONCE = 1 << 20
_SMALL = 8 << 20  # bytes: read whole, so that a file that shrinks meanwhile breaks nothing
_BROKEN = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, MsgspecError, UnicodeError)


class Damaged(ValueError):
    """It is no backup, or not a whole one. Its text is the end of a sentence about it."""


class About(Struct, frozen=True):
    """What a backup is of: kb's version, the database's migration, whether keys are in it."""

    format: int
    kb: str
    migration: str
    at: datetime
    site: str
    secrets: bool


class Manifest(Struct, frozen=True):
    """The SHA-256 of each file in it; `faults` are what could not be had, each a sentence."""

    files: dict[str, str]
    faults: tuple[str, ...] = ()


class Contents(Struct, frozen=True):
    """What was found in one: all of it whole. `size` in bytes."""

    about: About
    manifest: Manifest
    size: int


class Packing:
    """A backup that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: dict[str, str] = {}
        self.faults: list[str] = []

    def add(self, name: str, file: Path) -> bool:
        """A file, a folder (without what is in it) or a link; False where there is none any more.

        One that cannot be read is a fault, and all others are in it. Raises OSError where the
        backup cannot be written.
        """
        try:
            info = self._tar.gettarinfo(str(file), name)
            plain = info is not None and (info.isreg() or info.islnk())
            source = _source(file) if plain else None
        except FileNotFoundError:
            return False
        except OSError as error:
            self.faults.append(f"{name} cannot be read: {error.strerror}.")
            return True
        if source is not None:
            info.type = tarfile.REGTYPE  # of hard links each is a file
            with source:
                info.size = _size(source)
                self._write(info, source)
        elif info is not None and (info.isdir() or info.issym()):
            self._tar.addfile(info)
        return True

    def add_bytes(self, name: str, raw: bytes) -> None:
        """What is a file only here."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(raw), 0o600
        self._write(info, io.BytesIO(raw))

    def finish(self) -> Manifest:
        """Checksums go last: without them it is no backup."""
        manifest = Manifest(self.files, tuple(self.faults))
        self.add_bytes(MANIFEST, json.encode(manifest))
        return manifest

    def _write(self, info: tarfile.TarInfo, whole: IO[bytes]) -> None:
        reading = _Reading(whole)
        self._tar.addfile(info, reading)
        self.files[_spelled(info.name)] = reading.digest.hexdigest()


def _source(file: Path) -> IO[bytes]:
    """Opened, and read where it is small."""
    opened = file.open("rb")
    if _size(opened) > _SMALL:
        return opened
    with opened:
        return io.BytesIO(opened.read())


def _size(opened: IO[bytes]) -> int:
    size = opened.seek(0, os.SEEK_END)
    opened.seek(0)
    return size


class _Reading(io.RawIOBase):
    """Passes on what it reads, and remembers its checksum."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        raw = self._source.read(size)
        self.digest.update(raw)
        return raw


@contextmanager
def packing(file: Path) -> Iterator[Packing]:
    """A new backup in `file`, which was not there; on the disk when the block ends."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
        with (
            gzip.GzipFile("", "wb", _EFFORT, raw) as small,
            tarfile.open(fileobj=small, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            yield Packing(tar)
        durable.settle(raw)


def read_through(file: Path, place: Callable[[str], Path | None]) -> Contents:
    """Read all of it and compare the checksums. Raises Damaged, OSError.

    What `place` gives a path for is written there: files first, links when all files are. Whoever
    wants that to outlast a power cut sees to it.
    """
    reading = _Unpacking(place)
    try:
        with gzip.open(file) as raw:
            with tarfile.open(fileobj=raw, mode="r|") as tar:
                for member in tar:
                    reading.take(tar, member)
            while raw.read(_AT_ONCE):  # to its end, where gzip's own checksum stands
                pass
        about = json.decode(reading.told[ABOUT], type=About)
        manifest = json.decode(reading.told[MANIFEST], type=Manifest)
    except _BROKEN as error:
        raise Damaged(f"it is no backup, or not a whole one: {error}") from error
    except KeyError as error:
        raise Damaged("it is no backup of kb, or not a whole one") from error
    _compare(reading.found, manifest)
    reading.link()
    return Contents(about, manifest, file.stat().st_size)


class _Unpacking:
    """Takes one member after the other."""

    def __init__(self, place: Callable[[str], Path | None]) -> None:
        self._place = place
        self._links: list[tuple[Path, str]] = []
        self.found: dict[str, str] = {}
        self.told: dict[str, bytes] = {}  # the bytes of those that tell about the others

    def take(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        name = _proper(member.name)
        target = self._place(name)
        if member.issym():
            self._links += [(target, member.linkname)] if target else []
        elif member.isdir():
            _make(target, member)
        elif source := tar.extractfile(member):
            self._file(name, source, target, member)

    def link(self) -> None:
        """The deepest first: so none is made through another."""
        for target, leads_to in sorted(self._links, key=lambda it: -len(it[0].parts)):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(leads_to)

    def _file(
        self, name: str, source: IO[bytes], target: Path | None, member: tarfile.TarInfo
    ) -> None:
        digest, kept = sha256(), []
        with _opened(target, member) as file:
            while raw := source.read(_AT_ONCE):
                digest.update(raw)
                if file is not None:
                    file.write(raw)
                if name in (ABOUT, MANIFEST):
                    kept.append(raw)
        if target is not None:
            os.utime(target, (member.mtime, member.mtime))
        if kept:
            self.told[name] = b"".join(kept)
        self.found[_spelled(name)] = digest.hexdigest()


def about_of(file: Path) -> About:
    """What it is of, from its beginning. Raises Damaged, OSError."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            first = tar.next()
            source = tar.extractfile(first) if first and first.name == ABOUT else None
            if source is not None:
                return json.decode(source.read(), type=About)
    except _BROKEN as error:
        raise Damaged(f"it is no backup, or not a whole one: {error}") from error
    raise Damaged("it is no backup of kb")


def _proper(name: str) -> str:
    """Raises Damaged for a name that leads out of the home."""
    parts = PurePosixPath(name).parts
    if not parts or parts[0] not in _ROOTS or ".." in parts:
        raise Damaged(f"it holds {name!r}, which no backup has")
    return name


def _make(target: Path | None, member: tarfile.TarInfo) -> None:
    if target is not None:
        target.mkdir(parents=True, exist_ok=True)
        target.chmod(member.mode & 0o777 | 0o700)


def _opened(
    target: Path | None, member: tarfile.TarInfo
) -> AbstractContextManager[IO[bytes] | None]:
    if target is None:
        return nullcontext()
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = member.mode & 0o777 | 0o600
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")


def _spelled(name: str) -> str:
    """A name that may be no UTF-8, as a list in JSON can have it."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _compare(found: dict[str, str], manifest: Manifest) -> None:
    for name, digest in manifest.files.items():
        if found.get(name) != digest:
            raise Damaged(f"{name} is not in it as it was written")
    if extra := sorted(found.keys() - manifest.files.keys() - {MANIFEST}):
        raise Damaged(f"it holds {extra[0]}, which is not in its list")
