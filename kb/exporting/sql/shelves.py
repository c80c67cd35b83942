"""All procedures that somebody may read, whole, and the files that they show. SQL."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import Engine, select

from kb.catalogue.listings import procedure_of
from kb.database import procedures, reading, shown_files
from kb.procedures.model import Procedure
from kb.procedures.visibility import Reader


class Shelves(Struct, frozen=True):
    """The catalogue from one end to the other, where a list would show a page of it."""

    engine: Engine

    def readable(self, reader: Reader, department: str = "") -> list[Procedure]:
        """All that the reader may open, retired ones too, of that department or of all; by path."""
        query = select(procedures).order_by(procedures.c.path)
        if department:
            query = query.where(procedures.c.department == department)
        with reading(self.engine) as connection:
            found = map(procedure_of, connection.execute(query))
            return [one for one in found if reader.may_read(one)]

    def files_shown(self, shown_by: Iterable[Procedure]) -> set[str]:
        """The paths of pictures and documents that these show or link to, there or not."""
        paths = {one.path for one in shown_by}
        with reading(self.engine) as connection:
            rows = connection.execute(select(shown_files.c.path, shown_files.c.file))
            return {row.file for row in rows if row.path in paths}
