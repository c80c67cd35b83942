"""The database: engine and tables. Migrations in kb/migrations bring an older one up to these.

A capability takes its tables from here, so that they are all known before anything is asked.
"""

from sqlalchemy import Engine

from kb.database.copying import Snapshot, migration_in, snapshot
from kb.database.engine import (
    DatabaseTrouble,
    Unfit,
    Unreadable,
    Unwritable,
    connect,
    inspect_file,
    migrated_to,
    newest_migration,
    reading,
    scrub,
    server_name,
    share,
    unshare,
    upgrade,
    writing,
)
from kb.database.moving import Moved, NotEmpty, NotEqual, hold_the_same, is_empty, move
from kb.database.rider import Rider, take_along
from kb.database.schema import (
    GREATEST_ID,
    Moment,
    metadata,
)
from kb.database.tables.approval import (
    submission_comments,
    submission_steps,
    submissions,
)
from kb.database.tables.catalogue import (
    addresses,
    attached_files,
    catalogue_state,
    procedure_keywords,
    procedure_names,
    procedures,
    shown_files,
)
from kb.database.tables.delivery import (
    deliveries,
    digests,
    notice_choices,
)
from kb.database.tables.departments import (
    department_days,
)
from kb.database.tables.feedback import (
    LIVE,
    closings,
    item_events,
    items,
    ratings,
    saved_views,
    shared_searches,
    votes,
)
from kb.database.tables.importing import (
    imported,
    imports,
)
from kb.database.tables.insight import (
    cleared_searches,
    ignored_searches,
    learned_bans,
    learned_words,
    openings,
    searches,
    uses,
)
from kb.database.tables.must_reads import (
    confirmations,
    must_reads,
    standing_must_reads,
)
from kb.database.tables.notices import (
    bulletins,
    notices,
    reminders,
)
from kb.database.tables.people import (
    audit_ends,
    audit_entries,
    favourites,
    memberships,
    people,
    sessions,
    shifts,
    sign_in_attempts,
    tokens,
)
from kb.database.tables.publishing import (
    batch_files,
    batches,
    drafts,
    erasures,
)
from kb.database.tables.tidying import (
    likenesses,
    link_findings,
    link_places,
    link_rounds,
    told_apart,
)
from kb.database.tables.versions import (
    versions,
)

__all__ = [
    "GREATEST_ID",
    "LIVE",
    "DatabaseTrouble",
    "Engine",
    "Moment",
    "Moved",
    "NotEmpty",
    "NotEqual",
    "Rider",
    "Snapshot",
    "Unfit",
    "Unreadable",
    "Unwritable",
    "addresses",
    "attached_files",
    "audit_ends",
    "audit_entries",
    "batch_files",
    "batches",
    "bulletins",
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
    "favourites",
    "hold_the_same",
    "ignored_searches",
    "imported",
    "imports",
    "inspect_file",
    "is_empty",
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
    "migrated_to",
    "migration_in",
    "move",
    "must_reads",
    "newest_migration",
    "notice_choices",
    "notices",
    "openings",
    "people",
    "procedure_keywords",
    "procedure_names",
    "procedures",
    "ratings",
    "reading",
    "reminders",
    "saved_views",
    "scrub",
    "searches",
    "server_name",
    "sessions",
    "share",
    "shared_searches",
    "shifts",
    "shown_files",
    "sign_in_attempts",
    "snapshot",
    "standing_must_reads",
    "submission_comments",
    "submission_steps",
    "submissions",
    "take_along",
    "tokens",
    "told_apart",
    "unshare",
    "upgrade",
    "uses",
    "versions",
    "votes",
    "writing",
]
