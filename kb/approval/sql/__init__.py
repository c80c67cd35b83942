"""Submissions in the database."""
