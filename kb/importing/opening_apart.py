"""A file opened in a process of its own, which ends in time whatever the file does to it."""

from __future__ import annotations

from collections import deque
from pathlib import PurePosixPath

from msgspec import Struct, msgpack

from kb.bounded_process import BoundedProcess, Bounds, EndedBy, Unfinished
from kb.importing.opening import opened
from kb.importing.readers.own_archives import is_ours
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import Workbook

BOUNDS = Bounds(seconds=120.0, nice=1)  # somebody waits for it, maybe on a busy machine
_SPLIT = "bring it in in parts, or without its films and pictures"
_REMEDIES = {
    EndedBy.TIME: _SPLIT,
    EndedBy.MEMORY: _SPLIT,
    EndedBy.DEATH: "open it in the program that made it, save it anew, and bring in that file",
}
# For the next step of who brings in. Of two the first ends when it is put out.
_idle: deque[BoundedProcess] = deque(maxlen=1)


class _Question(Struct, frozen=True):
    name: str
    encoding: str


class _Answer(Struct, frozen=True):
    """The workbook, or why there is none."""

    workbook: Workbook | None
    why: str = ""


def opened_apart(name: str, raw: bytes, encoding: str = "") -> Workbook:
    """As `opened`. Raises UnreadableFile also for what takes too long, too much, or breaks it."""
    if is_ours(raw):  # read by zipfile alone, within bounds of its own, and too large to be sent
        return opened(name, raw)
    name = PurePosixPath(name.replace("\\", "/")).name.encode("utf-8", "replace").decode()
    asked = msgpack.encode(_Question(name, encoding))
    process = _an_idle_one() or BoundedProcess(answer, BOUNDS)
    try:
        found = msgpack.decode(process.do(asked, raw), type=_Answer)
    except Unfinished as given_up:
        why = f"{name} cannot be brought in, as {given_up.by.value}: {_REMEDIES[given_up.by]}."
        raise UnreadableFile(why) from given_up
    _idle.append(process)
    if found.workbook is None:
        raise UnreadableFile(found.why)
    return found.workbook


def _an_idle_one() -> BoundedProcess | None:
    try:
        return _idle.pop()
    except IndexError:
        return None


def answer(asked: bytes, raw: bytes) -> bytes:
    """In that process: what comes of the file, as it is sent."""
    question = msgpack.decode(asked, type=_Question)
    try:
        found = _Answer(opened(question.name, raw, question.encoding))
    except UnreadableFile as reason:
        found = _Answer(None, str(reason))
    return msgpack.encode(found)
