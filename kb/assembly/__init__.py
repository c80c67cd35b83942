"""Builds the parts of one knowledge base, and knows them all; only app.py imports it."""
