"""The names of the two files beside the procedures that say who answers, and which words mean the
same."""

from kb.procedures.model import UNASSIGNED

# No ids of departments: the site has pages of these names.
TAKEN = frozenset({"new", "history", "from-folders", UNASSIGNED})
DEPARTMENTS_FILE = "departments.yml"
SYNONYMS_FILE = "synonyms.yml"
