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
from kb.notices.choices import Choices
from kb.notices.deliveries import Deliveries
from kb.notices.told import Telling
from kb.people.directory import Directory
from kb.people.receivers import Receivers
from kb.publishing import Publisher
from kb.saving.saver import Saver
from kb.search.index import Index
from kb.search.nearness import Nearness
from kb.search.searcher import Searcher
from kb.search.suggesting import Suggester
from kb.settings import Settings
from kb.tending.asking import Asking
from kb.tending.delivering import Courier
from kb.tending.duties import Duties
from kb.tending.reminding import Reminding


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
