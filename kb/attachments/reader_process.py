"""Files beside procedures read in a process of their own: if one kills it, it costs that one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import msgpack

from kb.bounded_process import BoundedProcess, Bounds, EndedBy, Unfinished
from kb.search.index.attached_texts import TextOfFile

_SPLIT = "split it, or save it anew in a smaller size"
_REMEDIES = {
    EndedBy.TIME: _SPLIT,
    EndedBy.MEMORY: _SPLIT,
    EndedBy.DEATH: "save it anew in the program it is of",
}


class ReaderProcess:
    """Reads one file after the other in another process. For one thread."""

    def __init__(self, bounds: Bounds) -> None:
        self._process = BoundedProcess(read_packed, bounds)

    def read(self, name: str, raw: bytes) -> TextOfFile:
        """What the file says, or why that cannot be known."""
        try:
            return msgpack.decode(
                self._process.do(name.encode("utf-8", "replace"), raw), type=TextOfFile
            )
        except Unfinished as given_up:
            return TextOfFile((), given_up.by.value, _REMEDIES[given_up.by])

    def end(self) -> None:
        """Whatever it is at."""
        self._process.end()


@contextmanager
def reader_process(bounds: Bounds) -> Iterator[ReaderProcess]:
    """Begun with the first file."""
    process = ReaderProcess(bounds)
    try:
        yield process
    finally:
        process.end()


def read_packed(name: bytes, raw: bytes) -> bytes:
    """In that process: what the file says, as it is sent."""
    from kb.attachments.readers.reading import read  # only in the process that reads

    return msgpack.encode(read(name.decode(), raw))
