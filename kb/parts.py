"""The parts that assembly builds once and that the command line and the pages are handed."""

from __future__ import annotations

from dataclasses import dataclass

from kb.content.catalogue import Catalogue
from kb.content.drafts import Drafts
from kb.content.exchanging import Exchange
from kb.content.history import History
from kb.content.library import Library
from kb.content.rendering import Renderer
from kb.content.versions import Versions
from kb.database import Engine
from kb.feedback.closings import Closings
from kb.feedback.inbox import Inbox
from kb.insight.earlier import Earlier
from kb.insight.journeys import Journeys
from kb.insight.learned_words import LearnedWords
from kb.insight.log import Log
from kb.insight.unopened import Unread
from kb.notices.choices import Choices
from kb.notices.deliveries import Deliveries
from kb.notices.told import Telling
from kb.owning.days import DayBook
from kb.owning.health import Health
from kb.owning.keyword_uses import KeywordUses
from kb.owning.ledger import Ledger
from kb.owning.link_rounds import LinkRounds
from kb.owning.reviews import Reviews
from kb.owning.twin_pairs import TwinPairs
from kb.people.directory import Directory
from kb.people.receivers import Receivers
from kb.publishing.publisher import Publisher
from kb.saving.saver import Saver
from kb.search.index import Index
from kb.search.nearness import Nearness
from kb.search.searcher import Searcher
from kb.search.suggesting import Suggester
from kb.settings import Settings
from kb.tending.approving import Approving
from kb.tending.asking import Asking
from kb.tending.delivering import Courier
from kb.tending.departments_kept import DepartmentsKept
from kb.tending.duties import Duties
from kb.tending.fixing import Fixing
from kb.tending.leaving import Leaving
from kb.tending.reminding import Reminding
from kb.tending.reviewing import Reviewing
from kb.tending.rewording import Rewording
from kb.tending.routing import Routing
from kb.tending.undoing import Undoing


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
    leaving: Leaving
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
