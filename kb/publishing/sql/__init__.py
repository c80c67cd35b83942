"""Drafts, new ids, erasures and bulk changes in the database."""
