"""The parts that assembly builds once and that the command line and the pages are handed."""

from __future__ import annotations

from dataclasses import dataclass

from kb.approval.approving import Approving
from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.delivery.courier import Courier
from kb.delivery.sql.deliveries import Deliveries
from kb.delivery.sql.preferences import Choices
from kb.departments.administration import DepartmentsKept
from kb.departments.sql.day_book import DayBook
from kb.departments.sql.health import Health
from kb.documents.markdown.rendering import Renderer
from kb.feedback.fixing import Fixing
from kb.feedback.routing import Routing
from kb.feedback.sql.closings import Closings
from kb.feedback.sql.inbox import Inbox
from kb.insight.sql.earlier_searches import Earlier
from kb.insight.sql.learned_words import LearnedWords
from kb.insight.sql.opened_next import Journeys
from kb.insight.sql.search_log import Log
from kb.insight.sql.unopened import Unread
from kb.must_reads.asking import Asking
from kb.notices.sql.received import Telling
from kb.people.sql.directory import Directory
from kb.people.sql.receivers import Receivers
from kb.publishing.refreshing.publisher import Publisher
from kb.publishing.saver import Saver
from kb.publishing.sql.batch_ledger import Ledger
from kb.publishing.sql.drafts import Drafts
from kb.publishing.undoing import Undoing
from kb.reminders.reminding import Reminding
from kb.reviews.departures import Departures
from kb.reviews.reviewing import Reviewing
from kb.reviews.sql.review_list import Reviews
from kb.search.index.index import Index
from kb.search.searcher import Searcher
from kb.search.similar.neighbours import Nearness
from kb.search.suggester import Suggester
from kb.settings import Settings
from kb.storage.exchange import Exchange
from kb.storage.files.library import Library
from kb.storage.git.history import History
from kb.tidying.rewording import Rewording
from kb.tidying.sql.keyword_uses import KeywordUses
from kb.tidying.sql.link_rounds import LinkRounds
from kb.tidying.sql.twin_pairs import TwinPairs
from kb.versions.sql.versions import Versions
from kb.worker.scheduler import Duties


@dataclass(frozen=True, slots=True)
class Parts:
    """One running knowledge base."""

    settings: Settings
    engine: Engine
    library: Library
    catalogue: Catalogue
    renderer: Renderer
    history: History
    versions: Versions
    index: Index
    searcher: Searcher
    suggester: Suggester
    directory: Directory
    inbox: Inbox
    publisher: Publisher
    log: Log
    learned: LearnedWords
    saver: Saver
    ledger: Ledger
    reviews: Reviews
    reviewing: Reviewing
    undoing: Undoing
    departments_kept: DepartmentsKept
    leaving: Departures
    earlier: Earlier
    journeys: Journeys
    nearness: Nearness
    drafts: Drafts
    exchange: Exchange
    telling: Telling
    choices: Choices
    deliveries: Deliveries
    receivers: Receivers
    courier: Courier
    asking: Asking
    reminding: Reminding
    duties: Duties
    routing: Routing
    closings: Closings
    fixing: Fixing
    health: Health
    days: DayBook
    links: LinkRounds
    twins: TwinPairs
    keyword_uses: KeywordUses
    unread: Unread
    rewording: Rewording
    approving: Approving
