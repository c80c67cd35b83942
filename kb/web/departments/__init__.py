"""A department's morning page and its settings."""
