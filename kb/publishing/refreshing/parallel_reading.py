"""Lots of files read by processes of their own; what they say waits on disk until it is indexed.

The text of a procedure is needed by the process that indexes it only: handing it from one to the
next through the parent costs twice, and all of them in memory would be too many.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from kb.documents.reading import Filed, read_as
from kb.documents.settings_files.departments import parse_departments
from kb.procedures.model import Departments, Entry, Procedure, Section
from kb.process_pool import advance
from kb.search.index.attached_texts import AttachedFile, AttachedTexts
from kb.storage.files.bulk_reading import ManyFiles
from kb.storage.files.library import Library


class ReadFile(Struct, frozen=True):
    """A file as read, without its text, and what git calls its bytes ("" where unreadable)."""

    filed: Filed
    blob: str


class Beside(Struct, frozen=True):
    """The attachments of procedures by path, and where their texts are."""

    shown: Mapping[str, tuple[AttachedFile, ...]]
    texts: AttachedTexts


class Lot(Struct, frozen=True):
    """Procedures of which the texts wait on disk: iterating reads them, some at a time.

    `wanted` has the id and the fingerprint that each path is to be indexed with.
    """

    places: tuple[Path, ...]
    wanted: Mapping[str, tuple[str, str]]
    beside: Beside

    def __len__(self) -> int:
        return len(self.wanted)

    def __iter__(self) -> Iterator[Entry]:
        for place in self.places:
            read: list[tuple[Procedure, tuple[Section, ...]]] = pickle.loads(place.read_bytes())
            for procedure, sections in read:
                if procedure.path in self.wanted:
                    id, fingerprint = self.wanted[procedure.path]
                    # As the catalogue has it.
                    entered = replace(procedure, id=id, department=procedure.department[:80])
                    files = self.beside.shown.get(procedure.path, ())
                    yield Entry(entered, sections, fingerprint, self.beside.texts.of(files))


def read_lot(
    root: Path, departments: bytes, paths: list[str], place: Path
) -> list[ReadFile | None]:
    """Read files; their texts go to `place`. None for one that is gone. Raises OSError."""
    files, known = ManyFiles(Library(root)), _departments(departments)
    told: list[ReadFile | None] = []
    texts: list[tuple[Procedure, tuple[Section, ...]]] = []
    for path in paths:
        try:
            filed, blob = read_as(files.read, path, known)
        except FileNotFoundError:
            told.append(None)
            continue
        texts.append((filed.procedure, filed.sections))
        told.append(ReadFile(replace(filed, sections=()), blob))
    place.write_bytes(pickle.dumps(texts, pickle.HIGHEST_PROTOCOL))
    advance(len(paths))
    return told


@lru_cache(maxsize=1)
def _departments(source: bytes) -> Departments:
    return parse_departments(source)
