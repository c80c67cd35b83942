"""Saying what is wrong, the inbox that hears it, and what became of it."""
