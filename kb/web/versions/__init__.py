"""The history on pages, and what it brings back."""
