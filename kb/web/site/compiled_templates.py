"""Templates as they were compiled, kept on the disk: of a first page, most is compiling."""

from __future__ import annotations

from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

_DIGEST = blake2b().digest_size


class CompiledTemplates(BytecodeCache):
    """In the folder `var/templates`. What is damaged, or cannot be written, is compiled anew.

    Compiling works out what it can with the site's own filters: a new kb compiles all anew.
    """

    def __init__(self, folder: Path) -> None:
        newest = max(module.stat().st_mtime_ns for module in Path(__file__).parent.glob("*.py"))
        self._folder = folder
        self._ending = f"-{newest:x}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what was kept of a template; nothing where it is not whole."""
        with suppress(OSError):
            kept = self._path(bucket).read_bytes()
            if blake2b(kept[_DIGEST:]).digest() == kept[:_DIGEST]:
                bucket.bytecode_from_string(kept[_DIGEST:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it; half a file is told by its digest.

        A home that is away is not made: it would be in the way of the one that is put back.
        """
        compiled = bucket.bytecode_to_string()
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            self._path(bucket).write_bytes(blake2b(compiled).digest() + compiled)

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / (bucket.key + self._ending)
