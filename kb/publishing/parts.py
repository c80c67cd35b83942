"""The way in for an edit, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.people.parts import People
from kb.people.person import Person
from kb.procedures.model import Departments
from kb.publishing.desk import Desk
from kb.publishing.refreshing.live_settings import LiveSettings
from kb.publishing.refreshing.publisher import Publisher
from kb.publishing.saver import Saver
from kb.publishing.search_tests import SearchTests
from kb.publishing.sql.batch_ledger import Ledger
from kb.publishing.sql.drafts import Drafts
from kb.publishing.sql.erasures import Erasures
from kb.publishing.sql.forgetting import Forgetting
from kb.publishing.sql.new_ids import NewIds
from kb.publishing.undoing import Undoing
from kb.publishing.writers_leave import WritersLeave
from kb.search.parts import Searching
from kb.settings import Settings
from kb.storage.parts import Storage
from kb.versions.sql.chronicle import Chronicle


class Publishing(Struct, frozen=True):
    """From what was typed, through files and history, to catalogue and index."""

    catalogue: Catalogue
    publisher: Publisher
    saver: Saver
    drafts: Drafts
    ledger: Ledger
    undoing: Undoing
    new_ids: NewIds
    four_eyes: bool

    def departments(self) -> Departments:
        """departments.yml as it is on disk now, or was when it could last be read."""
        return self.publisher.departments()

    @property
    def live(self) -> LiveSettings:
        """The files of settings as they hold now."""
        return self.publisher.live

    def on_behalf(self, by: Person) -> Saver:
        """The verbs of writing, as far as that person may."""
        return self.saver.on_behalf(self.leave(by))

    def leave(self, by: Person) -> WritersLeave:
        """What that person may make of a file."""
        library = self.saver.keeping.library
        return WritersLeave(by, self.departments(), self.four_eyes, self.catalogue, library)


def build(
    settings: Settings,
    engine: Engine,
    storage: Storage,
    catalogue: Catalogue,
    search: Searching,
    people: People,
    live: LiveSettings,
) -> Publishing:
    """Into that storage, catalogue and index."""
    publisher = Publisher(
        storage.keeping,
        catalogue,
        search.index,
        Chronicle(engine, storage.history),
        lambda: people.directory.staff() or None,
        settings.var / "refresh.lock",
        SearchTests(lambda: live.departments().settings, catalogue, search.searcher),
        live,
    )
    ledger = Ledger(engine)
    forgetting = Forgetting(engine)
    desk = Desk(storage.keeping, catalogue, Erasures(engine), publisher, forgetting)
    saver = Saver(desk, ledger)
    return Publishing(
        catalogue=catalogue,
        publisher=publisher,
        saver=saver,
        drafts=Drafts(engine),
        ledger=ledger,
        undoing=Undoing(saver, publisher.departments, four_eyes=settings.four_eyes),
        new_ids=NewIds(engine),
        four_eyes=settings.four_eyes,
    )
