"""The search log and what is learned from it, in the database."""
