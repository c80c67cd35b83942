"""The capabilities that assembly builds once and that the command line and the pages are handed."""

from __future__ import annotations

from msgspec import Struct

from kb.approval.approving import Approving
from kb.attachments.parts import Attachments
from kb.backup.schedule import Backups
from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine, share
from kb.delivery.parts import Delivery
from kb.departments.parts import Administration
from kb.exporting.parts import Exporting
from kb.feedback.parts import Feedback
from kb.importing.parts import Importing
from kb.insight.parts import Insight
from kb.must_reads.asking import Asking
from kb.notices.parts import Notices
from kb.people.parts import People
from kb.publishing.parts import Publishing
from kb.publishing.writing import Writing
from kb.reviews.parts import Reviews
from kb.search.parts import Searching
from kb.settings import Settings
from kb.storage.parts import Storage
from kb.tidying.parts import Tidying
from kb.versions.sql.versions import Versions


class Parts(Struct, frozen=True):
    """One running knowledge base: a field a capability, by the word that names its package."""

    settings: Settings
    engine: Engine
    storage: Storage
    catalogue: Catalogue
    versions: Versions
    search: Searching
    insight: Insight
    people: People
    notices: Notices
    publishing: Publishing
    feedback: Feedback
    delivery: Delivery
    approval: Approving
    reviews: Reviews
    must_reads: Asking
    tidying: Tidying
    importing: Importing
    attachments: Attachments
    exporting: Exporting
    departments: Administration
    backups: Backups
    writing: Writing

    def look_once(self) -> None:
        """Until `unshare`, this thread reads in one state of the database."""
        share(self.engine)

    def let_go(self) -> None:
        """Close connections to the database: no two processes may have one, and a fork copies."""
        self.engine.dispose()
