"""What brings files of other programs in, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.importing.bringing_in import BringingIn
from kb.importing.proposing import Proposing
from kb.importing.sql.imports import Imports
from kb.people.parts import People
from kb.publishing.parts import Publishing
from kb.search.parts import Searching
from kb.storage.parts import Storage


class Importing(Struct, frozen=True):
    """A file on its way in: kept, looked at, brought in."""

    imports: Imports
    proposing: Proposing
    bringing_in: BringingIn


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
    return Importing(
        imports=imports,
        proposing=Proposing(
            storage,
            catalogue,
            search,
            publishing,
            imports,
            lambda: people.directory.staff() or None,
        ),
        bringing_in=BringingIn(publishing, imports),
    )
