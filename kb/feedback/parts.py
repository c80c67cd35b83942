"""Feedback, requests and their answers, as one part of the whole."""

from __future__ import annotations

from functools import partial

from msgspec import Struct

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.feedback.fixing import Fixing
from kb.feedback.routing import Routing
from kb.feedback.shared_searches import Sharing
from kb.feedback.sql.closings import Closings
from kb.feedback.sql.facets import Facets
from kb.feedback.sql.inbox import Inbox
from kb.feedback.sql.likely_duplicates import Duplicates
from kb.feedback.sql.overdue import LateItems
from kb.feedback.sql.ratings import Ratings
from kb.feedback.sql.saved_views import SavedViews
from kb.insight.parts import Insight
from kb.people.parts import People
from kb.search.parts import Searching
from kb.search.similar.grouping import groups
from kb.settings import Settings
from kb.versions.sql.versions import Versions


class Feedback(Struct, frozen=True):
    """The inbox, the ways to it, what is beside an item, and what answers it."""

    inbox: Inbox
    routing: Routing
    facets: Facets
    views: SavedViews
    duplicates: Duplicates
    late: LateItems
    closings: Closings
    fixing: Fixing
    ratings: Ratings
    sharing: Sharing


def build(
    settings: Settings,
    engine: Engine,
    catalogue: Catalogue,
    versions: Versions,
    people: People,
    search: Searching,
    insight: Insight,
) -> Feedback:
    """The feedback of that database."""
    inbox, closings = Inbox(engine), Closings(engine)
    together = partial(groups, meaning=search.index.meaning)
    return Feedback(
        inbox=inbox,
        routing=Routing(people.directory, inbox, settings.demo),
        facets=Facets(engine),
        views=SavedViews(engine),
        duplicates=Duplicates(engine),
        late=LateItems(engine),
        closings=closings,
        fixing=Fixing(inbox, closings, catalogue, versions),
        ratings=Ratings(engine),
        sharing=Sharing(insight.report, insight.shared, search.searcher, together),
    )
