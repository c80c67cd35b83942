"""The search page, what is offered while typing, and synonyms."""
