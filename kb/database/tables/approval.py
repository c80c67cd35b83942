"""Tables of approval: what waits for a reviewer, each step of it, and what was said about it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from kb.database.schema import Moment, metadata, partial_index

# `base`, `text` and who submitted them never change: another text is another submission.
submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("procedure_id", Text, nullable=False),
    Column("kind", String(10), nullable=False),  # draft | change
    Column("department", String(80), nullable=False),  # as it was submitted
    Column("title", Text, nullable=False),
    Column("base", LargeBinary, nullable=False),  # what a change was made from
    Column("text", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("worth_telling", Boolean, nullable=False),
    Column("by_id", ForeignKey("people.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("follows", ForeignKey("submissions.id")),  # the round before
    Column("state", String(20), nullable=False),
    Column("publish_at", Moment),  # with the one below: approved for then
    Column("approved_by", ForeignKey("people.id")),
    Column("approved_text", String(64)),  # SHA-256 of what was shown to who approved it
    # What somebody has decided and the files may not show yet: done again after a crash.
    Column("doing", String(20)),
    Column("doing_by", ForeignKey("people.id")),
    Column("doing_word", Text),
    Column("doing_at", Moment),
    Index(None, "procedure_id", "state"),
    Index(None, "state", "publish_at"),
    Index(None, "by_id", "state"),
)
_OPEN = submissions.c.state.in_(["waiting", "later"])
partial_index(  # however two people race, one text of a draft waits
    "uq_submissions_waiting_draft",
    submissions.c.procedure_id,
    unique=True,
    where=(submissions.c.kind == "draft") & _OPEN,
)
partial_index(  # … and one change of each person
    "uq_submissions_waiting_change",
    submissions.c.procedure_id,
    submissions.c.by_id,
    unique=True,
    where=(submissions.c.kind == "change") & _OPEN,
)
submission_steps = Table(  # only ever added to
    "submission_steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False, index=True),
    Column("procedure_id", Text, nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("person_id", ForeignKey("people.id")),  # none for what the worker did
    Column("at", Moment, nullable=False),
    Column("word", Text, nullable=False),
    Column("publish_at", Moment),
)
submission_comments = Table(  # only ever added to
    "submission_comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("anchor", Text, nullable=False),  # of the section; "" for the whole
    Column("heading", Text, nullable=False),
    Column("passage", Text, nullable=False),  # the section's words then
    Column("text", Text, nullable=False),
)
