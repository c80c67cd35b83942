"""The names of the two files beside the procedures that say who answers, and which words mean the
same."""

DEPARTMENTS_FILE = "departments.yml"
SYNONYMS_FILE = "synonyms.yml"
