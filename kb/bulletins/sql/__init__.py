"""Bulletins in the database."""
