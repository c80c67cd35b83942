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
    Unwritable,
    connect,
    reading,
    share,
    unshare,
    upgrade,
    writing,
)
from kb.database.feedback_tables import (
    LIVE,
    item_events,
    items,
    votes,
)
from kb.database.health_tables import (
    department_days,
    likenesses,
    link_findings,
    link_places,
    link_rounds,
    told_apart,
)
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
from kb.database.owning_tables import (
    submission_comments,
    submission_steps,
    submissions,
)
from kb.database.people_tables import (
    memberships,
    people,
    sign_in_attempts,
    tokens,
)
from kb.database.review_tables import (
    batch_files,
    batches,
)
from kb.database.schema import (
    GREATEST_ID,
    Moment,
    metadata,
)
from kb.database.service_tables import (
    closings,
    ratings,
    saved_views,
    shared_searches,
)

__all__ = [
    "GREATEST_ID",
    "LIVE",
    "Moment",
    "Unwritable",
    "addresses",
    "batch_files",
    "batches",
    "catalogue_state",
    "cleared_searches",
    "closings",
    "confirmations",
    "connect",
    "deliveries",
    "department_days",
    "digests",
    "drafts",
    "erasures",
    "ignored_searches",
    "item_events",
    "items",
    "learned_bans",
    "learned_words",
    "likenesses",
    "link_findings",
    "link_places",
    "link_rounds",
    "memberships",
    "metadata",
    "must_reads",
    "notice_choices",
    "notices",
    "openings",
    "people",
    "procedure_keywords",
    "procedures",
    "ratings",
    "reading",
    "reminders",
    "saved_views",
    "searches",
    "share",
    "shared_searches",
    "sign_in_attempts",
    "submission_comments",
    "submission_steps",
    "submissions",
    "tokens",
    "told_apart",
    "unshare",
    "upgrade",
    "versions",
    "votes",
    "writing",
]
