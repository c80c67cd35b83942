"""The database: engine and tables. Migrations in kb/migrations bring an older one up to these.

A capability takes its tables from here, so that they are all known before anything is asked.
"""

from kb.database.content_tables import (
    addresses,
    catalogue_state,
    drafts,
    erasures,
    procedure_keywords,
    procedures,
    versions,
)
from kb.database.engine import (
    MIGRATIONS,
    Unwritable,
    connect,
    reading,
    share,
    unshare,
    upgrade,
    writing,
)
from kb.database.feedback_tables import items, votes
from kb.database.insight_tables import (
    cleared_searches,
    ignored_searches,
    learned_bans,
    learned_words,
    openings,
    searches,
)
from kb.database.notice_tables import notices
from kb.database.people_tables import memberships, people, sign_in_attempts, tokens
from kb.database.review_tables import batch_files, batches
from kb.database.schema import GREATEST_ID, Moment, metadata

__all__ = [
    "GREATEST_ID",
    "MIGRATIONS",
    "Moment",
    "Unwritable",
    "addresses",
    "batch_files",
    "batches",
    "catalogue_state",
    "cleared_searches",
    "connect",
    "drafts",
    "erasures",
    "ignored_searches",
    "items",
    "learned_bans",
    "learned_words",
    "memberships",
    "metadata",
    "notices",
    "openings",
    "people",
    "procedure_keywords",
    "procedures",
    "reading",
    "searches",
    "share",
    "sign_in_attempts",
    "tokens",
    "unshare",
    "upgrade",
    "versions",
    "votes",
    "writing",
]
