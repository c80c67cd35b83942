"""Catalogue, history and index brought up to the files."""
