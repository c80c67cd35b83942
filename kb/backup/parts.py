"""Backups, as one part of the whole."""

from __future__ import annotations

from datetime import timedelta

from kb.backup.folder import Folder
from kb.backup.journal import Journal
from kb.backup.making import Making
from kb.backup.schedule import Backups
from kb.database import Engine
from kb.notices.sql.reminders import Reminders
from kb.people.sql.receivers import Receivers
from kb.settings import Settings
from kb.storage.transaction import Keeping


def build(
    settings: Settings,
    engine: Engine,
    keeping: Keeping,
    reminders: Reminders,
    receivers: Receivers,
) -> Backups:
    """Those of this home."""
    return Backups(
        making=Making(settings, engine, keeping),
        journal=Journal(settings.var / "backup.json"),
        folder=Folder(settings.backups) if settings.backups else None,
        every=timedelta(hours=settings.backup_hours),
        most=settings.backups_kept,
        reminders=reminders,
        receivers=receivers,
    )
