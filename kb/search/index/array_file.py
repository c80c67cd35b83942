"""Many numpy arrays in one file, read back as views of one memory map that processes share."""

from __future__ import annotations

import json
import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb import durable

Array = NDArray[Any]
ALIGNED = 64  # bytes; every array starts at a multiple


class Damaged(Exception):
    """An index file that is cut short or no index file at all."""


def save(path: Path, arrays: dict[str, Array]) -> None:
    """Write `arrays` to `path` and have them on the disk before returning."""
    table, offset = {}, 0
    for name, values in arrays.items():
        table[name] = [values.dtype.str, list(values.shape), offset]
        offset += -(-values.nbytes // ALIGNED) * ALIGNED
    head = json.dumps(table).encode()
    head += b" " * (-(len(head) + 8) % ALIGNED)
    with path.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        for values in arrays.values():
            file.write(np.ascontiguousarray(values).data.cast("B") if values.size else b"")
            file.write(b"\0" * (-values.nbytes % ALIGNED))
        durable.settle(file)


def load(path: Path) -> dict[str, Array]:
    """The arrays of `path`, read-only. Raises OSError, or Damaged when it is no such file."""
    with path.open("rb") as file:
        try:
            shared = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            length = int.from_bytes(shared[:8], "little")
            table = json.loads(shared[8 : 8 + length])
            return {
                name: np.frombuffer(
                    shared, dtype, int(np.prod(shape, dtype=np.int64)), 8 + length + offset
                ).reshape(shape)
                for name, (dtype, shape, offset) in table.items()
            }
        except (ValueError, TypeError, AttributeError) as error:
            raise Damaged(f"{path} is damaged: {error}") from error
