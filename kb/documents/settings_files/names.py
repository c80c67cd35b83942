"""The names of the two files beside the procedures that say who answers, and which words mean the
same."""

from kb.procedures.model import UNASSIGNED

TAKEN = frozenset(
    {"new", "history", "from-folders", UNASSIGNED}
)  # no department's id: the site's own pages
DEPARTMENTS_FILE = "departments.yml"
SYNONYMS_FILE = "synonyms.yml"
