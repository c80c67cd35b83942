"""One knowledge base: each capability built by its package, over those that it stands on."""

from __future__ import annotations

import kb.approval.parts
import kb.attachments.parts
import kb.backup.parts
import kb.delivery.parts
import kb.departments.parts
import kb.exporting.parts
import kb.feedback.parts
import kb.importing.parts
import kb.insight.parts
import kb.must_reads.parts
import kb.notices.parts
import kb.people.parts
import kb.publishing.parts
import kb.reviews.parts
import kb.search.parts
import kb.storage.parts
import kb.tidying.parts
from kb import database, logs
from kb.assembly.home import ensure_not_lost
from kb.catalogue.sql.catalogue import Catalogue
from kb.condition.rights import keep_private
from kb.parts import Parts
from kb.publishing.refreshing.live_settings import live_settings
from kb.publishing.refreshing.live_synonyms import LiveSynonyms
from kb.publishing.writing import Writing
from kb.settings import Settings
from kb.versions.sql.versions import Versions


def build(settings: Settings) -> Parts:
    """All parts of one knowledge base, with its database at the newest migration."""
    logs.as_json(settings.log_json)
    keep_private(settings.var, settings.search_index)
    ensure_not_lost(settings)
    engine = database.connect(settings.database_url)
    database.upgrade(engine)
    catalogue, versions = Catalogue(engine), Versions(engine)
    people = kb.people.parts.build(engine, settings.name, settings.var)
    notices = kb.notices.parts.build(engine)
    storage = kb.storage.parts.build(settings, catalogue)
    live = live_settings(storage.library, settings.var / "last_good")
    search = kb.search.parts.build(settings, LiveSynonyms(storage.library, live.synonyms))
    insight = kb.insight.parts.build(settings, engine, search.words)
    publishing = kb.publishing.parts.build(
        settings, engine, storage, catalogue, search, people, live
    )
    feedback = kb.feedback.parts.build(
        settings, engine, catalogue, versions, people, search, insight
    )
    reviews = kb.reviews.parts.build(engine, storage, catalogue, people, publishing, notices)
    approval = kb.approval.parts.build(
        settings, engine, catalogue, people, publishing, feedback.fixing.approved
    )
    told = (engine, catalogue, people.receivers, publishing.departments)
    return Parts(
        settings=settings,
        engine=engine,
        storage=storage,
        catalogue=catalogue,
        versions=versions,
        search=search,
        insight=insight,
        people=people,
        notices=notices,
        publishing=publishing,
        feedback=feedback,
        delivery=kb.delivery.parts.build(settings, *told),
        approval=approval,
        backups=kb.backup.parts.build(
            settings, engine, storage.keeping, notices.reminders, people.receivers
        ),
        reviews=reviews,
        must_reads=kb.must_reads.parts.build(*told, notices.reminders, versions.told_when),
        importing=kb.importing.parts.build(engine, storage, catalogue, search, people, publishing),
        attachments=kb.attachments.parts.build(
            settings, engine, storage, catalogue, search, publishing
        ),
        exporting=kb.exporting.parts.build(settings, engine, storage, catalogue, publishing),
        tidying=kb.tidying.parts.build(engine, storage, catalogue, search, publishing),
        departments=kb.departments.parts.build(
            settings, engine, catalogue, people, publishing, feedback, reviews
        ),
        writing=Writing(publishing, approval),
    )
