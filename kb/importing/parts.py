"""What brings files of other programs in, as one part of the whole."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.importing.bringing_in import BringingIn
from kb.importing.mapping import FileMapping
from kb.importing.permits import Permit
from kb.importing.proposed import ImportPreview
from kb.importing.proposing import Proposing
from kb.importing.returning.coming_back import ComingBack
from kb.importing.returning.rows import comes_back
from kb.importing.sheets import Workbook
from kb.importing.sql.imports import Imports
from kb.people.parts import People
from kb.publishing.parts import Publishing
from kb.search.parts import Searching
from kb.storage.parts import Storage


class Importing(Struct, frozen=True):
    """A file on its way in: kept, looked at, brought in."""

    imports: Imports
    proposing: Proposing
    coming_back: ComingBack
    bringing_in: BringingIn

    def preview(
        self, workbook: Workbook, mapping: FileMapping, permit: Permit, today: date
    ) -> ImportPreview:
        """What would be of a file, for who has that permit: one that was taken out here, or any."""
        if comes_back(workbook):
            return self.coming_back.preview(workbook, mapping, permit, today)
        return self.proposing.preview(workbook, mapping, permit, today)


def build(
    engine: Engine,
    storage: Storage,
    catalogue: Catalogue,
    search: Searching,
    people: People,
    publishing: Publishing,
) -> Importing:
    """Into that content folder."""
    imports = Imports(engine)
    proposing = Proposing(
        storage, catalogue, search, publishing, imports, lambda: people.directory.staff() or None
    )
    return Importing(
        imports=imports,
        proposing=proposing,
        coming_back=ComingBack(proposing),
        bringing_in=BringingIn(publishing, imports),
    )
