"""Bulletins as pages."""
