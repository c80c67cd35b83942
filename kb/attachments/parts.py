"""The text of files beside procedures, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.attachments.taking_in import TakingIn
from kb.bounded_process import Bounds
from kb.catalogue.sql.attached_files import AttachedFiles
from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.publishing.parts import Publishing
from kb.search.parts import Searching
from kb.settings import Settings
from kb.storage.parts import Storage


class Attachments(Struct, frozen=True):
    """Reading them, and what became of each."""

    taking_in: TakingIn
    files: AttachedFiles


def build(
    settings: Settings,
    engine: Engine,
    storage: Storage,
    catalogue: Catalogue,
    search: Searching,
    publishing: Publishing,
) -> Attachments:
    """Of what the catalogue's procedures show."""
    files = AttachedFiles(engine)
    taking_in = TakingIn(
        storage.library,
        files,
        search.attached,
        catalogue,
        publishing.publisher,
        settings.var / "attachments.lock",
        Bounds(),
    )
    return Attachments(taking_in=taking_in, files=files)
