"""A file's own bytes, changed in one place while every other byte stays."""
