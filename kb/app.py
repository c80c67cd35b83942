"""The one place that builds the parts and knows them all. Nobody imports it."""

from __future__ import annotations

import os
from datetime import date
from functools import cache
from pathlib import Path

from flask import Flask

from kb import cli, database
from kb import settings as configuration
from kb.content.catalogue import Catalogue
from kb.content.chronicle import Chronicle
from kb.content.drafts import Drafts
from kb.content.erasures import Erasures
from kb.content.exchanging import Exchange
from kb.content.history import History
from kb.content.keeping import Keeping
from kb.content.library import Library
from kb.content.rendering import Renderer
from kb.content.repository import Repository, git_folder
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
from kb.owning.outside import Outside
from kb.owning.reviews import Reviews
from kb.owning.twin_pairs import TwinPairs
from kb.parts import Parts
from kb.people.directory import Directory
from kb.procedures.visibility import Reader
from kb.publishing import LiveSynonyms, Publisher
from kb.saving.desk import Desk
from kb.saving.saver import Saver
from kb.search.index import Index
from kb.search.learned import LearnedFile, Wording
from kb.search.likeness import in_words
from kb.search.nearness import Nearness
from kb.search.searcher import Searcher
from kb.search.suggesting import Suggester
from kb.search_tests import SearchTests
from kb.settings import Settings
from kb.tending.beside import Beside
from kb.tending.comparing import Comparing
from kb.tending.duties import Duties, Duty
from kb.tending.link_checking import LinkChecking
from kb.tending.reviewing import Reviewing
from kb.tending.rewording import Rewording
from kb.web import (
    access,
    api,
    authoring,
    browsing,
    bulk_changes,
    duplicates,
    errors,
    faults,
    fragments,
    help,
    history,
    inbox,
    insight,
    keyword_tidying,
    learned_words,
    pages,
    people,
    reading,
    replacing,
    responding,
    restoring,
    reviews,
    searching,
    security,
    signing_in,
    suggesting,
    synonyms,
    tidying,
)

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_BLUEPRINTS = (
    searching,
    suggesting,
    reading,
    history,
    restoring,
    browsing,
    reviews,
    bulk_changes,
    responding,
    inbox,
    signing_in,
    people,
    faults,
    synonyms,
    insight,
    learned_words,
    help,
    tidying,
    duplicates,
    keyword_tidying,
    replacing,
    api,
    *authoring.PAGES,
)


def build(settings: Settings) -> Parts:
    """All parts of one knowledge base, with its database at the newest migration."""
    settings.var.mkdir(parents=True, exist_ok=True)
    engine = database.connect(settings.database_url)
    database.upgrade(engine)
    library = Library(settings.content)
    catalogue = Catalogue(engine)
    index = Index(settings.search_index, settings.language)
    directory = Directory(engine)
    learned = LearnedFile(settings.var / "learned.arrays")
    searcher = Searcher(index, LiveSynonyms(library), learned=learned)
    own = settings.var / "history.git"
    keeping = Keeping(library, Repository(settings.content, own), settings.var)
    history = History(lambda: git_folder(settings.content, own))
    publisher = Publisher(
        keeping,
        catalogue,
        index,
        Chronicle(engine, history),
        lambda: directory.emails() or None,
        settings.var / "refresh.lock",
        SearchTests(library, catalogue, searcher),
    )
    ledger = Ledger(engine)
    saver = Saver(Desk(keeping, catalogue, Erasures(engine), publisher), ledger)
    words = LearnedWords(engine, Wording(index.stems), learned.write)
    searches = _log(settings)
    days, links, pairs = DayBook(engine), LinkRounds(engine), TwinPairs(engine)
    checking = LinkChecking(library, links, Outside())
    comparing = Comparing(catalogue, searcher, pairs)
    desk = Desk(keeping, catalogue, Erasures(engine), publisher)
    saver = Saver(desk, ledger)
    standings = Reviews(engine)
    return Parts(
        settings=settings,
        engine=engine,
        library=library,
        catalogue=catalogue,
        renderer=Renderer(),
        history=history,
        versions=Versions(engine),
        index=index,
        searcher=searcher,
        suggester=Suggester(searcher),
        directory=directory,
        inbox=Inbox(engine),
        log=searches,
        learned=words,
        earlier=Earlier(engine),
        journeys=Journeys(engine),
        nearness=Nearness(searcher),
        publisher=publisher,
        drafts=Drafts(engine),
        exchange=Exchange(keeping, catalogue, settings.pull_minutes),
        saver=saver,
        ledger=ledger,
        reviews=standings,
        reviewing=Reviewing(saver, catalogue, library, standings, publisher.departments),
        duties=Duties(
            (
                # Seconds: words that people use are counted over days.
                Duty("learning", 300, lambda now: words.count(now, settings.search_log_days)),
                Duty("forgetting", 30, searches.keep),
                Duty("days", 600, lambda now: days.note(publisher.departments(), now)),
                Duty("links", 2, Beside("links", links.wanted, checking.work).begin),
                Duty("twins", 300, Beside("twins", comparing.wanted, comparing.compare).begin),
            )
        ),
        health=Health(engine),
        days=days,
        links=links,
        twins=pairs,
        keyword_uses=KeywordUses(engine),
        unread=Unread(engine),
        rewording=Rewording(library, saver),
    )


def _log(settings: Settings) -> Log:
    """The search log, with an engine and a key of its own."""
    engine = database.connect(settings.database_url)
    return Log(engine, settings.var / "log_key", in_words, settings.search_log_days)


def create_app(parts: Parts | None = None) -> Flask:
    """The site. Without `parts`, as gunicorn calls it, they are built from the environment."""
    if parts is None:
        parts = build(configuration.load(os.environ, Path.cwd()))
        # The first search loads the model: better now than while somebody waits.
        parts.searcher.search("first", Reader(), date.today())
    app = Flask("kb", template_folder=str(_TEMPLATES), static_folder=None)
    app.extensions["kb"] = parts
    for module in (security, access, pages, fragments, errors):
        module.register(app)
    for capability in _BLUEPRINTS:
        app.register_blueprint(capability.blueprint)
    return app


@cache
def _parts() -> Parts:
    return build(configuration.load(os.environ, Path.cwd()))


def main() -> None:
    """The `kb` command."""
    cli.kb(obj=_parts)
