"""The parts that app.py builds once and that the command line and the pages are handed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from kb.content.catalogue import Catalogue
from kb.content.drafts import Drafts
from kb.content.exchanging import Exchange
from kb.content.history import History
from kb.content.library import Library
from kb.content.rendering import Renderer
from kb.content.versions import Versions
from kb.feedback.inbox import Inbox
from kb.insight.earlier import Earlier
from kb.insight.journeys import Journeys
from kb.insight.learned_words import LearnedWords
from kb.insight.log import Log
from kb.insight.unopened import Unread
from kb.owning.days import DayBook
from kb.owning.health import Health
from kb.owning.keyword_uses import KeywordUses
from kb.owning.ledger import Ledger
from kb.owning.link_rounds import LinkRounds
from kb.owning.reviews import Reviews
from kb.owning.twin_pairs import TwinPairs
from kb.people.directory import Directory
from kb.publishing import Publisher
from kb.saving.saver import Saver
from kb.search.index import Index
from kb.search.nearness import Nearness
from kb.search.searcher import Searcher
from kb.search.suggesting import Suggester
from kb.settings import Settings
from kb.tending.duties import Duties
from kb.tending.reviewing import Reviewing
from kb.tending.rewording import Rewording


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
    earlier: Earlier
    journeys: Journeys
    nearness: Nearness
    drafts: Drafts
    exchange: Exchange
    duties: Duties
    health: Health
    days: DayBook
    links: LinkRounds
    twins: TwinPairs
    keyword_uses: KeywordUses
    unread: Unread
    rewording: Rewording
