"""A procedure's text on a page, and its passages."""
