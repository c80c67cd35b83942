"""A procedure as a page."""
