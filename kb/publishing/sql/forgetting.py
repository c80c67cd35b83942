"""All rows that have words of an erased procedure: taken away, or left without the words. SQL."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, or_, select, update

from kb.database import (
    batch_files,
    closings,
    drafts,
    favourites,
    ignored_searches,
    imported,
    items,
    learned_bans,
    learned_words,
    likenesses,
    link_places,
    must_reads,
    notices,
    openings,
    procedures,
    ratings,
    reading,
    scrub,
    searches,
    shared_searches,
    submission_comments,
    submission_steps,
    submissions,
    told_apart,
    uses,
    versions,
    votes,
    writing,
)

ERASED = "An erased procedure"
_SHORTEST = 4  # letters of a title that is looked for in other words
# Taken away. What people said about it stays, and so do their votes, marks and confirmations:
# `items`, `must_reads`, `submissions`, `drafts`, `notices` and `searches` have a rule of their own.
GONE = (
    openings,
    uses,
    favourites,
    learned_words,
    learned_bans,
    closings,
    link_places,
    imported,
)
KEPT = (votes, ratings)  # without words of it


class Forgetting:
    """May be done again: what a killed process left is done the next time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def titles(self, procedure_id: str) -> frozenset[str]:
        """All that it was ever called."""
        with reading(self._engine) as connection:
            found = connection.scalars(select(versions.c.title).where(_lines(procedure_id)))
            return frozenset(found.all())

    def texts(self, procedure_id: str) -> dict[str, str]:
        """Each path and git's name of each text it had there."""
        query = select(versions.c.blob, versions.c.path).where(_lines(procedure_id))
        with reading(self._engine) as connection:
            return {row.blob: row.path for row in connection.execute(query) if row.blob}

    def forget(
        self, procedure_id: str, titles: Iterable[str], paths: Collection[str], now: datetime
    ) -> None:
        """Everything, at once."""
        called = [title for title in titles if len(title) >= _SHORTEST]
        with writing(self._engine, "catalogue") as connection:
            for table in GONE:
                connection.execute(delete(table).where(table.c.procedure_id == procedure_id))
            _forget_pairs(connection, procedure_id)
            _forget_submissions(connection, procedure_id)
            _forget_drafts(connection, procedure_id)
            _forget_what_was_told(connection, procedure_id, called, now)
            connection.execute(delete(batch_files).where(batch_files.c.path.in_(paths)))
            _forget_searches(connection, procedure_id, called)
        scrub(self._engine)


def _lines(procedure_id: str) -> ColumnElement[bool]:
    own = select(versions.c.line).where(versions.c.procedure_id == procedure_id)
    return versions.c.line.in_(own)


def _forget_pairs(connection: Connection, procedure_id: str) -> None:
    pairs: tuple[Table, ...] = (likenesses, told_apart)
    for table in pairs:
        ids = (table.c.one_id, table.c.other_id)
        connection.execute(delete(table).where(or_(*(one == procedure_id for one in ids))))


def _forget_submissions(connection: Connection, procedure_id: str) -> None:
    gone = submissions.c.procedure_id == procedure_id
    own = select(submissions.c.id).where(gone)
    for rows in (submission_comments, submission_steps):
        connection.execute(delete(rows).where(rows.c.submission_id.in_(own)))
    connection.execute(update(submissions).where(gone).values(follows=None))
    connection.execute(delete(submissions).where(gone))


def _forget_drafts(connection: Connection, procedure_id: str) -> None:
    """Everybody's, and those that were to become another procedure."""
    parted = select(drafts.c.id, drafts.c.base).where(drafts.c.procedure_id.is_(None))
    named = f"id: {procedure_id}\n".encode()
    rows = connection.execute(parted).all()
    ids = [row.id for row in rows if named in row.base.replace(b"\r\n", b"\n")]
    which = or_(drafts.c.procedure_id == procedure_id, drafts.c.id.in_(ids))
    connection.execute(delete(drafts).where(which))


def _forget_what_was_told(
    connection: Connection, procedure_id: str, called: list[str], now: datetime
) -> None:
    told = or_(
        notices.c.procedure_id == procedure_id,
        notices.c.link.contains(f"/procedures/{procedure_id}", autoescape=True),
        *(
            notices.c[name].contains(t, autoescape=True)
            for name in ("title", "text")
            for t in called
        ),
    )
    connection.execute(delete(notices).where(told))
    about = items.c.procedure_id == procedure_id
    for row in connection.execute(select(items.c.id, items.c.comment).where(about)).all():
        looked_in = " ".join(row.comment.casefold().split())
        blank = {"procedure_title": ERASED, "passage": "", "query": None, "folded": looked_in}
        connection.execute(update(items).where(items.c.id == row.id).values(blank))
    read = must_reads.c.procedure_id == procedure_id
    connection.execute(update(must_reads).where(read).values(title=ERASED, note=""))
    open_ones = read & must_reads.c.cancelled_at.is_(None)
    connection.execute(update(must_reads).where(open_ones).values(cancelled_at=now))


def _forget_searches(connection: Connection, procedure_id: str, called: list[str]) -> None:
    """Those that name it: by its id, or by a word that is in no other title."""
    names = {procedure_id.casefold(), *_own_words(connection, procedure_id, called)}
    for table, column in (
        (searches, searches.c.folded),
        (ignored_searches, ignored_searches.c.folded),
    ):
        for name in names:
            connection.execute(delete(table).where(column.contains(name, autoescape=True)))
    for row in connection.execute(select(shared_searches.c.id, shared_searches.c.words)).all():
        kept = [words for words in row.words if not any(one in words.casefold() for one in names)]
        if len(kept) < len(row.words):
            mine = shared_searches.c.id == row.id
            connection.execute(update(shared_searches).where(mine).values(words=kept))


def _own_words(connection: Connection, procedure_id: str, called: list[str]) -> set[str]:
    others = select(procedures.c.title).where(procedures.c.id != procedure_id)
    known = {word for title in connection.scalars(others) for word in _words(title)}
    return {word for title in called for word in _words(title) if len(word) >= _SHORTEST} - known


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
