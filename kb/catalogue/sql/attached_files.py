"""The files beside procedures whose text is searched: which there are, how they were read. SQL."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine, Row, delete, func, or_, select

from kb.catalogue.sql.recording import chunks
from kb.database import attached_files as table
from kb.database import procedures, reading, shown_files, writing
from kb.database.upsert import insert_into
from kb.documents.attachments import SEARCHED
from kb.documents.markdown.links import candidates
from kb.procedures.model import Fault, Severity

_WRITING = "attached files"
_SEARCHED = or_(*(func.lower(shown_files.c.file).like(f"%{suffix}") for suffix in sorted(SEARCHED)))


class KnownFile(Struct, frozen=True):
    """A file as it was read last. `times` and `size` tell whether it changed since.

    `digest` names what is in it ("" where it is too large to be read), `places` are how many of
    it are searched. `why` says what is not, and `remedy` what to do then.
    """

    size: int
    times: int
    digest: str
    places: int
    why: str = ""
    remedy: str = ""


class Unsearched(Struct, frozen=True):
    """A file that is not searched, or not all of it; and where a procedure links to it."""

    path: str
    line: int
    file: str
    why: str
    remedy: str

    @property
    def fault(self) -> Fault:
        """As a fault of that procedure."""
        name = posixpath.basename(self.file)
        message = f'the attachment "{name}" is not searched: {self.why}'
        told = ("unsearched-attachment", message, self.remedy, Severity.WARNING)
        return Fault(self.path, self.line, *told)


class AttachedFiles:
    """One row a file; which procedures show it stands in `shown_files`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def shown(self) -> list[str]:
        """All that procedures may mean of the kinds that are searched, there or not."""
        with reading(self._engine) as connection:
            found = connection.scalars(select(shown_files.c.file).where(_SEARCHED).distinct())
            return sorted(found)

    def known(self) -> dict[str, KnownFile]:
        """Those that were read, or tried."""
        with reading(self._engine) as connection:
            return {row.file: _known_file(row) for row in connection.execute(select(table))}

    def record(self, file: str, found: KnownFile) -> None:
        """It was read, or cannot be."""
        values = {
            "size": found.size,
            "modified_ns": str(found.times),
            "digest": found.digest,
            "places": found.places,
            "why": found.why,
            "remedy": found.remedy,
        }
        with writing(self._engine, _WRITING) as connection:
            statement = insert_into(connection, table).values(file=file, **values)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["file"], set_=values)
            )

    def forget(self, files: Collection[str]) -> None:
        """They are gone, or nothing shows them any more."""
        with writing(self._engine, _WRITING) as connection:
            for some in chunks(files):
                connection.execute(delete(table).where(table.c.file.in_(some)))

    def shown_by(self, paths: Collection[str] | None = None) -> dict[str, list[tuple[str, str]]]:
        """The (file, digest) of those with text that each procedure shows; of all, or of some."""
        query = (
            select(shown_files.c.path, table.c.file, table.c.digest)
            .join(table, table.c.file == shown_files.c.file)
            .where(table.c.places > 0)
            .order_by(shown_files.c.path, table.c.file)
        )
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        with reading(self._engine) as connection:
            if paths is None:
                rows = list(connection.execute(query))
            else:
                some = (query.where(shown_files.c.path.in_(chunk)) for chunk in chunks(paths))
                rows = [row for each in some for row in connection.execute(each)]
        for path, file, digest in rows:
            found[path].append((file, digest))
        return {path: _meant(path, files) for path, files in found.items()}

    def linked(self, path: str, files: Iterable[str]) -> list[tuple[str, str]]:
        """The same for a text that is not saved yet, which links to these files."""
        wanted = [file for file in files if posixpath.splitext(file)[1].casefold() in SEARCHED]
        if not wanted:
            return []
        query = select(table.c.file, table.c.digest).where(table.c.places > 0)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(table.c.file.in_(wanted)).order_by(table.c.file))
            return _meant(path, [(row.file, row.digest) for row in rows])

    def unsearched(self) -> list[Unsearched]:
        """Those with something that is not searched, for each procedure that shows them."""
        query = (
            select(table, procedures.c.path, procedures.c.links)
            .join(shown_files, shown_files.c.file == table.c.file)
            .join(procedures, procedures.c.path == shown_files.c.path)
            .where(table.c.why != "")
            .order_by(shown_files.c.path, table.c.file)
        )
        with reading(self._engine) as connection:
            return [
                Unsearched(row.path, _line(row.links, row), row.file, row.why, row.remedy)
                for row in connection.execute(query)
            ]


def _meant(path: str, files: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without what a link would only mean if the file beside the procedure were not there.

    (kb/documents/markdown/links.py `candidates`: `x.pdf` in a/b.md is a/x.pdf, else a/b/x.pdf.)
    """
    there, stem = {file for file, _ in files}, posixpath.splitext(path)[0]
    folder = posixpath.dirname(path)

    def better(file: str) -> str:
        return posixpath.normpath(posixpath.join(folder, posixpath.relpath(file, stem)))

    return [(file, digest) for file, digest in files if better(file) not in there - {file}]


def _line(links: list[tuple[int, str]], row: Row[Any]) -> int:
    """Where the procedure links to the file."""
    return next((line for line, to in links if row.file in candidates(to, row.path)), 1)


def _known_file(row: Row[Any]) -> KnownFile:
    times = int(row.modified_ns)
    return KnownFile(row.size, times, row.digest, row.places, row.why, row.remedy)
