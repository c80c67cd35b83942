"""Notices and reminders in the database."""
