"""Tables of what was searched, and what was learned from it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kb.database.schema import Moment, metadata, partial_index

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
    partial_index(_name, *_OF_WORDS, where=text(_where))

# For the morning page: what it counts stands in the index, so that no row is looked up.
partial_index(
    "ix_searches_failed",
    *(searches.c[name] for name in ("about", "day", "folded", "person_key")),
    where=text("NOT convincing"),
)
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
    Index(None, "procedure_id", "day"),
)
partial_index(
    "ix_openings_not_ended",
    openings.c.at,
    where=openings.c.ended.is_(None),
)

# For the morning page: what it counts stands in the index, so that no row is looked up.
Index("ix_openings_of_procedure", openings.c.procedure_id, openings.c.day)
# That a procedure was used for a ticket of another system: its number alone, nothing of a customer.
uses = Table(
    "uses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("procedure_id", Text, nullable=False),
    Column("ticket", String(40), nullable=False),
    Column("person_key", String(32), nullable=False),
    Column("at", Moment, nullable=False),
    Column("day", Date, nullable=False),  # of `at`, in UTC
    UniqueConstraint("procedure_id", "ticket"),
    Index(None, "day", "procedure_id"),
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
partial_index(  # however two editors race, a word is banned once
    "uq_learned_bans_in_force",
    learned_bans.c.procedure_id,
    learned_bans.c.stem,
    unique=True,
    where=learned_bans.c.lifted_at.is_(None),
)
