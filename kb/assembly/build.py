"""All parts of one knowledge base, each handed what it needs."""

from __future__ import annotations

from functools import partial

from kb import database
from kb.approval.approving import Approving
from kb.approval.sql.submission_queue import Waiting
from kb.approval.sql.submissions import Submissions
from kb.assembly.delivery import courier_of
from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.departments.administration import DepartmentsKept
from kb.departments.sql.day_book import DayBook
from kb.departments.sql.health import Health
from kb.documents.markdown.rendering import Renderer
from kb.feedback.fixing import Fixing
from kb.feedback.routing import Routing
from kb.feedback.shared_searches import Sharing
from kb.feedback.sql.closings import Closings
from kb.feedback.sql.inbox import Inbox
from kb.feedback.sql.overdue import LateItems
from kb.insight.sql.earlier_searches import Earlier
from kb.insight.sql.learned_words import LearnedWords
from kb.insight.sql.opened_next import Journeys
from kb.insight.sql.report import Report
from kb.insight.sql.search_log import Log
from kb.insight.sql.shared_searches import SharedSearches
from kb.insight.sql.unopened import Unread
from kb.must_reads.asking import Asking
from kb.must_reads.sql.must_reads import MustReads
from kb.notices.sql.received import Telling
from kb.notices.sql.reminders import Reminders
from kb.parts import Parts
from kb.people.sql.directory import Directory
from kb.publishing.desk import Desk
from kb.publishing.refreshing.live_synonyms import LiveSynonyms
from kb.publishing.refreshing.publisher import Publisher
from kb.publishing.saver import Saver
from kb.publishing.search_tests import SearchTests
from kb.publishing.sql.batch_ledger import Ledger
from kb.publishing.sql.drafts import Drafts
from kb.publishing.sql.erasures import Erasures
from kb.publishing.undoing import Undoing
from kb.reminders.reminding import Reminding
from kb.reviews.departures import Departures as LeavingPeople
from kb.reviews.handing_over import HandingOver
from kb.reviews.reviewing import Reviewing
from kb.reviews.sql.due_reviews import DueReviews
from kb.reviews.sql.review_list import Reviews
from kb.search.index.index import Index
from kb.search.ranking.learned_words import LearnableWords, LearnedFile
from kb.search.searcher import Searcher
from kb.search.similar.grouping import groups, in_words
from kb.search.similar.neighbours import Nearness
from kb.search.suggester import Suggester
from kb.settings import Settings
from kb.storage.exchange import Exchange
from kb.storage.files.library import Library
from kb.storage.git.history import History
from kb.storage.git.repository import Repository, git_folder
from kb.storage.transaction import Keeping
from kb.tidying.link_checking import LinkChecking
from kb.tidying.link_probe import Outside
from kb.tidying.rewording import Rewording
from kb.tidying.sql.keyword_uses import KeywordUses
from kb.tidying.sql.link_rounds import LinkRounds
from kb.tidying.sql.twin_pairs import TwinPairs
from kb.tidying.twin_search import Comparing
from kb.versions.sql.chronicle import Chronicle
from kb.versions.sql.versions import Versions
from kb.worker.long_work import Beside
from kb.worker.scheduler import Duties, Duty

# A few MB in each process.
_ANSWERS_KEPT = 500
_SUGGESTIONS_KEPT = 2_000


