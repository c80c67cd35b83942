"""Many texts put into a git repository as one pack: git's own format, in one file and one sync.

libgit2 writes every text as a file of its own, which costs ten times as much as compressing it.
What a kill leaves behind is a file named tmp_…, which the next pack sweeps away, as git gc does.
"""

from __future__ import annotations

import secrets
import struct
import zlib
from hashlib import sha1
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, NamedTuple

from msgspec import Struct, field

from kb.documents.text.plain_text import blob_name
from kb.durable import settle, sync, write_new

_BLOB = 3  # the number of the kind in a pack
_FAR = 1 << 31  # offsets from here on stand in a table of their own
_DRAFT = "tmp_kb_"


class _Object(NamedTuple):
    name: bytes
    crc: int
    offset: int


class Pack(Struct):
    """A pack being written into the folder `objects` of a repository; `close` puts it there."""

    objects: Path
    _file: BinaryIO | None = None
    _written: list[_Object] = field(default_factory=list)
    _names: set[bytes] = field(default_factory=set)

    def add(self, raw: bytes) -> str:
        """Write a blob; returns its name. Raises OSError."""
        name = bytes.fromhex(blob_name(raw))
        if name not in self._names:
            self._names.add(name)
            file = self._opened()
            entry = _size(len(raw)) + zlib.compress(raw, 1)
            self._written.append(_Object(name, zlib.crc32(entry), file.tell()))
            file.write(entry)
        return name.hex()

    def close(self) -> None:
        """All that was added is in the repository, and no crash loses it. Raises OSError."""
        if self._file is None:
            return
        with self._file as file:
            file.seek(0)
            file.write(_head(len(self._written)))
            file.seek(0)
            digest = sha1(usedforsecurity=False)
            while some := file.read(1 << 20):
                digest.update(some)
            file.write(digest.digest())
            settle(file)
        draft = Path(self._file.name)
        listing = draft.with_suffix(".idx")
        write_new(listing, _listing(sorted(self._written), digest.digest()))
        place = draft.with_name(f"pack-{digest.hexdigest()}.pack")
        for made, wanted in ((draft, place), (listing, place.with_suffix(".idx"))):
            made.chmod(0o444)
            made.replace(wanted)
        sync(place.parent)
        self._file = None

    def discard(self) -> None:
        """Nothing of what was added stays; without effect after `close`."""
        if self._file is not None:
            self._file.close()
            _sweep(self.objects / "pack")
            self._file = None

    def _opened(self) -> BinaryIO:
        if self._file is None:
            folder = self.objects / "pack"
            folder.mkdir(parents=True, exist_ok=True)
            _sweep(folder)
            self._file = (folder / f"{_DRAFT}{secrets.token_hex(8)}.pack").open("x+b")
            self._file.write(_head(0))
        return self._file


def _sweep(folder: Path) -> None:
    """Only under kb's own lock: nobody else writes files of these names."""
    for left in folder.glob(f"{_DRAFT}*"):
        left.unlink(missing_ok=True)


def _head(count: int) -> bytes:
    return b"PACK" + struct.pack(">II", 2, count)


def _size(length: int) -> bytes:
    """The kind and the length: 4 bits of it, then 7 a byte."""
    first, rest = _BLOB << 4 | length & 15, length >> 4
    made = bytearray()
    while rest:
        made.append(first | 128)
        first, rest = rest & 127, rest >> 7
    made.append(first)
    return bytes(made)


def _listing(written: list[_Object], digest: bytes) -> bytes:
    """The index beside the pack, version 2: names ascending, checksums, offsets."""
    firsts = [0] * 256
    for one in written:
        firsts[one.name[0]] += 1
    far = [one.offset for one in written if one.offset >= _FAR]
    numbers = {offset: _FAR | nth for nth, offset in enumerate(far)}
    made = b"".join(
        (
            b"\377tOc\0\0\0\2",
            struct.pack(">256I", *accumulate(firsts)),
            *(one.name for one in written),
            *(struct.pack(">I", one.crc) for one in written),
            *(struct.pack(">I", numbers.get(one.offset, one.offset)) for one in written),
            *(struct.pack(">Q", offset) for offset in far),
            digest,
        )
    )
    return made + sha1(made, usedforsecurity=False).digest()
