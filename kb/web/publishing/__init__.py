"""Writing procedures in the browser: pages to edit, begin, resolve, move, retire and erase."""

from kb.web.publishing import (
    attaching,
    beginning,
    bulk_changes,
    changing,
    completing,
    drafting,
    editing,
    resolving,
    submitting,
)

PAGES = (
    editing,
    beginning,
    resolving,
    changing,
    bulk_changes,
    drafting,
    attaching,
    completing,
    submitting,
)
