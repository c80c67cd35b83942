"""The engine and the tables. Migrations in kb/migrations bring any older database up to these."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    create_engine,
    event,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import OperationalError

MIGRATIONS = Path(__file__).parent / "migrations"

# No id lies beyond: PostgreSQL's integer is this wide, and SQLite's driver raises on wider ones.
GREATEST_ID = 2**31 - 1


class Unwritable(OSError):
    """The database is full, locked, read-only or away; nothing of the transaction is kept."""


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, naive UTC in the database. Refuses naive ones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# The catalogue: what the files of content/ say, derived from them and rebuilt at any time.
procedures = Table(
    "procedures",
    metadata,
    Column("path", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("wanted_id", Text, nullable=False, index=True),  # `id`, unless another file has that
    Column("named", Boolean, nullable=False),  # the id stands in the front matter
    Column("title", Text, nullable=False),
    Column("sort_title", Text, nullable=False, index=True),  # casefolded, for A-Z
    Column("department", String(80), nullable=False),
    Column("status", String(16), nullable=False),
    Column("owner", Text),
    Column("deputy", Text),
    Column("reviewed", Date),
    Column("review_every", Integer),
    Column("due", Date),
    Column("keywords", JSON, nullable=False),  # list of str
    Column("audience", JSON, nullable=False),  # list of str
    Column("related", JSON, nullable=False),  # list of ids or paths as written
    Column("finds", JSON, nullable=False, server_default="[]"),  # list of searches
    Column("successor", Text),  # id or path, as written
    Column("links", JSON, nullable=False),  # list of [line, target] of relative links
    Column("faults", JSON, nullable=False),  # list of faults of this file alone
    Column("cross_faults", JSON, nullable=False),  # list of faults found across files
    Column("faulty", Boolean, nullable=False, index=True),  # has any fault of either kind
    Column("lines", JSON, nullable=False),  # front-matter field -> line in the file
    Column("version", String(12), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("modified_ns", String(24), nullable=False),
    Index(None, "department", "status", "sort_title"),
)
procedure_keywords = Table(
    "procedure_keywords",
    metadata,
    Column("path", Text, ForeignKey("procedures.path", ondelete="CASCADE"), primary_key=True),
    Column("folded", Text, primary_key=True),  # casefolded "category: topic"
    Column("keyword", Text, nullable=False),
    Column("category", Text, index=True),  # casefolded, NULL for a plain keyword
    Index(None, "folded"),
)
addresses = Table(  # every path an id was ever found at, so that old links lead on
    "addresses",
    metadata,
    Column("path", Text, primary_key=True),
    Column("procedure_id", Text, nullable=False, index=True),
)
catalogue_state = Table(
    "catalogue_state",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

# Saving: what was erased for good leaves a trace without its text.
erasures = Table(
    "erasures",
    metadata,
    Column("procedure_id", Text, primary_key=True),
    Column("department", String(80), nullable=False),
    Column("by", Text, nullable=False),  # name and e-mail address
    Column("at", Moment, nullable=False),
)

# The history: what git says of each file, derived from it and rebuilt at any time.
versions = Table(
    "versions",
    metadata,
    # In the order in which the served branch took them in; a merge's side commits just before it.
    Column("id", Integer, primary_key=True, autoincrement=False),
    # The first version's id of the file whose next version this is, through renames and moves.
    Column("line", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("procedure_id", Text, nullable=False, index=True),  # as this version names itself
    Column("named", Boolean, nullable=False),  # the id stands in the front matter
    Column("commit", String(64), nullable=False),
    Column("blob", String(64), nullable=False),  # "" where the file was removed
    Column("version", String(12), nullable=False),  # "" where the file was removed
    Column("title", Text, nullable=False),
    Column("sort_title", Text, nullable=False),
    Column("department", String(80), nullable=False),
    Column("status", String(16), nullable=False),  # a Status, or "removed"
    Column("author_name", Text, nullable=False),
    Column("author_email", Text, nullable=False),
    Column("at", Moment, nullable=False),  # when its author wrote it
    Column("note", Text, nullable=False),
    Column("kind", String(16)),  # minor | notable; NULL where the commit does not say
    # From when the site had it; NULL for what was only ever on a branch of somebody's own.
    Column("live_from", Moment, index=True),
    Column("until", Integer),  # the version that took its place on the site
    Index(None, "line", "until"),
    Index(None, "path", "until"),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),  # casefolded
    Column("name", Text, nullable=False),
    Column("sort_name", Text, nullable=False, index=True),  # casefolded
    Column("password", Text, nullable=False),  # argon2 hash
    Column("administrator", Boolean, nullable=False, default=False),
    Column("demo", Boolean, nullable=False, default=False),
    Column("disabled_at", Moment),
    Column("sessions", Integer, nullable=False, default=1),  # raised to end all sessions at once
    Column("created_at", Moment, nullable=False),
)
memberships = Table(
    "memberships",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("department", String(80), primary_key=True),
    Column("role", String(16), primary_key=True),  # editor | reviewer
)
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(64), nullable=False),  # SHA-256: some type their password here
    Column("address", String(64), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index(None, "email", "at"),
    Index(None, "address", "at"),
)
tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256; the token is not kept
    Column("label", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)

votes = Table(
    "votes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("procedure_id", Text, nullable=False),
    Column("version", String(12), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("person_id", "procedure_id", "version"),
    Index(None, "procedure_id", "version"),
)
items = Table(  # what a department has to answer: feedback and requests
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # feedback | request
    Column("department", String(80), nullable=False),
    Column("reporter_id", ForeignKey("people.id"), nullable=False),
    Column("vote_id", ForeignKey("votes.id"), index=True),  # feedback only
    Column("procedure_id", Text),  # feedback only
    Column("procedure_title", Text),
    Column("version", String(12)),
    Column("reason", String(32)),
    Column("query", Text),  # request only: what was searched
    Column("comment", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),  # open | answered | withdrawn
    Column("outcome", String(32)),
    Column("reply", Text),
    Column("answered_by", ForeignKey("people.id")),
    Column("answered_at", Moment),
    Column("answer_seen_at", Moment),
    Index(None, "department", "state", "created_at"),
    Index(None, "reporter_id", "created_at"),
)


Index(  # however two requests race, a vote has one open item
    "uq_items_open_vote",
    items.c.vote_id,
    unique=True,
    sqlite_where=items.c.state == "open",
    postgresql_where=items.c.state == "open",
)

# The search log: what was searched and opened, by whom only as a keyed hash (docs/insight.md).
searches = Table(
    "searches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_key", String(32), nullable=False),  # "" when signed out
    Column("at", Moment, nullable=False),  # when the burst of typing began
    Column("day", Date, nullable=False),  # of `at`, in UTC
    Column("seen", Moment, nullable=False),  # when it was last looked at
    Column("query", Text, nullable=False),  # as typed
    Column("folded", Text, nullable=False),  # its words in small letters
    Column("mark", String(16), nullable=False),  # what its links carry
    Column("finished", Boolean, nullable=False),  # sent, not only typed
    Column("department", String(80)),  # filter
    Column("category", Text),  # filter
    Column("about", String(80)),  # the department it seems to concern
    Column("hits", Integer, nullable=False),
    Column("convincing", Boolean, nullable=False),
    Column("score", Float, nullable=False),  # of the best hit
    Column("millis", Float, nullable=False),
    Column("opened", Boolean, nullable=False, default=False),  # has openings
    Column("asked", Boolean, nullable=False, default=False),  # a department was asked about it
    Index(None, "person_key", "seen"),
)
# Made for the questions of the insight page, which a year of log must not slow down: what they
# read stands in the index, so that no row is looked up.
Index(
    "ix_searches_days",
    *(searches.c[name] for name in ("day", "about", "hits", "convincing", "opened", "asked")),
    *(searches.c[name] for name in ("person_key", "millis")),
)
_OF_WORDS = [searches.c[name] for name in ("folded", "person_key", "day", "about", "hits", "asked")]
_WEAK, _UNOPENED = "NOT convincing", "hits > 0 AND NOT opened"
for _name, _where in (("ix_searches_weak", _WEAK), ("ix_searches_unopened", _UNOPENED)):
    Index(_name, *_OF_WORDS, sqlite_where=text(_where), postgresql_where=text(_where))
openings = Table(
    "openings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("search_id", ForeignKey("searches.id", ondelete="CASCADE"), nullable=False),
    Column("procedure_id", Text, nullable=False),
    Column("rank", Integer, nullable=False),  # from 1
    Column("at", Moment, nullable=False),
    Column("ended", String(16)),  # stayed | came_back | asked | unknown; NULL is not known yet
    Column("said", Boolean, nullable=False, default=False),  # `ended` is what the reader said
    Column("day", Date, nullable=False),  # of the search, as is `about`
    Column("about", String(80)),
    UniqueConstraint("search_id", "procedure_id"),
    Index(None, "day", "about", "procedure_id", "rank", "ended"),
    Index(None, "procedure_id", "ended"),
)
Index(
    "ix_openings_not_ended",
    openings.c.at,
    sqlite_where=openings.c.ended.is_(None),
    postgresql_where=openings.c.ended.is_(None),
)
cleared_searches = Table(  # until when a person wants none of their searches offered again
    "cleared_searches",
    metadata,
    Column("person_key", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
)
ignored_searches = Table(  # words that nobody needs to answer
    "ignored_searches",
    metadata,
    Column("folded", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)


# Learned words: counted anew from the search log every so often; bans are people's.
learned_words = Table(
    "learned_words",
    metadata,
    Column("procedure_id", Text, primary_key=True),
    Column("stem", Text, primary_key=True),
    Column("word", Text, nullable=False),  # as most people wrote it
    Column("people", Integer, nullable=False),  # never fewer than three
)
learned_bans = Table(  # words that its editors do not want a procedure to be found by
    "learned_bans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("procedure_id", Text, nullable=False),
    Column("stem", Text, nullable=False),
    Column("word", Text, nullable=False),
    Column("banned_by", ForeignKey("people.id"), nullable=False),
    Column("banned_at", Moment, nullable=False),
    Column("lifted_by", ForeignKey("people.id")),
    Column("lifted_at", Moment),
    Index(None, "procedure_id", "stem"),
)
Index(  # however two editors race, a word is banned once
    "uq_learned_bans_in_force",
    learned_bans.c.procedure_id,
    learned_bans.c.stem,
    unique=True,
    sqlite_where=learned_bans.c.lifted_at.is_(None),
    postgresql_where=learned_bans.c.lifted_at.is_(None),
)

# What somebody is writing and has not saved yet; seen by nobody else.
drafts = Table(
    "drafts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("procedure_id", Text),  # NULL for one that is not there yet
    Column("base", LargeBinary, nullable=False),  # the file as it was opened
    Column("form", JSON, nullable=False),  # what was typed, by the name of the field
    Column("title", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("discarded_at", Moment),
    Index(None, "person_id", "at"),
    Index(None, "procedure_id"),
)
Index(  # however two windows race, a person has one draft of a procedure
    "uq_drafts_open",
    drafts.c.person_id,
    drafts.c.procedure_id,
    unique=True,
    sqlite_where=drafts.c.discarded_at.is_(None),
    postgresql_where=drafts.c.discarded_at.is_(None),
)


def connect(url: str) -> Engine:
    """An engine for the database at `url`. SQLite runs in WAL mode with foreign keys on.

    Read with `reading(engine)`, write with `writing(engine)`.
    """
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database and changes nothing."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine, what: str) -> Iterator[Connection]:
    """A transaction that is committed at the end, or rolled back on an exception.

    One at a time for each `what` ("people", "feedback" ...), so that what was read is still so
    when it is written. SQLite has one writer for everything, and the lock is taken at the start:
    a transaction that turns from reading to writing is refused as "database is locked" when
    somebody else wrote in between, however long it would wait. Raises Unwritable.
    """
    try:
        with engine.execution_options(kb_begin="BEGIN IMMEDIATE").begin() as connection:
            if connection.dialect.name == "postgresql":
                lock = zlib.crc32(what.encode()) & GREATEST_ID
                connection.execute(select(func.pg_advisory_xact_lock(lock)))
            yield connection
    except OperationalError as error:
        raise Unwritable(0, f"the database cannot be written: {error.orig}") from error


def upgrade(engine: Engine, migrations: Path = MIGRATIONS) -> None:
    """Bring the database to the newest of the migrations; a few ms where it is there already.

    Several processes may call it at once: one migrates, the others wait for it.
    """
    newest = max(path.name.partition("_")[0] for path in migrations.glob("versions/[0-9]*.py"))
    with reading(engine) as connection:
        if _migrated_to(connection) == newest:
            return
    with writing(engine, "migrations") as connection:
        if _migrated_to(connection) != newest:
            _migrate(connection, migrations)


def _migrated_to(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _migrate(connection: Connection, migrations: Path) -> None:
    # Alembic takes 0.2 s to load, which nobody should wait for at every start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's driver begins transactions late and by itself; _begin_sqlite does so instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("kb_begin", "BEGIN"))