def build(settings: Settings) -> Parts:
    """All parts of one knowledge base, with its database at the newest migration."""
    settings.var.mkdir(parents=True, exist_ok=True)
    engine = database.connect(settings.database_url)
    database.upgrade(engine)
    library = Library(settings.content)
    catalogue = Catalogue(engine)
    index = Index(settings.search_index, settings.language)
    directory, items = Directory(engine), Inbox(engine)
    learned = LearnedFile(settings.var / "learned.arrays")
    searcher = Searcher(index, LiveSynonyms(library), learned=learned, keep=_ANSWERS_KEPT)
    own = settings.var / "history.git"
    keeping = Keeping(library, Repository(settings.content, own), settings.var)
    history = History(lambda: git_folder(settings.content, own))
    publisher = Publisher(
        keeping,
        catalogue,
        index,
        Chronicle(engine, history),
        lambda: directory.staff() or None,
        settings.var / "refresh.lock",
        SearchTests(library, catalogue, searcher),
    )
    ledger = Ledger(engine)
    words = LearnedWords(engine, LearnableWords(index.stems), learned.write)
    searches = _log(settings)
    versions, closings = Versions(engine), Closings(engine)
    fixing = Fixing(items, closings, catalogue, versions)
    sharing = sharing_of(engine, searcher, index)
    desk = Desk(keeping, catalogue, Erasures(engine), publisher)
    saver = Saver(desk, ledger)
    standings = Reviews(engine)
    days, links, pairs = DayBook(engine), LinkRounds(engine), TwinPairs(engine)
    checking = LinkChecking(library, links, Outside())
    comparing = Comparing(catalogue, searcher, pairs)
    approving = Approving(
        Submissions(engine),
        Waiting(engine),
        saver,
        catalogue,
        directory,
        publisher.departments,
        fixing.approved,
        four_eyes=settings.four_eyes,
    )
    courier = courier_of(settings, engine, catalogue, publisher)
    reminders, receivers = Reminders(engine), courier.receivers
    asking = Asking(MustReads(engine), reminders, receivers, catalogue, publisher.departments)
    reminding = Reminding(
        due=DueReviews(engine),
        late=LateItems(engine),
        reminders=reminders,
        receivers=receivers,
        departments=publisher.departments,
        asking=asking,
    )
    handing = HandingOver(
        saver, ledger, reminders, receivers, publisher.departments, keeping.repository.bytes_of
    )
    return Parts(
        settings=settings,
        engine=engine,
        library=library,
        catalogue=catalogue,
        renderer=Renderer(),
        history=history,
        versions=versions,
        index=index,
        searcher=searcher,
        suggester=Suggester(searcher, keep=_SUGGESTIONS_KEPT),
        directory=directory,
        inbox=items,
        log=searches,
        learned=words,
        earlier=Earlier(engine),
        journeys=Journeys(engine),
        nearness=Nearness(searcher),
        publisher=publisher,
        drafts=Drafts(engine),
        exchange=Exchange(keeping, catalogue, settings.pull_minutes),
        routing=Routing(directory, items, settings.demo),
        closings=closings,
        fixing=fixing,
        saver=saver,
        ledger=ledger,
        reviews=standings,
        reviewing=Reviewing(saver, catalogue, library, handing, publisher.departments),
        undoing=Undoing(saver, publisher.departments, four_eyes=settings.four_eyes),
        approving=approving,
        telling=Telling(engine),
        choices=courier.choices,
        deliveries=courier.deliveries,
        receivers=receivers,
        courier=courier,
        asking=asking,
        reminding=reminding,
        leaving=LeavingPeople(directory, standings, publisher.departments),
        departments_kept=DepartmentsKept(publisher, directory, items, standings),
        duties=Duties(
            (
                # Seconds: words that people use are counted over days.
                Duty("learning", 300, lambda now: words.count(now, settings.search_log_days)),
                Duty("forgetting", 30, searches.keep),
                Duty("answering", 15, fixing.keep_all),
                Duty("sharing", 1800, sharing.count),
                Duty("days", 600, lambda now: days.note(publisher.departments(), now)),
                Duty("links", 2, Beside("links", links.wanted, checking.work).begin),
                Duty(
                    "twins",
                    300,
                    Beside("twins", comparing.wanted, comparing.compare, rest=20).begin,
                ),
                Duty("approving", 10, approving.keep_up),
                Duty("handing over", 60, handing.keep_up),
                Duty("delivering", 5, courier.wake),
                Duty("reminding", 300, reminding.run),
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


def sharing_of(engine: Engine, searcher: Searcher, index: Index) -> Sharing:
    """What counts the failed searches that several people share."""
    together = partial(groups, meaning=index.meaning)
    return Sharing(Report(engine), SharedSearches(engine), searcher, together)


def _log(settings: Settings) -> Log:
    """The search log, with an engine and a key of its own."""
    engine = database.connect(settings.database_url)
    return Log(engine, settings.var / "log_key", in_words, settings.search_log_days)
