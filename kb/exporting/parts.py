"""The way out, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.exporting.book import Binding
from kb.exporting.exports import Exports
from kb.exporting.making import Making
from kb.exporting.selecting import Selecting
from kb.exporting.sql.shelves import Shelves
from kb.exporting.tabulating import Tabulating
from kb.exporting.zipping import Zipping
from kb.publishing.parts import Publishing
from kb.publishing.sql.erasures import Erasures
from kb.settings import Settings
from kb.storage.parts import Storage


class Exporting(Struct, frozen=True):
    """Made at once by the command, and by the worker for people on the site."""

    making: Making
    exports: Exports


def build(
    settings: Settings,
    engine: Engine,
    storage: Storage,
    catalogue: Catalogue,
    publishing: Publishing,
) -> Exporting:
    """Out of that content folder."""
    selecting = Selecting(storage.library, Shelves(engine))
    departments = publishing.departments
    making = Making(
        Zipping(selecting, departments, settings.name),
        Tabulating(selecting, departments),
        Binding(selecting, catalogue, departments, settings.name, settings.url),
    )
    exports = Exports(settings.var / "exports", making, Erasures(engine))
    return Exporting(making, exports)
