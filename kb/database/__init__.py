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
from kb.database.notice_tables import (
    confirmations,
    deliveries,
    digests,
    must_reads,
    notice_choices,
    notices,
    reminders,
)
from kb.database.people_tables import memberships, people, sign_in_attempts, tokens
from kb.database.schema import GREATEST_ID, Moment, metadata

__all__ = [
    "GREATEST_ID",
    "MIGRATIONS",
    "Moment",
    "Unwritable",
    "addresses",
    "catalogue_state",
    "cleared_searches",
    "confirmations",
    "connect",
    "deliveries",
    "digests",
    "drafts",
    "erasures",
    "ignored_searches",
    "items",
    "learned_bans",
    "learned_words",
    "memberships",
    "metadata",
    "must_reads",
    "notice_choices",
    "notices",
    "openings",
    "people",
    "procedure_keywords",
    "procedures",
    "reading",
    "reminders",
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
