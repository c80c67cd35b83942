"""What stands in the content folder and in its history, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.settings import Settings
from kb.storage.exchange import Exchange
from kb.storage.files.library import Library
from kb.storage.git.history import History
from kb.storage.git.loose_objects import LooseObjects
from kb.storage.git.repository import Repository, git_folder
from kb.storage.memory import Memory
from kb.storage.transaction import Keeping


class Storage(Struct, frozen=True):
    """The files, what they were before, the way to change both at once, and to a remote."""

    library: Library
    history: History
    keeping: Keeping
    exchange: Exchange


def build(settings: Settings, memory: Memory) -> Storage:
    """Of the content folder; where that is no repository, its history stands in `var`."""
    content, own = settings.content, settings.var / "history.git"
    library = Library(content)
    loose = LooseObjects()
    keeping = Keeping(library, Repository(content, own, loose), settings.var)
    return Storage(
        library=library,
        history=History(lambda: git_folder(content, own), loose),
        keeping=keeping,
        exchange=Exchange(keeping, memory, settings.pull_minutes),
    )
