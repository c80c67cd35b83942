"""Approval as one part of the whole."""

from __future__ import annotations

from kb.approval.approving import Approving
from kb.approval.carrying_out import Approved
from kb.approval.sql.submission_queue import Waiting
from kb.approval.sql.submissions import Submissions
from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.people.parts import People
from kb.publishing.parts import Publishing
from kb.settings import Settings


def build(
    settings: Settings,
    engine: Engine,
    catalogue: Catalogue,
    people: People,
    publishing: Publishing,
    approved: Approved,
) -> Approving:
    """Over that database. `approved` is told what is up."""
    return Approving(
        Submissions(engine),
        Waiting(engine),
        publishing.saver,
        catalogue,
        people.directory,
        publishing.departments,
        approved,
        four_eyes=settings.four_eyes,
    )
