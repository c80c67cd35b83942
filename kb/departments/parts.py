"""Departments, and how each of them serves, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.departments.administration import DepartmentsKept
from kb.departments.first_steps import Beginning
from kb.departments.folders import FolderDepartments
from kb.departments.sql.day_book import DayBook
from kb.departments.sql.health import Health
from kb.feedback.parts import Feedback
from kb.people.parts import People
from kb.publishing.parts import Publishing
from kb.reviews.parts import Reviews
from kb.settings import Settings


class Administration(Struct, frozen=True):
    """The departments as they are kept, how each is today, and how it was day by day."""

    kept: DepartmentsKept
    folders: FolderDepartments
    beginning: Beginning
    health: Health
    days: DayBook


def build(
    settings: Settings,
    engine: Engine,
    catalogue: Catalogue,
    people: People,
    publishing: Publishing,
    feedback: Feedback,
    reviews: Reviews,
) -> Administration:
    """The departments of departments.yml."""
    kept = DepartmentsKept(publishing.publisher, people.directory, feedback.inbox, reviews.listed)
    return Administration(
        kept=kept,
        folders=FolderDepartments(kept, catalogue, people.directory),
        beginning=Beginning(
            catalogue,
            people.directory,
            publishing.departments,
            publishing.publisher.unread,
            bool(settings.smtp_host),
            bool(settings.backup_folder),
        ),
        health=Health(engine),
        days=DayBook(engine),
    )
