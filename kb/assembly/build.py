"""All parts of one knowledge base, each handed what it needs."""

from __future__ import annotations

from functools import partial

from kb import database
from kb.assembly.delivery import courier_of
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
from kb.database import Engine
from kb.feedback.closings import Closings
from kb.feedback.inbox import Inbox
from kb.feedback.late import LateItems
from kb.insight.earlier import Earlier
from kb.insight.journeys import Journeys
from kb.insight.learned_words import LearnedWords
from kb.insight.log import Log
from kb.insight.report import Report
from kb.insight.shared import SharedSearches
from kb.insight.unopened import Unread
from kb.notices.reminders import Reminders
from kb.notices.told import Telling
from kb.owning.days import DayBook
from kb.owning.due_reviews import DueReviews
from kb.owning.health import Health
from kb.owning.keyword_uses import KeywordUses
from kb.owning.ledger import Ledger
from kb.owning.link_rounds import LinkRounds
from kb.owning.must_reads import MustReads
from kb.owning.outside import Outside
from kb.owning.reviews import Reviews
from kb.owning.submissions import Submissions
from kb.owning.twin_pairs import TwinPairs
from kb.owning.waiting import Waiting
from kb.parts import Parts
from kb.people.directory import Directory
from kb.publishing.live_synonyms import LiveSynonyms
from kb.publishing.publisher import Publisher
from kb.saving.desk import Desk
from kb.saving.saver import Saver
from kb.search.index import Index
from kb.search.learned import LearnedFile, Wording
from kb.search.likeness import groups, in_words
from kb.search.nearness import Nearness
from kb.search.searcher import Searcher
from kb.search.suggesting import Suggester
from kb.search_tests import SearchTests
from kb.settings import Settings
from kb.tending.approving import Approving
from kb.tending.asking import Asking
from kb.tending.beside import Beside
from kb.tending.comparing import Comparing
from kb.tending.departments_kept import DepartmentsKept
from kb.tending.duties import Duties, Duty
from kb.tending.fixing import Fixing
from kb.tending.handing_over import HandingOver
from kb.tending.leaving import Leaving as LeavingPeople
from kb.tending.link_checking import LinkChecking
from kb.tending.reminding import Reminding
from kb.tending.reviewing import Reviewing
from kb.tending.rewording import Rewording
from kb.tending.routing import Routing
from kb.tending.sharing import Sharing
from kb.tending.undoing import Undoing

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
    words = LearnedWords(engine, Wording(index.stems), learned.write)
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
