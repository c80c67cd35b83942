"""The search log and all that is read from it, as one part of the whole."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from kb import database
from kb.database import Engine
from kb.insight.learning import Wording
from kb.insight.sql.earlier_searches import Earlier
from kb.insight.sql.learned_words import LearnedWords, Tell
from kb.insight.sql.log_batches import Fold
from kb.insight.sql.opened_next import Journeys
from kb.insight.sql.report import Report
from kb.insight.sql.search_log import Log
from kb.insight.sql.shared_searches import SharedSearches
from kb.insight.sql.unopened import Unread
from kb.insight.sql.uses import Uses
from kb.secret_file import DamagedKey
from kb.settings import Settings, SettingsError


class SearchWords(Protocol):
    """How search sees words, and whom it tells what was learned; search itself knows no log."""

    @property
    def fold(self) -> Fold:
        """One text of what is the same search."""

    @property
    def wording(self) -> Wording:
        """The words of a text that can be learned, by their stems."""

    @property
    def learn(self) -> Tell:
        """Takes all that was learned: word, procedure, people."""


class Insight(Struct, frozen=True):
    """What was searched and opened, and what that says."""

    log: Log
    report: Report
    learned: LearnedWords
    shared: SharedSearches
    earlier: Earlier
    journeys: Journeys
    unread: Unread
    uses: Uses


def build(settings: Settings, engine: Engine, words: SearchWords) -> Insight:
    """Over the log, which has an engine and a key of its own. Raises SettingsError."""
    own = database.connect(settings.database_url)
    try:
        log = Log(own, settings.var / "log_key", words.fold, settings.search_log_days)
    except DamagedKey as damaged:
        raise SettingsError(str(damaged)) from damaged
    return Insight(
        log=log,
        report=Report(engine),
        learned=LearnedWords(engine, words.wording, words.learn),
        shared=SharedSearches(engine),
        earlier=Earlier(engine),
        journeys=Journeys(engine),
        unread=Unread(engine),
        uses=Uses(engine),
    )
