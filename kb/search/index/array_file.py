"""Many numpy arrays in one file, read back as views of one memory map that processes share.

The head tells of each array its type, shape, place and checksum; its own stands before it.
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kb import durable

Array = NDArray[Any]
ALIGNED = 64  # bytes; every array starts at a multiple
_START = 16  # bytes: how long the head is, and its checksum


class Damaged(Exception):
    """An index file that is cut short, not as it was written, or no index file at all."""


def save(path: Path, arrays: dict[str, Array]) -> None:
    """Write `arrays` to `path` and have them on the disk before returning."""
    table, offset = {}, 0
    every = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    for name, values in every.items():
        table[name] = [values.dtype.str, list(values.shape), offset, _sum(values)]
        offset += -(-values.nbytes // ALIGNED) * ALIGNED
    head = json.dumps(table).encode()
    head += b" " * (-(len(head) + _START) % ALIGNED)
    with path.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + crc32(head).to_bytes(8, "little") + head)
        for values in every.values():
            file.write(values.data.cast("B") if values.size else b"")
            file.write(b"\0" * (-values.nbytes % ALIGNED))
        durable.settle(file)


def load(path: Path, *, whole: bool = False) -> dict[str, Array]:
    """The arrays of `path`, read-only. Raises OSError, or Damaged when it is no such file.

    With `whole`, every byte is read and compared with its checksum: a quarter of a second for a
    gigabyte that is in memory.
    """
    with path.open("rb") as file:
        try:
            shared = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            begin, table = _head(shared)
            arrays = {
                name: _view(shared, dtype, shape, begin + offset)
                for name, (dtype, shape, offset, _) in table.items()
            }
        except (ValueError, TypeError, AttributeError) as error:
            raise Damaged(f"{path} is damaged: {error}") from error
    changed = [name for name, told in table.items() if whole and _sum(arrays[name]) != told[3]]
    if changed:
        raise Damaged(f"{path} is damaged: {changed[0]} is not as it was written")
    return arrays


def _head(shared: mmap.mmap) -> tuple[int, dict[str, Any]]:
    """Where the arrays begin, and the table of them. Raises ValueError."""
    length, told = (int.from_bytes(shared[at : at + 8], "little") for at in (0, 8))
    head = shared[_START : _START + length]
    if len(head) != length or crc32(head) != told:
        raise ValueError("its head is not as it was written")
    table: dict[str, Any] = json.loads(head)
    return _START + length, table


def _view(shared: mmap.mmap, dtype: str, shape: list[int], start: int) -> Array:
    count = int(np.prod(shape, dtype=np.int64))
    return np.frombuffer(shared, dtype, count, start).reshape(shape)


def _sum(values: Array) -> int:
    return crc32(values.data.cast("B")) if values.size else 0
