"""Reviews, and who answers for what, as one part of the whole."""

from __future__ import annotations

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.notices.parts import Notices
from kb.people.parts import People
from kb.publishing.parts import Publishing
from kb.reviews.departures import Departures
from kb.reviews.handing_over import HandingOver
from kb.reviews.reviewing import Reviewing
from kb.reviews.sql.due_reviews import DueReviews
from kb.reviews.sql.review_list import ReviewList
from kb.storage.parts import Storage


class Reviews(Struct, frozen=True):
    """What is due when, and what is done about it: confirmed, handed over, left behind."""

    listed: ReviewList
    due: DueReviews
    reviewing: Reviewing
    handing: HandingOver
    leaving: Departures


def build(
    engine: Engine,
    storage: Storage,
    catalogue: Catalogue,
    people: People,
    publishing: Publishing,
    notices: Notices,
) -> Reviews:
    """The reviews of that catalogue."""
    saver, departments = publishing.saver, publishing.departments
    text_of = storage.keeping.repository.bytes_of
    handing = HandingOver(
        saver, publishing.ledger, notices.reminders, people.receivers, departments, text_of
    )
    listed = ReviewList(engine)
    return Reviews(
        listed=listed,
        due=DueReviews(engine),
        reviewing=Reviewing(saver, catalogue, storage.library, handing, departments),
        handing=handing,
        leaving=Departures(people.directory, listed, departments),
    )
